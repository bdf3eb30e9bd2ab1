# Builds the recorder again with COMPILER and without optimisation, records the same seeds with both
# and compares the files byte for byte.
set(seeds 50)

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "${ARGN} ended with ${result}:\n${output}")
  endif()
endfunction()

run(${CMAKE_COMMAND} -S ${SOURCE} -B ${BUILD} -G Ninja
  -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG=-O0 -DCMAKE_CXX_COMPILER=${COMPILER})
run(${CMAKE_COMMAND} --build ${BUILD} --target record_seeds)

set(other ${BUILD}/tests/determinism/record_seeds)
set(traces ${BUILD}/traces)
file(REMOVE_RECURSE ${traces})
foreach(backend memory sqlite)
  run(${PROGRAM} ${backend} 1 ${seeds} ${traces}/${backend}-here)
  run(${other} ${backend} 1 ${seeds} ${traces}/${backend}-other)
  file(GLOB files RELATIVE ${traces}/${backend}-here ${traces}/${backend}-here/*.jsonl)
  list(LENGTH files count)
  if(NOT count EQUAL seeds)
    message(FATAL_ERROR "expected ${seeds} traces, found ${count}")
  endif()
  foreach(file ${files})
    run(${CMAKE_COMMAND} -E compare_files
      ${traces}/${backend}-here/${file} ${traces}/${backend}-other/${file})
  endforeach()
endforeach()
