# Debian packages, one for each component: `cpack -G DEB` in the build directory, as anybody.
# leasecheck is the program; the others are static libraries with their headers.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "leasecheck <leasecheck@localhost>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL lease)
if(LEASECHECK_POSTGRES)
  list(APPEND CPACK_COMPONENTS_ALL postgres)
endif()
if(LEASECHECK_HARNESS)
  list(APPEND CPACK_COMPONENTS_ALL program harness)
endif()
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)

set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME leasecheck)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_RECOMMENDS graphviz)
set(CPACK_COMPONENT_PROGRAM_DESCRIPTION
  "Checks lease repositories: model checking, simulation with faults, replay")

set(CPACK_DEBIAN_LEASE_PACKAGE_NAME liblease-dev)
set(CPACK_DEBIAN_LEASE_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_LEASE_PACKAGE_DEPENDS libsqlite3-dev)
set(CPACK_COMPONENT_LEASE_DESCRIPTION
  "A lease repository for C++: attempts, leases, retries and fencing tokens, on SQLite")

set(CPACK_DEBIAN_POSTGRES_PACKAGE_NAME liblease-postgres-dev)
set(CPACK_DEBIAN_POSTGRES_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_POSTGRES_PACKAGE_DEPENDS "liblease-dev (= ${PROJECT_VERSION}), libpq-dev")
set(CPACK_COMPONENT_POSTGRES_DESCRIPTION "The lease repository on PostgreSQL")

set(CPACK_DEBIAN_HARNESS_PACKAGE_NAME libleasecheck-dev)
set(CPACK_DEBIAN_HARNESS_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_HARNESS_PACKAGE_DEPENDS "liblease-dev (= ${PROJECT_VERSION}), libfmt-dev")
set(CPACK_DEBIAN_HARNESS_PACKAGE_SUGGESTS "libgtest-dev, librapidcheck-dev")
set(CPACK_COMPONENT_HARNESS_DESCRIPTION
  "The conformance suite of leasecheck for tests of your own, and its model checker")
include(CPack)
