# Builds and tests a project that uses this one, as it is installed or as a part of its tree.
# cmake -DBUILD=… -DROOT=… -DSOURCE=… -DWORK=… -DCONFIG=… -DGENERATOR=… [-DAS_SUBDIRECTORY=ON]
#   -P package.cmake
function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE output
                  ERROR_VARIABLE output)
  if(NOT status EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "${command}\n${output}")
  endif()
endfunction()

file(REMOVE_RECURSE ${WORK})
if(AS_SUBDIRECTORY)
  set(where -DSUBDIRECTORY=${ROOT})
else()
  run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/prefix)
  set(where -DCMAKE_PREFIX_PATH=${WORK}/prefix)
endif()
run(${CMAKE_COMMAND} -S ${SOURCE} -B ${WORK}/build -G ${GENERATOR}
  -DCMAKE_BUILD_TYPE=${CONFIG} -DCMAKE_UNITY_BUILD=ON ${where})
run(${CMAKE_COMMAND} --build ${WORK}/build --parallel 2)
run(${CMAKE_CTEST_COMMAND} --test-dir ${WORK}/build --output-on-failure)
