#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

namespace leasecheck::load {

/// What a job does to the world, once for each grant.
struct Effect {
  std::string attempt_id;
  std::uint64_t token = 0;
  std::string worker;
};

/// A resource that checks fencing tokens, shared by any number of processes: an SQLite file of its
/// own, with a row for every effect that was asked of it, accepted or refused, in their order.
/// Thread: any, several at a time.
class Effects {
 public:
  /// Makes the file if it does not exist. Throws: std::runtime_error.
  explicit Effects(const std::string& path);

  /// Accepts the effect unless one of a higher token was accepted for the attempt before, and
  /// writes down which it was, all in one step.
  /// Returns: whether it was accepted. Throws: std::runtime_error.
  [[nodiscard]] bool add(const Effect& effect);

 private:
  struct Close {
    void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };

  [[noreturn]] void fail() const;

  std::unique_ptr<sqlite3, Close> database_;
  std::unique_ptr<sqlite3_stmt, Close> add_;
  std::mutex mutex_;  // of add_
};

}  // namespace leasecheck::load
