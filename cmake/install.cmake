# What is installed, in four components: `program` (leasecheck with the recorded failures that it
# replays, and leasectl), `lease` (the library alone), `postgres` (its part that needs libpq) and
# `harness` (what tests of other people link).
#
# Packages: find_package(lease), with COMPONENTS postgres for lease::postgres, and
# find_package(leasecheck COMPONENTS …), of which each component finds only what it needs itself:
#   lease       the library: lease::lease
#   check       the model checker, for models of other people
#   gtest       the conformance suite as GoogleTest tests
#   rapidcheck  generators, commands and properties for RapidCheck
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(LEASECHECK_PACKAGES ${CMAKE_INSTALL_LIBDIR}/cmake)

# leasecheck_install(EXPORT PACKAGE COMPONENT TARGETS…)
function(leasecheck_install export package component)
  install(TARGETS ${ARGN} EXPORT ${export}
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT ${component}
    FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT ${component})
  install(EXPORT ${export} NAMESPACE ${package}:: FILE ${export}.cmake
    DESTINATION ${LEASECHECK_PACKAGES}/${package} COMPONENT ${component})
endfunction()

function(leasecheck_package package component)
  set(directory ${LEASECHECK_PACKAGES}/${package})
  configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/${package}Config.cmake.in
    ${PROJECT_BINARY_DIR}/${package}Config.cmake
    INSTALL_DESTINATION ${directory} NO_SET_AND_CHECK_MACRO)
  write_basic_package_version_file(${PROJECT_BINARY_DIR}/${package}ConfigVersion.cmake
    COMPATIBILITY SameMinorVersion)
  install(FILES ${PROJECT_BINARY_DIR}/${package}Config.cmake
    ${PROJECT_BINARY_DIR}/${package}ConfigVersion.cmake
    DESTINATION ${directory} COMPONENT ${component})
endfunction()

leasecheck_install(leaseTargets lease lease lease)
if(LEASECHECK_POSTGRES)
  leasecheck_install(postgresTargets lease postgres lease_postgres)
endif()
leasecheck_package(lease lease)

if(LEASECHECK_HARNESS)
  leasecheck_install(checkTargets leasecheck harness leasecheck_check)
  # The suite without a test framework, which gtest and rapidcheck stand on.
  leasecheck_install(suiteTargets leasecheck harness
    leasecheck_spec leasecheck_indexed leasecheck_graph leasecheck_properties leasecheck_traces leasecheck_views
    leasecheck_sim leasecheck_values
    leasecheck_subject leasecheck_oracle leasecheck_world leasecheck_conformance
    leasecheck_conformance_suite)
  if(TARGET leasecheck_gtest)
    leasecheck_install(gtestTargets leasecheck harness leasecheck_gtest)
  endif()
  leasecheck_install(rapidcheckTargets leasecheck harness
    leasecheck_generators leasecheck_rapidcheck)
  leasecheck_package(leasecheck harness)

  install(TARGETS leasecheck leasectl RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT program)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/traces/corpus
    DESTINATION ${CMAKE_INSTALL_DATADIR}/leasecheck COMPONENT program)
endif()
if(PROJECT_IS_TOP_LEVEL)
  include(cmake/debian.cmake)
endif()
