#include "postgres/schema.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "failure.hpp"

namespace lease::postgres {
namespace {

// Migration n takes a schema of version n-1 to version n. They are never edited once released.
//
// Schema 1. Columns and their meanings are those of SQLite's schema 2 (sqlite/schema.cpp), and so
// are the partial indexes. Ids compare by their bytes, whatever the database's collation.
// `lease_repository` has one row. Whoever inserts an attempt locks it until the commit, so that
// enqueue sequences come in the order of the commits; `runs` has the latest sequence of each run
// that ever had an event and still has an attempt, to be locked by whoever appends one.
//
// Rows are locked in the order attempts, lease_repository, runs, so that operations on one attempt
// do not wait for each other in a circle.
//
// Every update of an attempt but that of `start_attempt` changes a column that an index holds, its
// lane, lease, expiry, deadline or end, so it cannot stay on its page without touching the indexes
// (HOT). Room on the pages would serve that one update of an attempt's life and make the table
// larger for everything that reads it, so `fillfactor` stays what it is by default, 100. What
// updates leave behind is to be cleaned early, before lists walk past it: a fiftieth of the table
// or 1,000 rows, instead of a fifth. `lease_repository` and `runs` change in no column that an
// index holds.
constexpr std::array schema_1{
    R"sql(
CREATE TABLE lease_repository (
  schema_version bigint NOT NULL,
  version_floor bigint NOT NULL,
  last_enqueue_seq bigint NOT NULL
))sql",
    "INSERT INTO lease_repository VALUES (1, 0, 0)",
    "CREATE UNIQUE INDEX lease_repository_is_one ON lease_repository ((true))",
    R"sql(
CREATE TABLE attempts (
  enqueue_seq bigint PRIMARY KEY,
  attempt_id text COLLATE "C" NOT NULL UNIQUE,
  run_id text COLLATE "C" NOT NULL,
  priority bigint NOT NULL,
  not_before bigint,
  timeout bigint CHECK (timeout >= 1),
  on_timeout bigint NOT NULL CHECK (on_timeout BETWEEN 0 AND 2),
  retry_strategy bigint CHECK (retry_strategy BETWEEN 0 AND 1),
  retry_backoff bigint,
  retry_max_backoff bigint,
  retry_multiplier bigint,
  retry_max_retries bigint,
  max_deliveries bigint,
  tenant_id text COLLATE "C",
  status bigint NOT NULL CHECK (status BETWEEN 0 AND 6),
  attempt_no bigint NOT NULL,
  delivery_count bigint NOT NULL,
  version bigint NOT NULL,
  ready_at bigint NOT NULL,
  retry_at bigint,
  started_at bigint,
  lease_id text COLLATE "C",
  lease_worker_id text COLLATE "C",
  lease_expires_at bigint,
  lease_heartbeat_at bigint,
  ack_outcome bigint CHECK (ack_outcome BETWEEN 0 AND 2),
  dead_reason bigint CHECK (dead_reason BETWEEN 0 AND 2),
  dead_at bigint,
  finished_at bigint,
  lane bigint,
  deadline bigint,
  CHECK ((status IN (1, 2)) = (lease_expires_at IS NOT NULL)),
  CHECK ((status IN (1, 2)) = (started_at IS NOT NULL)),
  CHECK ((status = 3) = (retry_at IS NOT NULL)),
  CHECK ((status = 5) = (dead_at IS NOT NULL)),
  CHECK ((status IN (4, 5, 6)) = (finished_at IS NOT NULL)),
  CHECK ((status IN (0, 3)) = (lane IS NOT NULL))
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000))sql",
    "CREATE INDEX attempts_by_dispatch ON attempts (lane, priority DESC, ready_at, enqueue_seq) "
    "WHERE lane IS NOT NULL",
    "CREATE UNIQUE INDEX attempts_by_lease ON attempts (lease_id) WHERE lease_id IS NOT NULL",
    "CREATE INDEX attempts_by_expiry ON attempts (lease_expires_at, enqueue_seq) "
    "WHERE lease_expires_at IS NOT NULL",
    "CREATE INDEX attempts_by_deadline ON attempts (deadline, enqueue_seq) "
    "WHERE deadline IS NOT NULL",
    "CREATE INDEX attempts_by_death ON attempts (dead_at, attempt_id) WHERE dead_at IS NOT NULL",
    "CREATE INDEX attempts_by_finish ON attempts (finished_at, attempt_id) "
    "WHERE finished_at IS NOT NULL AND dead_at IS NULL",
    "CREATE INDEX attempts_by_run ON attempts (run_id, attempt_id)",
    R"sql(
CREATE TABLE run_events (
  run_id text COLLATE "C" NOT NULL,
  seq bigint NOT NULL,
  attempt_id text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL,
  payload text NOT NULL,
  at bigint NOT NULL,
  PRIMARY KEY (run_id, seq)
))sql",
    "CREATE INDEX run_events_by_attempt ON run_events (attempt_id)",
    R"sql(
CREATE TABLE runs (
  run_id text COLLATE "C" PRIMARY KEY,
  latest_seq bigint NOT NULL,
  has_gaps boolean NOT NULL DEFAULT false
))sql",
};
constexpr std::array<std::span<const char* const>, schema_version> migrations{schema_1};

/// One step of making a session ready, for a repository that has a name.
class Entrance {
 public:
  Entrance(Wire& wire, const PostgresOptions& options)
      : wire_(wire), options_(options), name_(name_of(wire, options)) {}

  [[nodiscard]] Result<void> apply_settings();
  [[nodiscard]] Result<void> check_server();

  /// 0 where there is no schema, or an empty one.
  [[nodiscard]] Result<std::int64_t> present_version();
  [[nodiscard]] Result<void> migrate();
  [[nodiscard]] Result<void> drop();

  [[nodiscard]] std::unexpected<Error> failure(ErrorCode code, const std::string& what) const {
    return lease::failure(code, name_ + ": " + what);
  }

 private:
  using Arguments = std::vector<std::optional<std::string>>;
  [[nodiscard]] Result<Answer> ask(std::string_view sql, Arguments arguments = {});
  [[nodiscard]] Result<void> carry_out(const std::vector<std::string>& statements);
  [[nodiscard]] std::string schema() const { return wire_.quoted(options_.schema); }

  Wire& wire_;
  const PostgresOptions& options_;
  std::string name_;
};

std::string text(const Answer& answer, int column) {
  return PQgetvalue(answer.get(), 0, column);
}

bool is_true(const Answer& answer, int column) {
  return text(answer, column) == "t";
}

/// As the server takes a time, where 0 is without end.
std::string setting(Duration limit) {
  constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();
  return std::to_string(std::clamp<std::int64_t>(limit.count(), 0, most));
}

Result<Answer> Entrance::ask(std::string_view sql, Arguments arguments) {
  const std::array request{
      Request{.sql = sql, .arguments = std::move(arguments), .is_single_use = true}};
  auto answers = wire_.exchange(request);
  if (!answers) return std::unexpected(error_from(answers.error(), name_));
  return std::move(answers->front());
}

Result<void> Entrance::carry_out(const std::vector<std::string>& statements) {
  std::vector<Request> requests;
  requests.reserve(statements.size());
  for (const std::string& sql : statements) requests.push_back({.sql = sql, .is_single_use = true});
  const auto answers = wire_.exchange(requests);
  if (!answers) return std::unexpected(error_from(answers.error(), name_));
  return {};
}

// Plans are made once, without a look at the arguments: every statement is made for one index, and
// a plan that suits the first arguments, or an empty table, must not be kept for others.
Result<void> Entrance::apply_settings() {
  const auto applied = ask(
      "SELECT set_config('search_path', $1, false), set_config('lock_timeout', $2, false), "
      "set_config('statement_timeout', $3, false), "
      "set_config('idle_in_transaction_session_timeout', $3, false), "
      "set_config('synchronous_commit', CASE WHEN $4::boolean OR "
      "current_setting('synchronous_commit') <> 'off' THEN current_setting('synchronous_commit') "
      "ELSE 'on' END, false), "
      "set_config('plan_cache_mode', 'force_generic_plan', false), "
      "set_config('enable_seqscan', 'off', false), set_config('enable_bitmapscan', 'off', false), "
      "set_config('enable_hashjoin', 'off', false), set_config('enable_mergejoin', 'off', false), "
      "set_config('jit', 'off', false), set_config('client_min_messages', 'warning', false)",
      {schema(), setting(options_.lock_timeout), setting(options_.statement_timeout),
       options_.allow_unsafe_server ? "t" : "f"});
  if (!applied) return std::unexpected(applied.error());
  return {};
}

Result<void> Entrance::check_server() {
  const auto facts =
      ask("SELECT current_setting('server_version'), "
          "current_setting('server_version_num')::integer >= 130000, "
          "current_setting('server_encoding'), pg_is_in_recovery(), "
          "current_setting('transaction_read_only')::boolean, current_setting('fsync')::boolean, "
          "current_setting('full_page_writes')::boolean");
  if (!facts) return std::unexpected(facts.error());
  if (!is_true(*facts, 1)) {
    return failure(ErrorCode::unavailable,
                   "the server is PostgreSQL " + text(*facts, 0) + "; 13 or newer is needed");
  }
  if (text(*facts, 2) != "UTF8") {
    return failure(ErrorCode::corrupt,
                   "the database is in " + text(*facts, 2) + "; it must be in UTF8");
  }
  if (is_true(*facts, 3)) {
    return failure(ErrorCode::unavailable, "the server is a standby: connect to the primary");
  }
  if (is_true(*facts, 4)) {
    return failure(ErrorCode::unavailable, "transactions are read-only here");
  }
  const bool is_safe = is_true(*facts, 5) && is_true(*facts, 6);
  if (!is_safe && !options_.allow_unsafe_server) {
    const std::string culprit = is_true(*facts, 5) ? "full_page_writes" : "fsync";
    return failure(ErrorCode::unavailable,
                   "the server runs with " + culprit +
                       " = off and loses what it has acknowledged when the power fails");
  }
  return {};
}

Result<std::int64_t> Entrance::present_version() {
  const auto tables = ask(
      "SELECT count(*) > 0, count(*) FILTER (WHERE relname = 'lease_repository') > 0 FROM pg_class "
      "JOIN pg_namespace ON pg_namespace.oid = relnamespace WHERE nspname = $1",
      {options_.schema});
  if (!tables) return std::unexpected(tables.error());
  if (!is_true(*tables, 0)) return 0;
  if (!is_true(*tables, 1)) {
    return failure(ErrorCode::corrupt, "the schema holds something else than a repository");
  }
  const auto version = ask("SELECT schema_version FROM lease_repository");
  if (!version) return std::unexpected(version.error());
  if (PQntuples(version->get()) != 1) {
    return failure(ErrorCode::corrupt, "the schema has no version");
  }
  return std::stoll(text(*version, 0));
}

// One at a time: another process may be about to do the same, or may have done it meanwhile.
Result<void> Entrance::migrate() {
  if (auto locked = carry_out(
          {"BEGIN ISOLATION LEVEL READ COMMITTED", "SELECT pg_advisory_xact_lock(7809641925236)"});
      !locked) {
    return locked;
  }
  const auto from = present_version();
  if (!from) return std::unexpected(from.error());
  std::vector<std::string> statements{"CREATE SCHEMA IF NOT EXISTS " + schema()};
  for (std::int64_t version = *from; version < schema_version; ++version) {
    const auto& migration = migrations.at(static_cast<std::size_t>(version));
    statements.insert(statements.end(), migration.begin(), migration.end());
  }
  statements.emplace_back("COMMIT");
  return carry_out(statements);
}

Result<void> Entrance::drop() {
  const auto present = present_version();
  if (!present) return std::unexpected(present.error());
  const auto others =
      ask("SELECT count(*) > 0 FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace "
          "WHERE nspname = $1 AND relkind NOT IN ('i', 't') AND relname NOT IN "
          "('lease_repository', 'attempts', 'run_events', 'runs')",
          {options_.schema});
  if (!others) return std::unexpected(others.error());
  if (is_true(*others, 0)) {
    return failure(ErrorCode::corrupt, "the schema holds something else besides a repository");
  }
  return carry_out({"DROP SCHEMA IF EXISTS " + schema() + " CASCADE"});
}

}  // namespace

std::string name_of(const Wire& wire, const PostgresOptions& options) {
  return wire.name() + ", schema \"" + options.schema + '"';
}

Error error_from(const WireError& error, const std::string& name, Effect effect) {
  // 42P01, 42703, 3F000: no such table, column, schema. XX001, XX002: damaged data or index.
  constexpr std::array corrupt{"42P01", "42703", "3F000", "XX001", "XX002", "23514"};
  const bool is_corrupt = std::ranges::find(corrupt, error.sqlstate) != corrupt.end();
  return {is_corrupt ? ErrorCode::corrupt : ErrorCode::unavailable, name + ": " + error.message,
          effect};
}

std::string newer_schema(std::int64_t version) {
  return "has schema version " + std::to_string(version) + "; this library knows versions up to " +
         std::to_string(schema_version) + ": use a newer library";
}

Result<void> enter(Wire& wire, const PostgresOptions& options, bool may_migrate) {
  Entrance entrance(wire, options);
  if (auto applied = entrance.apply_settings(); !applied) return applied;
  if (auto suitable = entrance.check_server(); !suitable) return suitable;
  const auto version = entrance.present_version();
  if (!version) return std::unexpected(version.error());
  if (*version > schema_version) {
    return entrance.failure(ErrorCode::corrupt, newer_schema(*version));
  }
  if (*version == schema_version) return {};
  if (may_migrate) return entrance.migrate();
  return entrance.failure(ErrorCode::unavailable,
                          *version == 0
                              ? "holds no queue; migrate it first"
                              : "has schema version " + std::to_string(*version) +
                                    "; this library has schema version " +
                                    std::to_string(schema_version) + ": migrate it first");
}

Result<void> drop(Wire& wire, const PostgresOptions& options) {
  Entrance entrance(wire, options);
  if (auto applied = entrance.apply_settings(); !applied) return applied;
  return entrance.drop();
}

}  // namespace lease::postgres
