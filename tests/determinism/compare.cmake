# Builds the recorder again with COMPILER and without optimisation, records the first SEEDS seeds with
# both, and twice with the first, and compares the files byte for byte.

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "${ARGN} ended with ${result}:\n${output}")
  endif()
endfunction()

run(${CMAKE_COMMAND} -S ${SOURCE} -B ${BUILD} -G Ninja
  -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG=-O0 -DCMAKE_CXX_COMPILER=${COMPILER}
  -DLEASECHECK_TESTS=ON)
run(${CMAKE_COMMAND} --build ${BUILD} --target record_seeds)

set(traces ${BUILD}/traces)
file(REMOVE_RECURSE ${traces})
foreach(backend memory sqlite)
  set(recorded ${traces}/${backend})
  run(${PROGRAM} ${backend} 1 ${SEEDS} ${recorded}-here)
  run(${PROGRAM} ${backend} 1 ${SEEDS} ${recorded}-again)
  run(${BUILD}/tests/determinism/record_seeds ${backend} 1 ${SEEDS} ${recorded}-other)
  foreach(seed RANGE 1 ${SEEDS})
    file(SHA256 ${recorded}-here/seed-${seed}.jsonl here)
    foreach(side again other)
      file(SHA256 ${recorded}-${side}/seed-${seed}.jsonl there)
      if(NOT here STREQUAL there)
        message(FATAL_ERROR "${recorded}: the trace of seed ${seed} differs, here and ${side}")
      endif()
    endforeach()
  endforeach()
endforeach()
file(REMOVE_RECURSE ${traces})
