# An overlay port of the tree that it lies in:
#   vcpkg install 'leasecheck[harness]' --overlay-ports=cmake/packaging/vcpkg
vcpkg_check_features(OUT_FEATURE_OPTIONS features FEATURES
  harness LEASECHECK_HARNESS
  postgres LEASECHECK_POSTGRES)
vcpkg_cmake_configure(
  SOURCE_PATH "${CMAKE_CURRENT_LIST_DIR}/../../.."
  OPTIONS ${features} -DLEASECHECK_TESTS=OFF -DLEASECHECK_INSTALL=ON)
vcpkg_cmake_install()

vcpkg_cmake_config_fixup(PACKAGE_NAME lease CONFIG_PATH lib/cmake/lease
  DO_NOT_DELETE_PARENT_CONFIG_PATH)
if("harness" IN_LIST FEATURES)
  vcpkg_cmake_config_fixup(PACKAGE_NAME leasecheck CONFIG_PATH lib/cmake/leasecheck)
  vcpkg_copy_tools(TOOL_NAMES leasecheck AUTO_CLEAN)
  # The program looks for the recorded failures in ../share/leasecheck/corpus of its folder.
  file(COPY "${CURRENT_PACKAGES_DIR}/share/leasecheck/corpus"
    DESTINATION "${CURRENT_PACKAGES_DIR}/tools/share/leasecheck")
endif()
file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/debug/include" "${CURRENT_PACKAGES_DIR}/debug/share")
vcpkg_install_copyright(FILE_LIST "${CMAKE_CURRENT_LIST_DIR}/../../../LICENSE")
