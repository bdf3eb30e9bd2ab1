# Builds and tests a project that uses this one, as it is installed or as a part of its tree.
# cmake -DBUILD=… -DROOT=… -DSOURCE=… -DWORK=… -DCONFIG=… -DGENERATOR=…
#   [-DAS_SUBDIRECTORY=ON] [-DWITHOUT=PACKAGE,…] -P consumer.cmake
include(${CMAKE_CURRENT_LIST_DIR}/run.cmake)

file(REMOVE_RECURSE ${WORK})
if(AS_SUBDIRECTORY)
  set(where -DSUBDIRECTORY=${ROOT})
else()
  run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/prefix)
  set(where -DCMAKE_PREFIX_PATH=${WORK}/prefix)
endif()
string(REPLACE "," ";" hidden "${WITHOUT}")
without(hidden ${hidden})
run(${CMAKE_COMMAND} -S ${SOURCE} -B ${WORK}/build -G ${GENERATOR}
  -DCMAKE_BUILD_TYPE=${CONFIG} -DCMAKE_UNITY_BUILD=ON ${where} ${hidden})
run(${CMAKE_COMMAND} --build ${WORK}/build --parallel 2)
run(${CMAKE_CTEST_COMMAND} --test-dir ${WORK}/build --output-on-failure)
