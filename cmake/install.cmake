# The package `leasecheck`: the battery for repositories of other people (leasecheck::battery, and
# leasecheck::gtest and leasecheck::rapidcheck on top of it), and the model checker for models of
# other people (leasecheck::check). Their headers include only lease/, each other and the model's
# own (model/spec, model/check), so that what is inside may change.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(directory ${CMAKE_INSTALL_LIBDIR}/cmake/leasecheck)
install(TARGETS
    leasecheck_spec leasecheck_check leasecheck_graph leasecheck_properties leasecheck_traces
    leasecheck_sim leasecheck_conform leasecheck_battery leasecheck_gtest leasecheck_generators
    leasecheck_rapidcheck
  EXPORT leasecheckTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/sim/include/leasecheck
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/model/spec ${PROJECT_SOURCE_DIR}/model/check
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/leasecheck/model FILES_MATCHING PATTERN "*.hpp")
install(TARGETS leasecheck RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(EXPORT leasecheckTargets NAMESPACE leasecheck:: DESTINATION ${directory})
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/leasecheckConfig.cmake.in
  leasecheckConfig.cmake INSTALL_DESTINATION ${directory} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(leasecheckConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/leasecheckConfig.cmake
  ${PROJECT_BINARY_DIR}/leasecheckConfigVersion.cmake DESTINATION ${directory})
