#include "sim/cleanup.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace leasecheck::sim::cleanup {
namespace {

namespace fs = std::filesystem;

/// The first letter of a message.
constexpr char program_starting = '*';
constexpr char group_added = '+';
constexpr char group_taken_back = '-';
constexpr char folder_named = '/';
constexpr std::size_t longest_message = std::size_t{1} << 16;

/// This process's end: the socket that tells the other process by closing that this one has ended.
int socket_to_cleaner = -1;
pid_t cleaner = -1;

void tell(char what, const std::string& value) {
  if (socket_to_cleaner < 0) return;
  const std::string message = what + value;
  // A cleaner that somebody has killed is no reason to end.
  static_cast<void>(::send(socket_to_cleaner, message.data(), message.size(), MSG_NOSIGNAL));
}

std::string mark_of(pid_t id) {
  return "LEASECHECK_STARTED_" + std::to_string(id) + "=1";
}

/// All that is known of what may be left behind.
struct Left {
  bool has_started_programs = false;
  bool is_starting_one = false;  ///< and its group is not known yet
  std::set<pid_t> groups;
  std::set<std::string> folder_prefixes;

  void hear(std::string_view message) {
    const std::string_view value = message.substr(1);
    is_starting_one = message.front() == program_starting;
    has_started_programs = has_started_programs || is_starting_one;
    pid_t group = 0;
    std::from_chars(value.data(), value.data() + value.size(), group);
    if (message.front() == group_added && group > 1) groups.insert(group);
    if (message.front() == group_taken_back) groups.erase(group);
    if (message.front() == folder_named) folder_prefixes.emplace(value);
  }
};

bool has_entry(const fs::path& process, const std::string& mark) {
  std::ifstream file(process / "environ", std::ios::binary);
  const std::string text = '\0' + std::string(std::istreambuf_iterator<char>(file), {}) + '\0';
  return text.find('\0' + mark + '\0') != std::string::npos;
}

/// Returns: how many processes there were.
unsigned kill_marked(const std::string& mark) {
  unsigned count = 0;
  std::error_code error;
  for (fs::directory_iterator at("/proc", error); !error && at != fs::directory_iterator();
       at.increment(error)) {
    const std::string name = at->path().filename().string();
    pid_t id = 0;
    const auto [end, wrong] = std::from_chars(name.data(), name.data() + name.size(), id);
    if (wrong != std::errc{} || end != name.data() + name.size()) continue;
    if (!has_entry(at->path(), mark)) continue;
    ::kill(id, SIGKILL);
    ++count;
  }
  return count;
}

void remove_folders(const fs::path& prefix) {
  const std::string name = prefix.filename().string();
  std::error_code error;
  std::error_code ignored;
  for (fs::directory_iterator at(prefix.parent_path(), error);
       !error && at != fs::directory_iterator(); at.increment(error)) {
    if (at->path().filename().string().starts_with(name)) fs::remove_all(at->path(), ignored);
  }
}

void clean(const Left& left, const std::string& mark) {
  for (const pid_t group : left.groups) ::kill(-group, SIGKILL);
  // A program carries the mark once it is executed, which the death of who started it does not end.
  for (int tries = left.is_starting_one ? 100 : 0; tries > 0 && kill_marked(mark) == 0; --tries) {
    ::poll(nullptr, 0, 2);
  }
  // Those that are being killed may have started others meanwhile.
  int rounds_left = left.has_started_programs ? 100 : 0;
  while (rounds_left-- > 0 && kill_marked(mark) > 0) ::sched_yield();
  for (const std::string& prefix : left.folder_prefixes) remove_folders(prefix);
}

/// The second process: it has a session of its own, which no terminal interrupts, and no other file
/// of the first, which could keep somebody waiting for its end.
[[noreturn]] void wait_and_clean(int socket) {
  ::setsid();
  ::dup2(socket, STDIN_FILENO);
  ::close_range(STDERR_FILENO + 1, ~0U, 0);
  const int nowhere = ::open("/dev/null", O_RDWR);
  ::dup2(nowhere, STDOUT_FILENO);
  ::dup2(nowhere, STDERR_FILENO);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) ::signal(signal, SIG_IGN);
  Left left;
  std::vector<char> buffer(longest_message);
  while (true) {
    const ssize_t size = ::recv(STDIN_FILENO, buffer.data(), buffer.size(), 0);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) break;
    left.hear({buffer.data(), static_cast<std::size_t>(size)});
  }
  clean(left, mark_of(::getpid()));
  ::_exit(EXIT_SUCCESS);
}

}  // namespace

void begin() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) return;
  cleaner = ::fork();
  if (cleaner == 0) {
    ::close(ends[0]);
    wait_and_clean(ends[1]);
  }
  ::close(ends[1]);
  if (cleaner < 0) {
    ::close(ends[0]);
  } else {
    socket_to_cleaner = ends[0];
  }
}

void end() {
  if (socket_to_cleaner < 0) return;
  ::close(std::exchange(socket_to_cleaner, -1));
  while (::waitpid(cleaner, nullptr, 0) < 0 && errno == EINTR) {
  }
}

void add_group(pid_t group) {
  tell(group_added, std::to_string(group));
}

void take_back_group(pid_t group) {
  tell(group_taken_back, std::to_string(group));
}

std::string mark_of_started() {
  tell(program_starting, "");
  return socket_to_cleaner < 0 ? std::string() : mark_of(cleaner);
}

std::string folder_prefix(const fs::path& parent) {
  if (socket_to_cleaner < 0) return (parent / "leasecheck-").string();
  const fs::path prefix = fs::absolute(parent) / ("leasecheck-" + std::to_string(cleaner) + "-");
  tell(folder_named, prefix.string());
  return prefix.string();
}

}  // namespace leasecheck::sim::cleanup
