#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <string>
#include <vector>

namespace leasecheck::bench {

/// SQLite by its C interface, with the smallest statements that claim, refresh and acknowledge, on
/// a file in WAL mode with synchronous FULL: what a repository in SQLite can at best be.
class RawQueue {
 public:
  /// Makes a file with so many attempts that wait.
  RawQueue(const std::string& file, std::int64_t attempts);
  ~RawQueue();
  RawQueue(const RawQueue&) = delete;
  RawQueue& operator=(const RawQueue&) = delete;

  /// The next one, in one statement. Returns: its id.
  std::int64_t claim();
  void heartbeat(std::int64_t id);
  void ack(std::int64_t id);

  /// The next sixteen, in one statement.
  std::vector<std::int64_t> claim_sixteen();
  /// One statement each, in one transaction.
  void heartbeat_all(const std::vector<std::int64_t>& ids);
  void ack_all(const std::vector<std::int64_t>& ids);

 private:
  void run(const char* sql);
  sqlite3_stmt* prepare(const char* sql);
  std::vector<std::int64_t> ids_of(sqlite3_stmt* statement);
  void change(sqlite3_stmt* statement, std::int64_t id);

  sqlite3* database_ = nullptr;
  sqlite3_stmt* claim_ = nullptr;
  sqlite3_stmt* claim_sixteen_ = nullptr;
  sqlite3_stmt* heartbeat_ = nullptr;
  sqlite3_stmt* ack_ = nullptr;
};

}  // namespace leasecheck::bench
