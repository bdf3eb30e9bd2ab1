#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace leasecheck::cli {

/// Processes that do numbered pieces of work: each is a copy of this one. With one job there is
/// none of them, and the work is done here. Pre: this process has one thread.
class Pool {
 public:
  using Work = std::function<std::string(std::uint64_t number)>;

  struct Done {
    std::uint64_t number = 0;
    std::optional<std::string> answer;  ///< nothing if the process that worked on it has died
    std::string death;                  ///< how it died, in words
  };

  /// `work` does not throw. Throws: std::system_error, when there are no more processes.
  Pool(unsigned jobs, Work work);
  /// Lets every process end the piece that it is at, and waits for it.
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  /// Whether a process has nothing to do.
  [[nodiscard]] bool has_room() const;
  /// Whether a piece is being worked on.
  [[nodiscard]] bool is_busy() const;

  /// Pre: `has_room()`.
  void give(std::uint64_t number);

  /// Waits for a piece that is done. Pre: `is_busy()`.
  [[nodiscard]] Done next();

 private:
  struct Helper {
    pid_t process = 0;
    int socket = -1;
    std::optional<std::uint64_t> number;  ///< of the piece that it works on
  };

  void start_helper();
  [[nodiscard]] Done hear(Helper& helper);
  [[nodiscard]] static std::string end(Helper& helper);

  Work work_;
  std::vector<Helper> helpers_;
  std::optional<std::uint64_t> own_;  ///< the piece that is done here, with one job
  bool works_here_;
};

}  // namespace leasecheck::cli
