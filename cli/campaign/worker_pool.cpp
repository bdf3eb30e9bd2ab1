#include "cli/campaign/worker_pool.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <system_error>
#include <utility>

#include "cli/command_line.hpp"
#include "cli/interruption.hpp"

namespace leasecheck::cli {
namespace {

// Returns: false when the other end is gone.
bool send_all(int socket, const void* data, std::size_t size) {
  const char* at = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t sent = ::send(socket, at, size, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    at += sent;
    size -= static_cast<std::size_t>(sent);
  }
  return true;
}

bool receive_all(int socket, void* data, std::size_t size) {
  char* at = static_cast<char*>(data);
  while (size > 0) {
    const ssize_t received = ::recv(socket, at, size, 0);
    if (received < 0 && errno == EINTR) continue;
    if (received <= 0) return false;
    at += received;
    size -= static_cast<std::size_t>(received);
  }
  return true;
}

/// What comes before an answer, or before the words of a `Stop`.
struct Header {
  std::uint64_t size = 0;
  ExitCode end = ExitCode::held;  ///< of the `Stop`; held: it is an answer
};

void serve(int socket, const WorkerPool::Task& task) {
  std::uint64_t number = 0;
  while (receive_all(socket, &number, sizeof number)) {
    Header header;
    std::string text;
    try {
      text = task(number);
    } catch (...) {
      Stop stop = stop_for(std::current_exception());
      text = std::move(stop.message);
      header.end = stop.code;
    }
    header.size = text.size();
    if (!send_all(socket, &header, sizeof header)) return;
    if (!send_all(socket, text.data(), text.size())) return;
  }
}

std::system_error failed(const char* what) {
  return {std::error_code(errno, std::generic_category()), what};
}

}  // namespace

WorkerPool::WorkerPool(unsigned jobs, Task task) : task_(std::move(task)) {
  for (unsigned i = 0; i < std::max(jobs, 1U); ++i) start_worker();
}

WorkerPool::~WorkerPool() {
  for (const Worker& worker : workers_) {
    if (worker.number) ::kill(worker.process, SIGKILL);
    if (worker.socket >= 0) ::shutdown(worker.socket, SHUT_WR);
  }
  for (Worker& worker : workers_) static_cast<void>(end(worker));
}

void WorkerPool::start_worker() {
  std::array<int, 2> sockets{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets.data()) != 0) {
    throw failed("a socket for a job");
  }
  std::fflush(nullptr);  // or the copy would print it as well
  const pid_t parent = ::getpid();
  const pid_t process = ::fork();
  if (process < 0) throw failed("a process for a job");
  if (process == 0) {
    leave_interruptions_to_parent();
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(EXIT_FAILURE);
    ::close(sockets[0]);
    for (const Worker& other : workers_) ::close(other.socket);
    serve(sockets[1], task_);
    ::_exit(EXIT_SUCCESS);
  }
  ::close(sockets[1]);
  workers_.push_back({.process = process, .socket = sockets[0], .number = std::nullopt});
}

bool WorkerPool::has_room() const {
  return std::ranges::any_of(
      workers_, [](const Worker& worker) { return worker.socket >= 0 && !worker.number; });
}

bool WorkerPool::is_busy() const {
  return std::ranges::any_of(workers_,
                             [](const Worker& worker) { return worker.number.has_value(); });
}

void WorkerPool::submit(std::uint64_t number) {
  const auto idle = std::ranges::find_if(
      workers_, [](const Worker& worker) { return worker.socket >= 0 && !worker.number; });
  idle->number = number;
  // A worker that has died meanwhile is noticed where its answer is waited for.
  static_cast<void>(send_all(idle->socket, &number, sizeof number));
}

std::optional<WorkerPool::Done> WorkerPool::next(const std::function<bool()>& gives_up) {
  constexpr int between_questions_ms = 50;
  while (!gives_up()) {
    std::vector<pollfd> waiting;
    for (const Worker& worker : workers_) {
      waiting.push_back({.fd = worker.number ? worker.socket : -1, .events = POLLIN, .revents = 0});
    }
    if (::poll(waiting.data(), waiting.size(), between_questions_ms) < 0) {
      if (errno != EINTR) throw failed("poll");
      continue;
    }
    for (std::size_t i = 0; i < waiting.size(); ++i) {
      if (waiting[i].revents != 0) return receive(workers_[i]);
    }
  }
  return std::nullopt;
}

WorkerPool::Done WorkerPool::receive(Worker& worker) {
  Done done{.number = *std::exchange(worker.number, std::nullopt), .answer = {}, .exit_reason = {}};
  Header header;
  std::string text;
  if (receive_all(worker.socket, &header, sizeof header)) {
    text.resize(header.size);
    if (receive_all(worker.socket, text.data(), text.size())) {
      if (header.end != ExitCode::held) throw Stop{std::move(text), header.end};
      done.answer = std::move(text);
      return done;
    }
  }
  done.exit_reason = end(worker);
  return done;
}

std::string WorkerPool::end(Worker& worker) {
  if (worker.socket < 0) return {};
  // Closed first, so that a worker that is still sending its answer cannot wait for this process.
  ::close(std::exchange(worker.socket, -1));
  int status = 0;
  while (::waitpid(worker.process, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFSIGNALED(status) ? fmt::format("was ended by signal {}", WTERMSIG(status))
                             : fmt::format("ended with exit code {}", WEXITSTATUS(status));
}

}  // namespace leasecheck::cli
