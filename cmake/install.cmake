# The package `leasecheck`: the battery for repositories of other people (leasecheck::conformance_suite, and
# leasecheck::gtest and leasecheck::rapidcheck on top of it), and the model checker for models of
# other people (leasecheck::check). Their headers include only lease/, each other and the model's
# own (model/spec, model/check), so that what is inside may change.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(directory ${CMAKE_INSTALL_LIBDIR}/cmake/leasecheck)
install(TARGETS
    leasecheck_spec leasecheck_check leasecheck_graph leasecheck_properties leasecheck_traces
    leasecheck_sim leasecheck_subject leasecheck_oracle leasecheck_world leasecheck_conformance
    leasecheck_conformance_suite leasecheck_gtest leasecheck_generators leasecheck_rapidcheck
  EXPORT leasecheckTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
foreach(room model/spec model/check sim/kit)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/${room}/include/leasecheck
    DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
endforeach()
install(TARGETS leasecheck RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(EXPORT leasecheckTargets NAMESPACE leasecheck:: DESTINATION ${directory})
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/leasecheckConfig.cmake.in
  leasecheckConfig.cmake INSTALL_DESTINATION ${directory} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(leasecheckConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/leasecheckConfig.cmake
  ${PROJECT_BINARY_DIR}/leasecheckConfigVersion.cmake DESTINATION ${directory})
