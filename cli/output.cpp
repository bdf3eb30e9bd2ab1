#include "cli/output.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <string>
#include <system_error>

#include "traces/printable.hpp"

namespace leasecheck::cli {
namespace {

int first_error = 0;  // of writing to standard output
std::string program_name = "leasecheck";

void keep_error() {
  if (first_error == 0) first_error = errno;
}

}  // namespace

void open_standard_streams() {
  static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
  for (const int stream : std::array{STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(stream, F_GETFD) >= 0) continue;
    // The lowest number that is free is this one. It is for reading, so that writing to it fails.
    static_cast<void>(::open("/dev/null", O_RDONLY));
  }
}

void say(std::string_view text) {
  const std::string shown = traces::printable(text);
  if (std::fwrite(shown.data(), 1, shown.size(), stdout) != shown.size()) keep_error();
}

void say_on_error(std::string_view text) {
  const std::string shown = traces::printable(text);
  std::fwrite(shown.data(), 1, shown.size(), stderr);
}

void name_program(std::string_view name) {
  program_name = name;
}

void complain(std::string_view text) {
  say_on_error(fmt::format("{}: {}\n", program_name, text));
}

bool was_heard() {
  if (std::fflush(stdout) != 0) keep_error();
  return first_error == 0;
}

ExitCode said(ExitCode end) {
  if (was_heard()) return end;
  complain("standard output cannot be written: " +
           std::error_code(first_error, std::generic_category()).message());
  return worst(end, ExitCode::usage);
}

}  // namespace leasecheck::cli
