#include "sim/subject/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "sim/check.hpp"
#include "sim/cleanup.hpp"
#include "sim/interruption.hpp"
#include "traces/printable.hpp"

namespace leasecheck::sim {
namespace {

constexpr std::size_t shown_of_errors = 4096;
// More than is shown, so that what is cut off can be the beginning of a character.
constexpr std::size_t kept_of_errors = shown_of_errors + 4;

void close_if_open(int& descriptor) {
  if (descriptor >= 0) ::close(std::exchange(descriptor, -1));
}

/// Two ends that are connected; no child has them unless it is handed one.
struct Pipe {
  int read = -1;
  int write = -1;
  ~Pipe() {
    close_if_open(read);
    close_if_open(write);
  }
  [[nodiscard]] bool open() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return false;
    read = ends[0];
    write = ends[1];
    return true;
  }
  /// As a pair of sockets: writing to one whose reader is gone can be an error and no signal.
  [[nodiscard]] bool open_as_sockets() {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) return false;
    read = ends[0];
    write = ends[1];
    return true;
  }
};

void do_not_block(int descriptor) {
  ::fcntl(descriptor, F_SETFL, ::fcntl(descriptor, F_GETFL) | O_NONBLOCK);
}

std::vector<char*> pointers(const std::vector<std::string>& words) {
  std::vector<char*> result;
  for (const std::string& word : words) result.push_back(const_cast<char*>(word.c_str()));
  result.push_back(nullptr);
  return result;
}

// A group of its own, so that all of it can be ended; default signals, since ignored ones are
// inherited.
int spawn(pid_t& id, const std::vector<std::string>& words,
          const std::vector<std::string>& environment, const Pipe& input, const Pipe& output,
          const Pipe& errors) {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&files);
  posix_spawnattr_init(&attributes);
  posix_spawn_file_actions_adddup2(&files, input.read, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&files, output.write, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&files, errors.write, STDERR_FILENO);
  sigset_t defaults;
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
  const int error = posix_spawnp(&id, words.front().c_str(), &files, &attributes,
                                 pointers(words).data(), pointers(environment).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  return error;
}

}  // namespace

std::expected<std::vector<std::string>, std::string> split_words(std::string_view text) {
  std::vector<std::string> words;
  bool in_word = false;
  char quote = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote == 0 && (c == ' ' || c == '\t' || c == '\n')) {
      in_word = false;
      continue;
    }
    if (!std::exchange(in_word, true)) words.emplace_back();
    if (quote == 0 && (c == '\'' || c == '"')) {
      quote = c;
    } else if (c == quote) {
      quote = 0;
    } else if (c == '\\' && quote != '\'' && i + 1 < text.size()) {
      words.back() += text[++i];
    } else {
      words.back() += c;
    }
  }
  if (quote != 0) {
    std::string message = "a quote ";
    message += quote;
    return std::unexpected(message += " is not closed");
  }
  if (words.empty()) return std::unexpected("no program is named");
  return words;
}

std::expected<Process, std::string> Process::start(const Options& options) {
  check(!options.words.empty(), "a process needs a program");
  const std::string& program = options.words.front();
  Pipe input;
  Pipe output;
  Pipe errors;
  Process process;
  process.timer_ = ::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  if (!input.open_as_sockets() || !output.open() || !errors.open() || process.timer_ < 0) {
    return std::unexpected("cannot start " + program + ": " + std::strerror(errno));
  }
  std::vector<std::string> environment = options.environment;
  if (std::string mark = cleanup::mark_of_started(); !mark.empty())
    environment.push_back(std::move(mark));
  if (const int error = spawn(process.id_, options.words, environment, input, output, errors);
      error != 0) {
    process.id_ = -1;
    return std::unexpected("cannot start " + program + ": " + std::strerror(error));
  }
  cleanup::add_group(process.id_);
  // glibc 2.36 declares pidfd_open for C only.
  process.end_ = static_cast<int>(::syscall(SYS_pidfd_open, process.id_, 0));
  if (process.end_ < 0) {
    return std::unexpected("cannot watch " + program + ": " + std::strerror(errno));
  }
  process.input_ = std::exchange(input.write, -1);
  process.output_ = std::exchange(output.read, -1);
  process.errors_ = std::exchange(errors.read, -1);
  for (const int descriptor : {process.input_, process.output_, process.errors_}) {
    do_not_block(descriptor);
  }
  process.timeout_ = options.timeout;
  process.longest_line_ = options.longest_line;
  return process;
}

Process::~Process() {
  kill();
  close_if_open(timer_);
}

Process::Process(Process&& other) noexcept {
  *this = std::move(other);
}

Process& Process::operator=(Process&& other) noexcept {
  if (this == &other) return *this;
  kill();
  close_if_open(timer_);
  id_ = std::exchange(other.id_, -1);
  input_ = std::exchange(other.input_, -1);
  output_ = std::exchange(other.output_, -1);
  errors_ = std::exchange(other.errors_, -1);
  end_ = std::exchange(other.end_, -1);
  timer_ = std::exchange(other.timer_, -1);
  timeout_ = other.timeout_;
  longest_line_ = other.longest_line_;
  received_ = std::move(other.received_);
  searched_ = other.searched_;
  last_words_ = std::move(other.last_words_);
  return *this;
}

/// What may be done without waiting.
struct Process::Ready {
  bool input = false;
  bool output = false;
  bool is_late = false;  ///< nothing, and the timer has run down
};

// A timer that counts down by itself: an answer is waited for, and nothing here reads a clock.
void Process::arm_timer(std::chrono::milliseconds span) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(span);
  itimerspec setting{};
  setting.it_value.tv_sec = seconds.count();
  setting.it_value.tv_nsec = std::chrono::nanoseconds(span - seconds).count();
  ::timerfd_settime(timer_, 0, &setting, nullptr);
}

std::expected<Process::Ready, std::string> Process::wait(bool to_write) {
  if (interrupted) return std::unexpected("interrupted while it was waited for");
  std::array<pollfd, 5> waits{{{.fd = output_, .events = POLLIN, .revents = 0},
                               {.fd = errors_, .events = POLLIN, .revents = 0},
                               {.fd = to_write ? input_ : -1, .events = POLLOUT, .revents = 0},
                               {.fd = end_, .events = POLLIN, .revents = 0},
                               {.fd = timer_, .events = POLLIN, .revents = 0}}};
  if (::poll(waits.data(), waits.size(), -1) < 0) {
    if (errno == EINTR) return Ready{};
    return std::unexpected(complaint(std::string("poll: ") + std::strerror(errno)));
  }
  if (waits[1].revents != 0) read_errors();
  const Ready ready{.input = waits[2].revents != 0, .output = waits[0].revents != 0};
  if (ready.input || ready.output) return ready;
  // What it started may live on and keep the pipes open; the answer was its own to give.
  if (waits[3].revents != 0) {
    return std::unexpected(complaint("it ended without an answer; " + ending()));
  }
  return Ready{.is_late = waits[4].revents != 0};
}

std::unexpected<std::string> Process::silence() {
  return std::unexpected(complaint("no answer for " + std::to_string(timeout_.count()) + " ms"));
}

std::expected<void, std::string> Process::send(std::string_view line) {
  std::string text(line);
  text += '\n';
  std::string_view rest = text;
  bool is_timed = false;
  while (!rest.empty()) {
    const ssize_t written = input_ < 0 ? 0 : ::send(input_, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (written > 0) {
      rest.remove_prefix(static_cast<std::size_t>(written));
    } else if (written < 0 && errno == EAGAIN) {
      if (!std::exchange(is_timed, true)) arm_timer(timeout_);
      auto ready = wait(true);
      if (!ready) return std::unexpected(ready.error());
      if (ready->is_late) return silence();
      if (ready->output) {
        if (auto read = read_output(); !read) return read;
      }
    } else if (written == 0 || errno != EINTR) {
      return std::unexpected(complaint("its standard input is closed; " + ending()));
    }
  }
  return {};
}

// Nearly every answer comes soon; the timer, and all else that there is to wait for, is only for
// the others. So most answers cost two system calls, where writing has already given the processor
// to the program, or four: write, read, poll, read. One that waits for its standard error to be
// read is no longer waited for here.
bool Process::answers_soon() const {
  constexpr int soon_ms = 20;
  std::array<pollfd, 2> waits{{{.fd = output_, .events = POLLIN, .revents = 0},
                               {.fd = errors_, .events = POLLIN, .revents = 0}}};
  return ::poll(waits.data(), waits.size(), soon_ms) > 0 && waits[0].revents != 0;
}

std::expected<std::string, std::string> Process::exchange(std::string_view line) {
  if (auto sent = send(line); !sent) return std::unexpected(sent.error());
  if (auto read = read_output(); !read) return std::unexpected(read.error());
  bool is_soon = received_.empty() && answers_soon();
  bool is_timed = false;
  while (true) {
    if (std::exchange(is_soon, false)) {
      if (auto read = read_output(); !read) return std::unexpected(read.error());
    }
    if (auto line = take_line()) return *std::move(line);
    if (!std::exchange(is_timed, true)) arm_timer(timeout_);
    auto ready = wait(false);
    if (!ready) return std::unexpected(ready.error());
    if (ready->is_late) return silence();
    is_soon = ready->output;
  }
}

std::expected<std::optional<std::string>, std::string> Process::listen(
    std::chrono::milliseconds patience) {
  arm_timer(patience);
  while (true) {
    if (auto read = read_output(); !read) return std::unexpected(read.error());
    if (auto line = take_line()) return line;
    auto ready = wait(false);
    if (!ready) return std::unexpected(ready.error());
    if (ready->is_late) return std::nullopt;
  }
}

// An interruption ends the wait as silence does: whoever listens next is told of it.
std::vector<bool> Process::wait_for_any(const std::vector<int>& outputs,
                                        std::chrono::milliseconds patience) {
  std::vector<pollfd> waits;
  waits.reserve(outputs.size());
  for (const int output : outputs) {
    waits.push_back({.fd = output, .events = POLLIN, .revents = 0});
  }
  ::poll(waits.data(), waits.size(), static_cast<int>(patience.count()));
  std::vector<bool> is_readable;
  is_readable.reserve(waits.size());
  for (const pollfd& wait : waits) is_readable.push_back(wait.revents != 0);
  return is_readable;
}

std::optional<std::string> Process::take_line() {
  const std::size_t end = received_.find('\n', searched_);
  if (end == std::string::npos) {
    searched_ = received_.size();
    return std::nullopt;
  }
  std::string rest = received_.substr(end + 1);
  received_.resize(end);
  searched_ = 0;
  return std::exchange(received_, std::move(rest));
}

std::expected<void, std::string> Process::read_output() {
  std::array<char, 65536> buffer;
  const ssize_t size = ::read(output_, buffer.data(), buffer.size());
  if (size > 0) {
    received_.append(buffer.data(), static_cast<std::size_t>(size));
    if (received_.size() <= longest_line_) return {};
    if (received_.find('\n', searched_) != std::string::npos) return {};
    return std::unexpected(
        complaint("a line longer than " + std::to_string(longest_line_) + " bytes"));
  }
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return {};
  return std::unexpected(complaint("it ended without an answer; " + ending()));
}

void Process::read_errors() {
  std::array<char, 65536> buffer;  // as much as a pipe holds
  const ssize_t size = ::read(errors_, buffer.data(), buffer.size());
  if (size == 0) close_if_open(errors_);
  if (size <= 0) return;
  const std::string_view read(buffer.data(), static_cast<std::size_t>(size));
  const std::string_view tail = read.substr(read.size() - std::min(read.size(), kept_of_errors));
  const std::size_t kept = std::min(last_words_.size(), kept_of_errors - tail.size());
  last_words_.erase(0, last_words_.size() - kept).append(tail);
}

// A program that closed its output is given time to end by itself, so that the report can say how
// it ended.
std::string Process::ending() {
  close_if_open(input_);
  arm_timer(timeout_);
  pollfd is_over{.fd = end_, .events = POLLIN, .revents = 0};
  while (is_over.revents == 0) {
    if (interrupted) return "it still runs";
    std::array<pollfd, 3> waits{{is_over,
                                 {.fd = errors_, .events = POLLIN, .revents = 0},
                                 {.fd = timer_, .events = POLLIN, .revents = 0}}};
    if (::poll(waits.data(), waits.size(), -1) < 0 && errno != EINTR) break;
    if (waits[1].revents != 0) read_errors();
    if (waits[2].revents != 0) return "it still runs";
    is_over = waits[0];
  }
  siginfo_t info{};
  if (::waitid(P_PIDFD, static_cast<id_t>(end_), &info, WEXITED | WNOHANG | WNOWAIT) != 0) {
    return "how is unknown";
  }
  if (info.si_code == CLD_EXITED) return "exit status " + std::to_string(info.si_status);
  return "ended by signal " + std::to_string(info.si_status) + " (" + ::strsignal(info.si_status) +
         ")";
}

std::string Process::complaint(std::string what) {
  if (errors_ >= 0) read_errors();
  if (!last_words_.empty()) {
    what.append("; its standard error ends with:\n");
    what.append(traces::end_of(last_words_, shown_of_errors));
  }
  return what;
}

void Process::end_input() {
  if (id_ > 0) static_cast<void>(ending());
}

void Process::kill_within(std::chrono::microseconds delay) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(delay);
  const timespec span{.tv_sec = seconds.count(),
                      .tv_nsec = std::chrono::nanoseconds(delay - seconds).count()};
  pollfd answer{.fd = output_, .events = POLLIN, .revents = 0};
  ::ppoll(&answer, 1, &span, nullptr);
  kill();
}

void Process::kill() {
  if (id_ > 0) {
    // Not waited for yet, so the number still means this process and its group.
    ::kill(-id_, SIGKILL);
    cleanup::take_back_group(id_);
    while (::waitpid(id_, nullptr, 0) < 0 && errno == EINTR) {
    }
    id_ = -1;
  }
  close_if_open(input_);
  close_if_open(output_);
  close_if_open(errors_);
  close_if_open(end_);
}

}  // namespace leasecheck::sim
