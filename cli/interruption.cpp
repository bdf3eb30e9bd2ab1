#include "cli/interruption.hpp"

#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <string_view>

#include "cli/exit_code.hpp"
#include "sim/interruption.hpp"

namespace leasecheck::cli {
namespace {

constexpr suseconds_t half_a_second = 500'000;

std::atomic<bool> ends_by_itself = true;

// Handlers call nothing but what may be called in one, signal-safety(7); setitimer is one system
// call.
void start_countdown() {
  const itimerval countdown{.it_interval = {}, .it_value = {.tv_sec = 1, .tv_usec = half_a_second}};
  ::setitimer(ITIMER_REAL, &countdown, nullptr);
}

void on_interruption(int) {
  if (!sim::interrupted.exchange(true) && ends_by_itself) start_countdown();
}

void on_end_of_countdown(int) {
  constexpr std::string_view words = "leasecheck: interrupted\n";
  static_cast<void>(!::write(STDERR_FILENO, words.data(), words.size()));
  ::_exit(static_cast<int>(ExitCode::inconclusive));
}

}  // namespace

void remember_interruptions() {
  struct sigaction remembered {};
  remembered.sa_handler = on_interruption;
  remembered.sa_flags = SA_RESTART;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction before {};
    ::sigaction(signal, nullptr, &before);
    if (before.sa_handler != SIG_IGN) ::sigaction(signal, &remembered, nullptr);
  }
  struct sigaction end {};
  end.sa_handler = on_end_of_countdown;
  ::sigaction(SIGALRM, &end, nullptr);
}

bool is_interrupted() {
  return sim::interrupted;
}

void leave_interruptions_to_parent() {
  ends_by_itself = false;
}

void finish_in_own_time() {
  const itimerval none{};
  ::setitimer(ITIMER_REAL, &none, nullptr);
}

}  // namespace leasecheck::cli
