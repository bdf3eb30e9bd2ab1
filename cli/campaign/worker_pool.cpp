#include "cli/campaign/worker_pool.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <system_error>
#include <utility>

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

void serve(int socket, const Pool::Work& work) {
  std::uint64_t number = 0;
  while (receive_all(socket, &number, sizeof number)) {
    const std::string answer = work(number);
    const std::uint64_t size = answer.size();
    if (!send_all(socket, &size, sizeof size)) return;
    if (!send_all(socket, answer.data(), answer.size())) return;
  }
}

std::system_error failed(const char* what) {
  return {std::error_code(errno, std::generic_category()), what};
}

}  // namespace

Pool::Pool(unsigned jobs, Work work) : work_(std::move(work)), works_here_(jobs <= 1) {
  for (unsigned i = 0; !works_here_ && i < jobs; ++i) start_helper();
}

Pool::~Pool() {
  for (Helper& helper : helpers_) {
    if (helper.socket >= 0) ::shutdown(helper.socket, SHUT_WR);
  }
  for (Helper& helper : helpers_) static_cast<void>(end(helper));
}

void Pool::start_helper() {
  std::array<int, 2> sockets{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets.data()) != 0) {
    throw failed("a socket for a job");
  }
  std::fflush(nullptr);  // or the copy would print it as well
  const pid_t process = ::fork();
  if (process < 0) throw failed("a process for a job");
  if (process == 0) {
    ::close(sockets[0]);
    for (const Helper& other : helpers_) ::close(other.socket);
    serve(sockets[1], work_);
    ::_exit(EXIT_SUCCESS);
  }
  ::close(sockets[1]);
  helpers_.push_back({.process = process, .socket = sockets[0], .number = std::nullopt});
}

bool Pool::has_room() const {
  if (works_here_) return !own_;
  return std::ranges::any_of(
      helpers_, [](const Helper& helper) { return helper.socket >= 0 && !helper.number; });
}

bool Pool::is_busy() const {
  return own_ || std::ranges::any_of(
                     helpers_, [](const Helper& helper) { return helper.number.has_value(); });
}

void Pool::give(std::uint64_t number) {
  if (works_here_) {
    own_ = number;
    return;
  }
  const auto idle = std::ranges::find_if(
      helpers_, [](const Helper& helper) { return helper.socket >= 0 && !helper.number; });
  idle->number = number;
  // If it is dead, that is heard where its answer is waited for.
  static_cast<void>(send_all(idle->socket, &number, sizeof number));
}

Pool::Done Pool::next() {
  if (works_here_) {
    const std::uint64_t number = *std::exchange(own_, std::nullopt);
    return {.number = number, .answer = work_(number), .death = {}};
  }
  for (;;) {
    std::vector<pollfd> waiting;
    for (const Helper& helper : helpers_) {
      waiting.push_back({.fd = helper.number ? helper.socket : -1, .events = POLLIN, .revents = 0});
    }
    if (::poll(waiting.data(), waiting.size(), -1) < 0 && errno != EINTR) throw failed("poll");
    for (std::size_t i = 0; i < waiting.size(); ++i) {
      if (waiting[i].revents != 0) return hear(helpers_[i]);
    }
  }
}

Pool::Done Pool::hear(Helper& helper) {
  Done done{.number = *std::exchange(helper.number, std::nullopt), .answer = {}, .death = {}};
  std::uint64_t size = 0;
  std::string answer;
  if (receive_all(helper.socket, &size, sizeof size)) {
    answer.resize(size);
    if (receive_all(helper.socket, answer.data(), size)) {
      done.answer = std::move(answer);
      return done;
    }
  }
  done.death = end(helper);
  return done;
}

std::string Pool::end(Helper& helper) {
  if (helper.socket < 0) return {};
  // It may still want to say something: what is closed here it cannot be stuck in.
  ::close(std::exchange(helper.socket, -1));
  int status = 0;
  while (::waitpid(helper.process, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFSIGNALED(status) ? fmt::format("was ended by signal {}", WTERMSIG(status))
                             : fmt::format("ended with exit code {}", WEXITSTATUS(status));
}

}  // namespace leasecheck::cli
