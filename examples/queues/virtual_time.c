// Shows the time of a simulation to any program of the C library: built as a shared object and
// preloaded.
//
//   cc -shared -fPIC -O2 -o virtual_time.so virtual_time.c
//   VIRTUAL_TIME_FILE=FILE LD_PRELOAD=./virtual_time.so PROGRAM
//
// FILE holds the milliseconds since 1970 as one signed 64-bit integer of the machine's byte order.
// Whoever writes it sets the time of day of every program that was started so, forwards or
// backwards, at once.
//
// Only the time of day is replaced: time(), gettimeofday() and clock_gettime() of CLOCK_REALTIME
// and CLOCK_REALTIME_COARSE. Monotonic clocks, sleeps, timers and the time-outs of poll() and its
// kind stay those of the kernel, so that a server goes on living while the time of day stands
// still. Waits until an absolute time of day (pthread_cond_timedwait, sem_timedwait, a timerfd on
// CLOCK_REALTIME) are the kernel's as well and must not be used by the program. Without
// VIRTUAL_TIME_FILE, or where FILE cannot be read, the program ends at its start.

#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const int64_t* milliseconds;

// Other libraries may ask for the time before this constructor runs, so each caller opens the file.
__attribute__((constructor)) static void open_file(void) {
  if (milliseconds) return;
  const char* name = getenv("VIRTUAL_TIME_FILE");
  const int file = name ? open(name, O_RDONLY | O_CLOEXEC) : -1;
  void* mapped =
      file < 0 ? MAP_FAILED : mmap(NULL, sizeof *milliseconds, PROT_READ, MAP_SHARED, file, 0);
  if (mapped == MAP_FAILED) {
    fprintf(stderr, "virtual_time: cannot map VIRTUAL_TIME_FILE=%s\n", name ? name : "");
    _exit(127);
  }
  close(file);
  milliseconds = mapped;
}

static struct timespec now(void) {
  open_file();
  const int64_t all = __atomic_load_n(milliseconds, __ATOMIC_SEQ_CST);
  const int64_t rest = (all % 1000 + 1000) % 1000;
  return (struct timespec){.tv_sec = (all - rest) / 1000, .tv_nsec = rest * 1000000};
}

int clock_gettime(clockid_t clock, struct timespec* result) {
  if (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE)
    return (int)syscall(SYS_clock_gettime, clock, result);
  *result = now();
  return 0;
}

int gettimeofday(struct timeval* restrict result, void* restrict zone) {
  (void)zone;
  const struct timespec at = now();
  *result = (struct timeval){.tv_sec = at.tv_sec, .tv_usec = at.tv_nsec / 1000};
  return 0;
}

time_t time(time_t* result) {
  const time_t seconds = now().tv_sec;
  if (result) *result = seconds;
  return seconds;
}
