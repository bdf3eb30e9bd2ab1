# Builds the preset `fuzz` below BUILD, from what has changed, and runs the smoke of every target.
include(ProcessorCount)
ProcessorCount(cores)
foreach(command
    "${CMAKE_COMMAND};--preset;fuzz;-B;${BUILD}"
    "${CMAKE_COMMAND};--build;${BUILD};--target;fuzz;--parallel;${cores}"
    "${CMAKE_CTEST_COMMAND};--test-dir;${BUILD};--output-on-failure")
  execute_process(COMMAND ${command} WORKING_DIRECTORY ${ROOT} COMMAND_ERROR_IS_FATAL ANY)
endforeach()
