# Each component of the package is found where nothing but its own dependencies is.
# cmake -DBUILD=… -DWORK=… -DGENERATOR=… -P components.cmake
include(${CMAKE_CURRENT_LIST_DIR}/run.cmake)

function(find component)
  without(hidden ${ARGN})
  run(${CMAKE_COMMAND} -S ${CMAKE_CURRENT_LIST_DIR}/components -B ${WORK}/${component}
    -G ${GENERATOR} -DCMAKE_PREFIX_PATH=${WORK}/prefix -DCOMPONENT=${component} ${hidden})
endfunction()

file(REMOVE_RECURSE ${WORK})
run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/prefix)
set(program_only Boost CLI11 nlohmann_json pugixml)
find(lease GTest rapidcheck fmt Threads ${program_only})
find(postgres GTest rapidcheck fmt Threads ${program_only})
run(${CMAKE_COMMAND} --build ${WORK}/postgres)
find(check GTest rapidcheck fmt SQLite3 lease ${program_only})
find(gtest rapidcheck ${program_only})
find(rapidcheck GTest ${program_only})

# The library alone is a component of the installation too.
run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/lease_only --component lease)
file(GLOB_RECURSE of_the_harness ${WORK}/lease_only/*leasecheck*)
if(of_the_harness)
  message(FATAL_ERROR "installed with the library: ${of_the_harness}")
endif()
file(GLOB_RECURSE of_postgres ${WORK}/lease_only/*postgres*.a ${WORK}/lease_only/*postgres*.cmake)
if(of_postgres)
  message(FATAL_ERROR "installed with the library alone: ${of_postgres}")
endif()
