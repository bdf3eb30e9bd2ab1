#pragma once

#include <sys/types.h>

#include <expected>
#include <filesystem>
#include <memory>
#include <string>

namespace leasecheck::sim {

/// A PostgreSQL server of this process's own, on a Unix socket in a folder: nobody else knows it.
/// It syncs nothing, so a loss of power would lose its data; a crash of its processes does not.
///
/// It runs as an unprivileged user where this process is root's, since PostgreSQL demands it. A
/// shell stands between the two and stops the server as soon as this process has gone, however that
/// happened. In children of this process after a fork the object stops nothing.
/// Thread: one thread.
class PrivateServer {
 public:
  /// Makes a new database and starts a server on it. `folder` is empty, is this process's own, and
  /// outlives the server.
  /// Errors: in words: no server is installed, or it does not start, with the end of its log.
  [[nodiscard]] static std::expected<std::unique_ptr<PrivateServer>, std::string> start(
      const std::filesystem::path& folder);

  /// Stops the server at once and waits until it has gone.
  ~PrivateServer();
  PrivateServer(const PrivateServer&) = delete;
  PrivateServer& operator=(const PrivateServer&) = delete;

  /// How libpq reaches it.
  [[nodiscard]] const std::string& conninfo() const { return conninfo_; }

 private:
  PrivateServer(pid_t keeper, int input, std::string conninfo);

  pid_t owner_;   ///< the process that started it
  pid_t keeper_;  ///< the shell between
  int input_;     ///< of the shell, which stops the server at its end
  std::string conninfo_;
};

}  // namespace leasecheck::sim
