#include "tests/load/effects.hpp"

#include <stdexcept>

namespace leasecheck::load {
namespace {

/// Longer than any process is stopped while it holds the lock.
constexpr int busy_timeout_ms = 60'000;

// Processes are killed, machines are not: nothing needs to be on the disk.
constexpr const char* schema =
    "PRAGMA synchronous = OFF;"
    "CREATE TABLE IF NOT EXISTS effects (seq INTEGER PRIMARY KEY, attempt_id TEXT NOT NULL,"
    " token INTEGER NOT NULL, worker TEXT NOT NULL, at_ms INTEGER NOT NULL,"
    " accepted INTEGER NOT NULL);"
    "CREATE INDEX IF NOT EXISTS effects_of_attempt ON effects (attempt_id, accepted, token);";

constexpr const char* add_one =
    "INSERT INTO effects (attempt_id, token, worker, at_ms, accepted)"
    " SELECT ?1, ?2, ?3, CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER),"
    " NOT EXISTS"
    " (SELECT 1 FROM effects WHERE attempt_id = ?1 AND accepted = 1 AND token > ?2)"
    " RETURNING accepted";

}  // namespace

Effects::Effects(const std::string& path) {
  sqlite3* opened = nullptr;
  const int code = sqlite3_open(path.c_str(), &opened);
  database_.reset(opened);
  if (code != SQLITE_OK) fail();
  sqlite3_busy_timeout(opened, busy_timeout_ms);
  if (sqlite3_exec(opened, schema, nullptr, nullptr, nullptr) != SQLITE_OK) fail();
  sqlite3_stmt* prepared = nullptr;
  if (sqlite3_prepare_v2(opened, add_one, -1, &prepared, nullptr) != SQLITE_OK) fail();
  add_.reset(prepared);
}

bool Effects::add(const Effect& effect) {
  const std::scoped_lock lock(mutex_);
  sqlite3_reset(add_.get());
  sqlite3_bind_text(add_.get(), 1, effect.attempt_id.c_str(), -1, SQLITE_TRANSIENT);
  sqlite3_bind_int64(add_.get(), 2, static_cast<sqlite3_int64>(effect.token));
  sqlite3_bind_text(add_.get(), 3, effect.worker.c_str(), -1, SQLITE_TRANSIENT);
  if (sqlite3_step(add_.get()) != SQLITE_ROW) fail();
  const bool is_accepted = sqlite3_column_int(add_.get(), 0) != 0;
  // It is committed only when the statement has ended.
  if (sqlite3_step(add_.get()) != SQLITE_DONE || sqlite3_reset(add_.get()) != SQLITE_OK) fail();
  return is_accepted;
}

void Effects::fail() const {
  throw std::runtime_error(std::string("effects: ") + sqlite3_errmsg(database_.get()));
}

}  // namespace leasecheck::load
