# run(COMMAND…): runs it, and fails with all that it said. Its output is in OUTPUT.
function(run)
  execute_process(COMMAND ${ARGN}
    RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT status EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "${command}\n${output}")
  endif()
  set(OUTPUT "${output}" PARENT_SCOPE)
endfunction()

# without(VARIABLE PACKAGES…): the options that hide them from find_package.
function(without variable)
  list(TRANSFORM ARGN REPLACE "(.+)" "-DCMAKE_DISABLE_FIND_PACKAGE_\\1=ON")
  set(${variable} ${ARGN} PARENT_SCOPE)
endfunction()
