# The examples, as whoever copies them has them: built on the installed package; with their defect they
# fail with a trace, a timeline and a command that replays it, and once it is mended they hold.
# cmake -DBUILD=… -DROOT=… -DWORK=… -DCONFIG=… -DGENERATOR=… -DPYTHON=… -P examples.cmake
include(${CMAKE_CURRENT_LIST_DIR}/run.cmake)

# fails(COMMAND…): runs it; it must end with an error. Its output is in OUTPUT.
function(fails)
  execute_process(COMMAND ${ARGN}
    RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(status EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "it holds, in spite of the defect: ${command}\n${output}")
  endif()
  set(OUTPUT "${output}" PARENT_SCOPE)
endfunction()

# says(BEFORE PATTERN): a line of OUTPUT is BEFORE and what matches PATTERN, which is in FOUND.
function(says before pattern)
  if(NOT OUTPUT MATCHES "\n${before}(${pattern})\n")
    message(FATAL_ERROR "expected \"${before}${pattern}\" in\n${OUTPUT}")
  endif()
  set(FOUND "${CMAKE_MATCH_1}" PARENT_SCOPE)
endfunction()

file(REMOVE_RECURSE ${WORK})
run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/prefix)
file(COPY ${ROOT}/examples/cpp ${ROOT}/examples/python DESTINATION ${WORK})

# C++: what the defect leaves, in the folder in which the test runs.
set(build ${WORK}/cpp/build)
function(build_example defect)
  run(${CMAKE_COMMAND} -S ${WORK}/cpp -B ${build} -G ${GENERATOR} -DCMAKE_BUILD_TYPE=${CONFIG}
    -DCMAKE_PREFIX_PATH=${WORK}/prefix -DWITH_DEFECT=${defect})
  run(${CMAKE_COMMAND} --build ${build})
endfunction()
set(tests ${CMAKE_COMMAND} -E chdir ${build} ./my_repository_test)
build_example(ON)
fails(${tests} --gtest_filter=*.HoldsUnderFaults)
says("seed [0-9]+: " "expiry_never_lowered: [^\n]*")
says("trace: " "[^\n]*/MyRepository.HoldsUnderFaults.jsonl")
set(trace ${FOUND})
says("timeline: " "[^\n]*/MyRepository.HoldsUnderFaults.html")
file(READ ${FOUND} page LIMIT 20)
if(NOT page MATCHES "^<!doctype html>")
  message(FATAL_ERROR "the timeline begins with ${page}")
endif()
says("replay: " "LEASECHECK_REPLAY=[^\n]*")
set(replay ${FOUND})
fails(sh -c "${replay}")
says("" "[^\n]*/MyRepository.HoldsUnderFaults.jsonl: expiry_never_lowered is violated [^\n]*")

# Another commit tries other seeds.
fails(${CMAKE_COMMAND} -E env LEASECHECK_SEED_FROM=d0c5e1a ${tests}
  --gtest_filter=*.HoldsUnderFaults)
says("seed " "[0-9][0-9][0-9][0-9][0-9]+: [^\n]*")

# The trace becomes a test, which fails as long as the defect is there and holds from then on.
file(COPY ${trace} DESTINATION ${WORK}/cpp/traces)
fails(${tests} --gtest_filter=*.Replays_MyRepository_HoldsUnderFaults)
build_example(OFF)
run(sh -c "${replay}")
run(${CMAKE_CTEST_COMMAND} --test-dir ${build} --verbose)
foreach(name Replays_MyRepository_HoldsUnderFaults Replays_late_heartbeat HoldsUnderFaults)
  if(NOT OUTPUT MATCHES "OK \\] MyRepository.${name} ")
    message(FATAL_ERROR "${name} has not passed:\n${OUTPUT}")
  endif()
endforeach()

# A folder without a trace is skipped, one that is not there fails.
file(REMOVE_RECURSE ${WORK}/cpp/traces)
fails(${tests} --gtest_filter=*Trace*)
says("" "[^\n]*/cpp/traces/?: No such file or directory")
file(MAKE_DIRECTORY ${WORK}/cpp/traces)
run(${tests} --gtest_filter=*Trace*)
says("" "[^\n]*/cpp/traces/? holds no trace [^\n]*")

# Python.
set(ENV{LEASECHECK} ${WORK}/prefix/bin/leasecheck)
set(tests ${CMAKE_COMMAND} -E chdir ${WORK}/python ${PYTHON} test_my_queue.py)
run(${tests})
set(ENV{MY_QUEUE_OPTIONS} --defect)
fails(${tests} MyQueue.test_holds_under_faults)
says("Promised: +" "[^\n]*")
says("trace: " "[^\n]*.jsonl")
set(trace ${FOUND})
says("timeline: " "[^\n]*.html")
if(NOT EXISTS ${FOUND})
  message(FATAL_ERROR "there is no ${FOUND}")
endif()
says("replay: leasecheck " "replay [^\n]*")
fails(sh -c "${WORK}/prefix/bin/leasecheck ${FOUND}")
file(COPY ${trace} DESTINATION ${WORK}/python/traces)
fails(${tests} MyQueue.test_holds_where_it_failed_once)
set(ENV{MY_QUEUE_OPTIONS} "")
run(${tests} MyQueue.test_holds_where_it_failed_once)
