#include "bench/raw_queue.hpp"

#include "bench/support.hpp"

namespace leasecheck::bench {

RawQueue::RawQueue(const std::string& file, std::int64_t attempts) {
  if (sqlite3_open(file.c_str(), &database_) != SQLITE_OK) give_up(sqlite3_errmsg(database_));
  run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
      "CREATE TABLE a (id INTEGER PRIMARY KEY, status INTEGER, worker TEXT, expires INTEGER);"
      "CREATE INDEX waiting ON a (id) WHERE status = 0;");
  run(("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " +
       std::to_string(attempts) + ") INSERT INTO a (id, status) SELECT i, 0 FROM n")
          .c_str());
  claim_ = prepare(
      "UPDATE a SET status = 1, worker = 'w', expires = 30000 "
      "WHERE id = (SELECT id FROM a WHERE status = 0 ORDER BY id LIMIT 1) RETURNING id");
  claim_sixteen_ = prepare(
      "UPDATE a SET status = 1, worker = 'w', expires = 30000 "
      "WHERE id IN (SELECT id FROM a WHERE status = 0 ORDER BY id LIMIT 16) RETURNING id");
  heartbeat_ = prepare("UPDATE a SET expires = expires + 1 WHERE id = ?");
  ack_ = prepare("UPDATE a SET status = 2 WHERE id = ?");
}

RawQueue::~RawQueue() {
  for (sqlite3_stmt* each : {claim_, claim_sixteen_, heartbeat_, ack_}) sqlite3_finalize(each);
  sqlite3_close(database_);
}

std::int64_t RawQueue::claim() {
  const auto ids = ids_of(claim_);
  if (ids.empty()) give_up("nothing to claim");
  return ids.front();
}

void RawQueue::heartbeat(std::int64_t id) {
  change(heartbeat_, id);
}

void RawQueue::ack(std::int64_t id) {
  change(ack_, id);
}

std::vector<std::int64_t> RawQueue::claim_sixteen() {
  return ids_of(claim_sixteen_);
}

void RawQueue::heartbeat_all(const std::vector<std::int64_t>& ids) {
  run("BEGIN IMMEDIATE");
  for (const std::int64_t id : ids) heartbeat(id);
  run("COMMIT");
}

void RawQueue::ack_all(const std::vector<std::int64_t>& ids) {
  run("BEGIN IMMEDIATE");
  for (const std::int64_t id : ids) ack(id);
  run("COMMIT");
}

void RawQueue::run(const char* sql) {
  if (sqlite3_exec(database_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
    give_up(sqlite3_errmsg(database_));
  }
}

sqlite3_stmt* RawQueue::prepare(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(database_, sql, -1, &statement, nullptr) != SQLITE_OK) {
    give_up(sqlite3_errmsg(database_));
  }
  return statement;
}

std::vector<std::int64_t> RawQueue::ids_of(sqlite3_stmt* statement) {
  std::vector<std::int64_t> ids;
  int answer = sqlite3_step(statement);
  for (; answer == SQLITE_ROW; answer = sqlite3_step(statement)) {
    ids.push_back(sqlite3_column_int64(statement, 0));
  }
  if (answer != SQLITE_DONE) give_up(sqlite3_errmsg(database_));
  sqlite3_reset(statement);
  return ids;
}

void RawQueue::change(sqlite3_stmt* statement, std::int64_t id) {
  sqlite3_bind_int64(statement, 1, id);
  if (sqlite3_step(statement) != SQLITE_DONE) give_up(sqlite3_errmsg(database_));
  sqlite3_reset(statement);
}

}  // namespace leasecheck::bench
