#include "sim/postgres/private_server.hpp"

#include <fcntl.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <thread>
#include <utility>
#include <vector>

namespace leasecheck::sim {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view user_of_database = "lease";

// "$@" is the server. The shell reads until whoever started it has closed its end, or has died.
constexpr const char* keeping = R"sh("$@" </dev/null & server=$!
cat >/dev/null
kill -QUIT "$server" 2>/dev/null
wait "$server")sh";

bool is_program(const fs::path& path) {
  return ::access(path.c_str(), X_OK) == 0;
}

/// The folder of the newest server: in PATH, or where Debian puts it, which is not in PATH.
std::expected<fs::path, std::string> server_programs() {
  const char* const path = std::getenv("PATH");
  const std::string folders = path == nullptr ? "" : path;
  for (std::size_t begin = 0; begin < folders.size();) {
    const std::size_t end = std::min(folders.find(':', begin), folders.size());
    const fs::path folder = folders.substr(begin, end - begin);
    if (is_program(folder / "initdb") && is_program(folder / "postgres")) return folder;
    begin = end + 1;
  }
  std::pair<int, fs::path> newest;
  std::error_code error;
  for (const auto& version : fs::directory_iterator("/usr/lib/postgresql", error)) {
    const int number = std::atoi(version.path().filename().c_str());
    const fs::path folder = version.path() / "bin";
    if (is_program(folder / "initdb")) newest = std::max(newest, {number, folder});
  }
  if (newest.first > 0) return newest.second;
  return std::unexpected(
      "no PostgreSQL server is installed: there is no initdb in PATH nor below "
      "/usr/lib/postgresql; on Debian: apt-get install postgresql");
}

/// Gives the folder to the user that the server is to run as. Returns: what its commands begin
/// with.
std::expected<std::vector<std::string>, std::string> hand_over(const fs::path& folder) {
  if (::geteuid() != 0) return std::vector<std::string>{};
  const passwd* user = ::getpwnam("postgres");
  if (user == nullptr) user = ::getpwnam("nobody");
  if (user == nullptr) return std::unexpected("there is no user postgres or nobody to run it as");
  // Who may pass through a folder sees nothing of what is in it.
  constexpr mode_t passable = 0711;
  if (::chmod(folder.parent_path().c_str(), passable) != 0 ||
      ::chown(folder.c_str(), user->pw_uid, user->pw_gid) != 0) {
    return std::unexpected(folder.string() + ": " + std::strerror(errno));
  }
  return std::vector<std::string>{"setpriv", "--reuid=" + std::to_string(user->pw_uid),
                                  "--regid=" + std::to_string(user->pw_gid), "--clear-groups"};
}

struct Output {
  int input;  ///< what it reads from; none: -1
  fs::path log;
};

/// Starts a program, looked up in PATH, in a session of its own. Returns: nothing if it cannot be.
std::expected<pid_t, std::string> spawn(const std::vector<std::string>& words,
                                        const Output& output) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&files);
  posix_spawnattr_init(&attributes);
  if (output.input >= 0) {
    posix_spawn_file_actions_adddup2(&files, output.input, STDIN_FILENO);
  } else {
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  }
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, output.log.c_str(),
                                   O_WRONLY | O_CREAT | O_APPEND, 0600);
  posix_spawn_file_actions_adddup2(&files, STDOUT_FILENO, STDERR_FILENO);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
  pid_t id = -1;
  const int failure =
      ::posix_spawnp(&id, arguments.front(), &files, &attributes, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  posix_spawnattr_destroy(&attributes);
  if (failure == 0) return id;
  return std::unexpected(words.front() + ": " + std::strerror(failure));
}

int wait_for(pid_t id) {
  int status = 0;
  while (::waitpid(id, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

std::string end_of(const fs::path& log) {
  constexpr std::size_t most = 2000;
  std::ifstream in(log);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  return text.size() <= most ? text : text.substr(text.size() - most);
}

std::vector<std::string> joined(std::vector<std::string> words,
                                const std::vector<std::string>& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

std::expected<void, std::string> make_database(const std::vector<std::string>& as_user,
                                               const fs::path& programs, const fs::path& folder) {
  const fs::path log = folder.parent_path() / "initdb.log";
  const auto made = spawn(
      joined(as_user,
             {(programs / "initdb").string(), "--pgdata=" + (folder / "data").string(),
              "--username=" + std::string(user_of_database), "--auth=trust", "--encoding=UTF8",
              "--locale=C", "--no-sync", "--no-instructions", "--wal-segsize=1"}),
      {.input = -1, .log = log});
  if (!made) return std::unexpected(made.error());
  if (wait_for(*made) == 0) return {};
  return std::unexpected("initdb failed: " + end_of(log));
}

// Memory in files of its own folder: nothing of it is left in the system if it is killed.
std::vector<std::string> server_command(const fs::path& programs, const fs::path& folder) {
  std::vector<std::string> words{(programs / "postgres").string(), "-D",
                                 (folder / "data").string()};
  for (const std::string& setting :
       {std::string("listen_addresses="), "unix_socket_directories=" + folder.string(),
        std::string("fsync=off"), std::string("full_page_writes=off"),
        std::string("synchronous_commit=off"), std::string("max_connections=100"),
        std::string("shared_buffers=16MB"), std::string("max_wal_size=32MB"),
        std::string("min_wal_size=2MB"), std::string("dynamic_shared_memory_type=mmap"),
        std::string("log_min_messages=fatal"), std::string("log_min_error_statement=panic"),
        std::string("max_prepared_transactions=0"), std::string("deadlock_timeout=100ms")}) {
    words.insert(words.end(), {"-c", setting});
  }
  return words;
}

}  // namespace

PrivateServer::PrivateServer(pid_t keeper, int input, std::string conninfo)
    : owner_(::getpid()), keeper_(keeper), input_(input), conninfo_(std::move(conninfo)) {}

std::expected<std::unique_ptr<PrivateServer>, std::string> PrivateServer::start(
    const fs::path& folder) {
  const auto programs = server_programs();
  if (!programs) return std::unexpected(programs.error());
  const fs::path own = folder / "postgres";
  if (::mkdir(own.c_str(), 0700) != 0) return std::unexpected(own.string() + ": cannot be made");
  const auto as_user = hand_over(own);
  if (!as_user) return std::unexpected(as_user.error());
  if (auto made = make_database(*as_user, *programs, own); !made) {
    return std::unexpected(made.error());
  }
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return std::unexpected("no pipe is to be had");
  const fs::path log = folder / "server.log";
  const auto keeper =
      spawn(joined(joined({"sh", "-c", keeping, "sh"}, *as_user), server_command(*programs, own)),
            {.input = ends[0], .log = log});
  ::close(ends[0]);
  if (!keeper) {
    ::close(ends[1]);
    return std::unexpected(keeper.error());
  }
  std::unique_ptr<PrivateServer> server(new PrivateServer(
      *keeper, ends[1],
      "host=" + own.string() + " dbname=postgres user=" + std::string(user_of_database)));
  for (const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
       PQping(server->conninfo_.c_str()) != PQPING_OK;
       std::this_thread::sleep_for(std::chrono::milliseconds(20))) {
    const bool has_ended = ::waitpid(*keeper, nullptr, WNOHANG) == *keeper;
    if (has_ended) server->keeper_ = -1;
    if (has_ended || std::chrono::steady_clock::now() > end) {
      return std::unexpected("the server does not start: " + end_of(log));
    }
  }
  return server;
}

PrivateServer::~PrivateServer() {
  ::close(input_);
  if (owner_ == ::getpid() && keeper_ > 0) wait_for(keeper_);
}

}  // namespace leasecheck::sim
