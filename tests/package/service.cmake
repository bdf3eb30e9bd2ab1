# The example of a service, built on the installed library, and run as processes that are killed
# and stopped.
# cmake -DBUILD=… -DROOT=… -DWORK=… -DCONFIG=… -DGENERATOR=… -DPYTHON=… -P service.cmake
include(${CMAKE_CURRENT_LIST_DIR}/run.cmake)

file(REMOVE_RECURSE ${WORK})
run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/prefix)
file(COPY ${ROOT}/examples/service DESTINATION ${WORK})
set(build ${WORK}/service/build)
run(${CMAKE_COMMAND} -S ${WORK}/service -B ${build} -G ${GENERATOR} -DCMAKE_BUILD_TYPE=${CONFIG}
  -DCMAKE_PREFIX_PATH=${WORK}/prefix)
run(${CMAKE_COMMAND} --build ${build})
run(${PYTHON} ${CMAKE_CURRENT_LIST_DIR}/service.py ${build}/service ${WORK})
message(STATUS "${OUTPUT}")
