#include "sqlite/schema.hpp"

#include <array>
#include <filesystem>
#include <string>

namespace lease::sqlite {
namespace {

// Migration n takes a database of schema n-1 to schema n. They are never edited once released.
//
// Schema 1. A lease is four columns of its attempt's row, so that no attempt can have two
// (rule 19a) and every operation on one attempt writes one row. While `ack_outcome` is null the
// lease columns are the current lease; otherwise they say which ack is remembered (rule 11), and
// the times are null. Versions are unsigned 64-bit, stored by their bits. What `lane` is for stands
// beside `Lane`; it and `deadline` follow from the other columns and are stored to be indexed.
//
// Schema 2, for pruning. When an attempt of schema 1 finished is not known; the latest time that
// its row holds stands for it. A dead letter is found by `dead_at`, which is its finish. Where
// events were pruned, `pruned_runs` keeps the run's latest sequence as long as the run has an
// attempt, and says that gaps are no damage. SQLite's next row id is one above the largest, so that
// sequences of attempts that are there ascend, whatever was pruned. `waiting` (waiting.hpp) is for
// lists among many priorities.
//
// Every partial index holds just the attempts that its question can concern, so that no number of
// others makes the answer slower.
constexpr std::array<const char*, schema_version> migrations{R"sql(
CREATE TABLE attempts (
  enqueue_seq INTEGER PRIMARY KEY,
  attempt_id TEXT NOT NULL UNIQUE,
  run_id TEXT NOT NULL,
  priority INTEGER NOT NULL,
  not_before INTEGER,
  timeout INTEGER CHECK (timeout >= 1),
  on_timeout INTEGER NOT NULL CHECK (on_timeout BETWEEN 0 AND 2),
  retry_strategy INTEGER CHECK (retry_strategy BETWEEN 0 AND 1),
  retry_backoff INTEGER,
  retry_max_backoff INTEGER,
  retry_multiplier INTEGER,
  retry_max_retries INTEGER,
  max_deliveries INTEGER,
  tenant_id TEXT,
  status INTEGER NOT NULL CHECK (status BETWEEN 0 AND 6),
  attempt_no INTEGER NOT NULL,
  delivery_count INTEGER NOT NULL,
  version INTEGER NOT NULL,
  ready_at INTEGER NOT NULL,
  retry_at INTEGER,
  started_at INTEGER,
  lease_id TEXT,
  lease_worker_id TEXT,
  lease_expires_at INTEGER,
  lease_heartbeat_at INTEGER,
  ack_outcome INTEGER CHECK (ack_outcome BETWEEN 0 AND 2),
  dead_reason INTEGER CHECK (dead_reason BETWEEN 0 AND 2),
  dead_at INTEGER,
  lane INTEGER,
  deadline INTEGER,
  CHECK ((status IN (1, 2)) = (lease_expires_at IS NOT NULL)),
  CHECK ((status IN (1, 2)) = (started_at IS NOT NULL)),
  CHECK ((status = 3) = (retry_at IS NOT NULL)),
  CHECK ((status = 5) = (dead_at IS NOT NULL)),
  CHECK ((status IN (0, 3)) = (lane IS NOT NULL))
) STRICT;

CREATE INDEX attempts_by_dispatch ON attempts (lane, priority DESC, ready_at, enqueue_seq)
  WHERE lane IS NOT NULL;
CREATE UNIQUE INDEX attempts_by_lease ON attempts (lease_id) WHERE lease_id IS NOT NULL;
CREATE INDEX attempts_by_expiry ON attempts (lease_expires_at) WHERE lease_expires_at IS NOT NULL;
CREATE INDEX attempts_by_deadline ON attempts (deadline) WHERE deadline IS NOT NULL;
CREATE INDEX attempts_by_death ON attempts (dead_at, attempt_id) WHERE dead_at IS NOT NULL;

CREATE TABLE run_events (
  run_id TEXT NOT NULL,
  seq INTEGER NOT NULL,
  attempt_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  payload TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (run_id, seq)
) STRICT, WITHOUT ROWID;
)sql",
                                                             R"sql(
ALTER TABLE attempts ADD COLUMN finished_at INTEGER;
UPDATE attempts SET finished_at = ifnull(dead_at, ready_at) WHERE status IN (4, 5, 6);
CREATE INDEX attempts_by_finish ON attempts (finished_at, attempt_id)
  WHERE finished_at IS NOT NULL AND dead_at IS NULL;
CREATE INDEX attempts_by_run ON attempts (run_id, attempt_id);
CREATE INDEX run_events_by_attempt ON run_events (attempt_id);

CREATE TABLE pruned_runs (
  run_id TEXT PRIMARY KEY,
  latest_seq INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE waiting (
  level INTEGER NOT NULL,
  prefix INTEGER NOT NULL,
  first_ready_at INTEGER NOT NULL,
  PRIMARY KEY (level, prefix)
) STRICT, WITHOUT ROWID;
WITH RECURSIVE levels (level) AS (SELECT 0 UNION ALL SELECT level + 1 FROM levels WHERE level < 7)
INSERT INTO waiting
  SELECT level, priority >> (4 * level), min(ready_at) FROM levels, attempts
  WHERE lane = 2 GROUP BY 1, 2;

CREATE TABLE version_floor (version INTEGER NOT NULL) STRICT;
INSERT INTO version_floor VALUES (0);
)sql"};

std::int64_t number(Connection& connection, std::string_view sql) {
  Query query(connection, sql);
  return query.next() ? query.integer(0) : 0;
}

std::string text(Connection& connection, std::string_view sql) {
  Query query(connection, sql);
  return query.next() ? query.text(0) : std::string();
}

void fail_as_newer(Connection& connection, std::int64_t version) {
  connection.fail_as_corrupt("has schema version " + std::to_string(version) +
                             "; this library knows versions up to " +
                             std::to_string(schema_version) + ": use a newer library");
}

// Refuses a database of another application or of a newer schema. An empty one, which has neither
// tables nor marks, is accepted.
std::int64_t checked_version(Connection& connection) {
  const std::int64_t owner = number(connection, "PRAGMA application_id");
  const std::int64_t version = number(connection, "PRAGMA user_version");
  const std::int64_t tables = number(connection, "SELECT count(*) FROM sqlite_schema");
  const bool is_empty = owner == 0 && version == 0 && tables == 0;
  if (owner != application_id && !is_empty) {
    connection.fail_as_corrupt("belongs to another application");
  } else if (version > schema_version) {
    fail_as_newer(connection, version);
  } else if (version < 0) {
    connection.fail_as_corrupt("has schema version " + std::to_string(version));
  } else if (text(connection, "PRAGMA encoding") != "UTF-8") {
    connection.fail_as_corrupt("is not in UTF-8");
  }
  return version;
}

// The three marks are read in one transaction: another process may be making the schema.
Result<std::int64_t> present_version(Connection& connection) {
  if (auto begun = connection.begin(Access::read); !begun) return std::unexpected(begun.error());
  const std::int64_t version = checked_version(connection);
  if (auto ended = connection.end(Ending::commit); !ended) return std::unexpected(ended.error());
  return version;
}

Result<void> use_write_ahead_log(Connection& connection) {
  const std::string present = connection.query_with_retries("PRAGMA journal_mode = WAL");
  if (auto switched = connection.take_failure(); !switched) return switched;
  if (present == "wal" || !connection.is_a_file()) return {};
  return std::unexpected(connection.error(
      ErrorCode::unavailable, "no write-ahead log here; the journal mode stays " + present));
}

}  // namespace

Result<std::int64_t> enter(Connection& connection, bool may_migrate) {
  const auto version = present_version(connection);
  if (!version) return version;
  if (*version < schema_version && !may_migrate) {
    const std::string what =
        *version == 0 ? "holds no queue" : "has schema version " + std::to_string(*version);
    return std::unexpected(connection.error(
        ErrorCode::unavailable, what + "; this library has schema version " +
                                    std::to_string(schema_version) + ": migrate it first"));
  }
  // FULL, and for the one transaction that a new file has a rollback journal for, its removal as
  // well: one that a loss of power brings back would undo the switch to a log, and what came after.
  connection.execute("PRAGMA synchronous = EXTRA");
  if (auto switched = use_write_ahead_log(connection); !switched) {
    return std::unexpected(switched.error());
  }
  // A log that had to grow, because somebody was reading, shrinks to this when it begins anew.
  connection.execute("PRAGMA journal_size_limit = 8388608");
  if (auto ready = connection.take_failure(); !ready) return std::unexpected(ready.error());
  return version;
}

Result<void> migrate(Connection& connection) {
  if (auto begun = connection.begin(Access::write); !begun) return begun;
  // Another process may have migrated it meanwhile, or put something else in its place.
  std::int64_t from = checked_version(connection);
  if (connection.has_failed()) return connection.end(Ending::roll_back);
  for (; from < schema_version; ++from) {
    connection.execute(migrations.at(static_cast<std::size_t>(from)));
  }
  connection.execute("PRAGMA application_id = " + std::to_string(application_id));
  connection.execute("PRAGMA user_version = " + std::to_string(schema_version));
  return connection.end(Ending::commit);
}

Result<void> prepare_schema(Connection& connection, bool may_migrate) {
  const auto version = enter(connection, may_migrate);
  if (!version) return std::unexpected(version.error());
  // Before this process answers anything that it has read: a version or a sequence that a caller
  // has seen must not be given again after a loss of power.
  connection.make_log_safe();
  if (auto ready = connection.take_failure(); !ready || *version == schema_version) return ready;
  return migrate(connection);
}

Result<std::unique_ptr<Connection>> open_existing(const SqliteOptions& options) {
  std::error_code error;
  if (options.vfs.empty() && !std::filesystem::exists(options.path, error)) {
    return std::unexpected(
        Error(ErrorCode::unavailable, "SQLite database \"" + options.path + "\": no such file"));
  }
  auto connection = Connection::open(options);
  if (!connection) return connection;
  if (auto ready = prepare_schema(**connection, false); !ready) {
    return std::unexpected(ready.error());
  }
  return connection;
}

void check_schema_version(Connection& connection) {
  const std::int64_t version = number(connection, "PRAGMA user_version");
  if (version > schema_version) fail_as_newer(connection, version);
}

}  // namespace lease::sqlite
