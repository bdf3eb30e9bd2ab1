# The Debian package of the program, installed into a clean root by dpkg, run there and removed.
# The root holds the packages that it depends on, copied from this machine, and nothing else.
# cmake -DBUILD=… -DWORK=… -P debian.cmake
include(${CMAKE_CURRENT_LIST_DIR}/run.cmake)

execute_process(COMMAND id -u OUTPUT_VARIABLE user OUTPUT_STRIP_TRAILING_WHITESPACE)
foreach(program dpkg dpkg-shlibdeps unshare chroot)
  find_program(found_${program} ${program})
  if(NOT found_${program})
    message("SKIPPED: ${program} is not installed")
    return()
  endif()
endforeach()
if(NOT user EQUAL 0)
  message("SKIPPED: only root can install into a root directory")
  return()
endif()

file(REMOVE_RECURSE ${WORK})
run(${CMAKE_CPACK_COMMAND} -G DEB --config ${BUILD}/CPackConfig.cmake -B ${WORK})
file(GLOB package ${WORK}/leasecheck_*.deb)
if(NOT package OR NOT EXISTS ${package})
  message(FATAL_ERROR "not one package of the program: ${package}")
endif()

set(root ${WORK}/root)
run(sh -e ${CMAKE_CURRENT_LIST_DIR}/clean_root.sh ${package} ${root})
run(dpkg --root=${root} --force-depends --install ${package})
run(unshare --mount sh -ec "mount --bind /proc ${root}/proc
  exec chroot ${root} /usr/bin/leasecheck check --seeds 1..20 --budget 10m --report /tmp/report")
if(NOT OUTPUT MATCHES "corpus +held [^\n]* [1-9][0-9]* traces, ")
  message(FATAL_ERROR "the installed program did not replay what it brings:\n${OUTPUT}")
endif()
run(dpkg --root=${root} --purge leasecheck)
file(GLOB_RECURSE left ${root}/usr/*leasecheck*)
if(left)
  message(FATAL_ERROR "left after the removal: ${left}")
endif()
