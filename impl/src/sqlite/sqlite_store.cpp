#include "sqlite/sqlite_store.hpp"

#include <algorithm>
#include <bit>
#include <functional>
#include <limits>
#include <utility>

#include "sqlite/rows.hpp"
#include "sqlite/schema.hpp"

namespace lease::sqlite {
namespace {

// Whole attempts to which an index leads: it is asked for `entry`, and `attempt` is the row that an
// entry names. In one table reference SQLite would take the indexed columns from the index, and an
// entry that disagrees with its row would pass for the row. A row that is missing is all nulls.
#define FROM_INDEXED                                      \
  "FROM attempts AS entry LEFT JOIN attempts AS attempt " \
  "ON attempt.enqueue_seq = entry.enqueue_seq "
#define SELECT_INDEXED "SELECT " LEASE_SQLITE_ATTEMPT_COLUMNS " " FROM_INDEXED
#define COUNT_INDEXED                                                                    \
  "SELECT count(*), count(*) FILTER (WHERE attempt.status IN (0, 3) AND attempt.lane = " \
  "entry.lane AND attempt.ready_at = entry.ready_at) " FROM_INDEXED

// Limits are unsigned; SQLite's are signed, and there a negative one means none.
std::int64_t clamped(std::uint64_t limit) {
  constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();
  return static_cast<std::int64_t>(std::min(limit, most));
}

template <typename Enum>
std::int64_t stored(Enum value) {
  return static_cast<std::int64_t>(value);
}

std::int64_t stored_version(std::uint64_t version) {
  return std::bit_cast<std::int64_t>(version);
}

template <typename T, typename Get>
auto map_optional(const std::optional<T>& value, Get get) {
  return value ? std::optional(get(*value)) : std::nullopt;
}

/// The lease columns: those of the lease, or of the ack that is remembered.
struct LeaseColumns {
  std::optional<std::string_view> lease_id;
  std::optional<std::string_view> worker_id;
  std::optional<Time> expires_at;
  std::optional<Time> heartbeat_at;
  std::optional<std::int64_t> ack_outcome;
};

LeaseColumns lease_columns(const Attempt& attempt) {
  if (const auto& lease = attempt.lease) {
    return {
        lease->lease_id.str(), lease->worker_id.str(), lease->expires_at, lease->heartbeat_at, {}};
  }
  if (const auto& ack = attempt.last_ack) {
    return {ack->lease_id.str(), ack->worker_id.str(), {}, {}, stored(ack->outcome)};
  }
  return {};
}

/// The retry policy's columns, all null where there is none.
struct PolicyColumns {
  std::optional<std::int64_t> strategy;
  std::optional<std::int64_t> backoff;
  std::optional<std::int64_t> max_backoff;
  std::optional<std::int64_t> multiplier;
  std::optional<std::int64_t> max_retries;
};

PolicyColumns policy_columns(const AttemptSpec& spec) {
  PolicyColumns columns;
  if (const auto& policy = spec.retry_policy) {
    columns.strategy = stored(policy->strategy);
    columns.backoff = policy->backoff.count();
    if (policy->max_backoff) columns.max_backoff = policy->max_backoff->count();
    columns.multiplier = policy->multiplier;
    columns.max_retries = policy->max_retries;
  }
  return columns;
}

std::optional<std::int64_t> lane_column(const Attempt& attempt) {
  return map_optional(lane_of(attempt), [](Lane lane) { return stored(lane); });
}

}  // namespace

Result<void> SqliteStore::begin(Access access) {
  loaded_.clear();
  if (auto begun = connection_->begin(access); !begun) return begun;
  if (access == Access::write) check_schema_version(*connection_);
  return {};
}

Result<void> SqliteStore::end(Ending ending) {
  loaded_.clear();
  return connection_->end(ending);
}

Attempt* SqliteStore::load(Query& query) {
  if (!query.next()) return nullptr;
  const auto known = loaded_.find(static_cast<std::uint64_t>(query.integer(0)));
  if (known != loaded_.end()) return &known->second;
  Attempt attempt = read_attempt(query);
  if (connection_->has_failed()) return nullptr;
  const std::uint64_t seq = attempt.enqueue_seq;
  return &loaded_.emplace(seq, std::move(attempt)).first->second;
}

template <typename Belongs>
Attempt* SqliteStore::load_one(Query& query, Belongs belongs) {
  Attempt* attempt = load(query);
  if (attempt == nullptr || belongs(*attempt)) return attempt;
  fail_as_stale_index();
  return nullptr;
}

template <typename Belongs, typename Key>
std::vector<Attempt*> SqliteStore::load_all(Query& query, Belongs belongs, Key key) {
  std::vector<Attempt*> attempts;
  while (Attempt* attempt = load_one(query, belongs)) {
    const bool is_next = attempts.empty() || key(*attempts.back()) < key(*attempt);
    if (!is_next) fail_as_stale_index();
    attempts.push_back(attempt);
  }
  if (connection_->has_failed()) attempts.clear();
  return attempts;
}

void SqliteStore::fail_as_stale_index() {
  connection_->fail_as_corrupt("an index disagrees with the attempts; see PRAGMA integrity_check");
}

Attempt* SqliteStore::find(const AttemptId& attempt_id) {
  Query query(*connection_, SELECT_INDEXED "WHERE entry.attempt_id = ?", attempt_id);
  return load_one(query,
                  [&](const Attempt& attempt) { return attempt.spec.attempt_id == attempt_id; });
}

Attempt* SqliteStore::find_by_lease(const LeaseId& lease_id) {
  Query query(*connection_, SELECT_INDEXED "WHERE entry.lease_id = ?", lease_id);
  return load_one(query, [&](const Attempt& attempt) {
    return attempt.lease ? attempt.lease->lease_id == lease_id
                         : attempt.last_ack && attempt.last_ack->lease_id == lease_id;
  });
}

void SqliteStore::insert(Attempt attempt) {
  const AttemptSpec& spec = attempt.spec;
  const PolicyColumns policy = policy_columns(spec);
  Query(*connection_,
        "INSERT INTO attempts (attempt_id, run_id, priority, not_before, timeout, on_timeout, "
        "retry_strategy, retry_backoff, retry_max_backoff, retry_multiplier, retry_max_retries, "
        "max_deliveries, tenant_id, status, attempt_no, delivery_count, version, ready_at, lane) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, ?, ?)",
        spec.attempt_id, spec.run_id, std::int64_t{spec.priority}, spec.not_before, spec.timeout,
        stored(spec.on_timeout), policy.strategy, policy.backoff, policy.max_backoff,
        policy.multiplier, policy.max_retries, spec.max_deliveries, spec.tenant_id,
        stored(attempt.status), std::int64_t{attempt.attempt_no}, attempt.ready_at,
        lane_column(attempt))
      .run();
}

void SqliteStore::save(Attempt& attempt) {
  const LeaseColumns lease = lease_columns(attempt);
  const auto& letter = attempt.dead_letter;
  const auto reason = map_optional(letter, [](const auto& dead) { return stored(dead.reason); });
  const auto dead_at = map_optional(letter, [](const auto& dead) { return dead.dead_at; });
  Query(*connection_,
        "UPDATE attempts SET status = ?, attempt_no = ?, delivery_count = ?, version = ?, "
        "ready_at = ?, retry_at = ?, started_at = ?, lease_id = ?, lease_worker_id = ?, "
        "lease_expires_at = ?, lease_heartbeat_at = ?, ack_outcome = ?, dead_reason = ?, "
        "dead_at = ?, lane = ?, deadline = ? WHERE enqueue_seq = ?",
        stored(attempt.status), std::int64_t{attempt.attempt_no},
        std::int64_t{attempt.delivery_count}, stored_version(attempt.version), attempt.ready_at,
        attempt.retry_at, attempt.started_at, lease.lease_id, lease.worker_id, lease.expires_at,
        lease.heartbeat_at, lease.ack_outcome, reason, dead_at, lane_column(attempt),
        execution_deadline(attempt), static_cast<std::int64_t>(attempt.enqueue_seq))
      .run();
}

void SqliteStore::save_heartbeat(Attempt& attempt) {
  const Lease& lease = attempt.lease.value();
  Query(*connection_,
        "UPDATE attempts SET lease_expires_at = ?, lease_heartbeat_at = ?, version = ? "
        "WHERE enqueue_seq = ?",
        lease.expires_at, lease.heartbeat_at, stored_version(attempt.version),
        static_cast<std::int64_t>(attempt.enqueue_seq))
      .run();
}

// Within one priority those that are due come first, so the index is walked priority by priority:
// the many that are not due yet are jumped over.
std::vector<Attempt*> SqliteStore::due(Time now, std::uint64_t limit) {
  std::vector<Attempt*> found;
  std::int64_t below = std::int64_t{std::numeric_limits<std::int32_t>::max()} + 1;
  while (found.size() < limit) {
    Query next(*connection_, "SELECT max(priority) FROM attempts WHERE lane = 2 AND priority < ?",
               below);
    if (!next.next() || next.is_null(0)) break;
    const std::int64_t priority = next.integer(0);
    if (priority >= below) fail_as_stale_index();
    below = priority;
    Query query(*connection_,
                SELECT_INDEXED
                "WHERE entry.lane = 2 AND entry.priority = ? AND entry.ready_at <= ? "
                "ORDER BY entry.ready_at, entry.enqueue_seq LIMIT ?",
                priority, now, clamped(limit - found.size()));
    const auto belongs = [&](const Attempt& attempt) {
      return lane_of(attempt) == Lane::timed && attempt.spec.priority == priority &&
             attempt.ready_at <= now;
    };
    std::ranges::copy(load_all(query, belongs, dispatch_key), std::back_inserter(found));
  }
  return found;
}

std::vector<AttemptDispatchRecord> SqliteStore::list_dispatchable(Time now, std::uint64_t limit) {
  Query query(*connection_,
              SELECT_INDEXED
              "WHERE entry.lane = 1 AND (attempt.not_before IS NULL OR attempt.not_before <= ?) "
              "ORDER BY entry.priority DESC, entry.ready_at, entry.enqueue_seq LIMIT ?",
              now, clamped(limit));
  const auto is_ready = [&](const Attempt& attempt) { return lane_of(attempt) == Lane::ready; };
  const std::vector<Attempt*> ready = load_all(query, is_ready, dispatch_key);
  const std::vector<Attempt*> timed = due(now, limit);
  std::vector<Attempt*> merged;
  std::ranges::merge(
      ready, timed, std::back_inserter(merged), {},
      [](const Attempt* attempt) { return dispatch_key(*attempt); },
      [](const Attempt* attempt) { return dispatch_key(*attempt); });
  if (merged.size() > limit) merged.resize(limit);
  std::vector<AttemptDispatchRecord> listed;
  listed.reserve(merged.size());
  for (const Attempt* attempt : merged) listed.push_back(dispatch_record(*attempt));
  return listed;
}

std::uint64_t SqliteStore::count_dispatchable(Time now) {
  Query ready(*connection_,
              COUNT_INDEXED
              "WHERE entry.lane = 1 AND (attempt.not_before IS NULL OR attempt.not_before <= ?)",
              now);
  Query due(*connection_, COUNT_INDEXED "WHERE entry.lane = 2 AND entry.ready_at <= ?", now);
  return count(ready) + count(due);
}

std::uint64_t SqliteStore::count(Query& query) {
  if (!query.next()) return 0;
  const std::int64_t found = query.integer(0);
  if (query.integer(1) != found) fail_as_stale_index();
  return static_cast<std::uint64_t>(found);
}

std::vector<Attempt*> SqliteStore::expired_before(Time time) {
  Query query(*connection_,
              SELECT_INDEXED
              "WHERE entry.lease_expires_at < ? "
              "ORDER BY entry.lease_expires_at, entry.enqueue_seq",
              time);
  return load_all(
      query,
      [&](const Attempt& attempt) { return attempt.lease && attempt.lease->expires_at < time; },
      [](const Attempt& attempt) {
        return std::pair(attempt.lease->expires_at, attempt.enqueue_seq);
      });
}

std::vector<Attempt*> SqliteStore::overdue_at(Time now) {
  Query query(*connection_,
              SELECT_INDEXED "WHERE entry.deadline <= ? ORDER BY entry.deadline, entry.enqueue_seq",
              now);
  return load_all(
      query,
      [&](const Attempt& attempt) {
        const auto deadline = execution_deadline(attempt);
        return deadline && *deadline <= now;
      },
      [](const Attempt& attempt) {
        return std::pair(execution_deadline(attempt), attempt.enqueue_seq);
      });
}

std::vector<DeadLetter> SqliteStore::list_dead_letters(std::uint64_t limit) {
  Query query(*connection_,
              SELECT_INDEXED
              "WHERE entry.dead_at IS NOT NULL ORDER BY entry.dead_at, entry.attempt_id LIMIT ?",
              clamped(limit));
  const auto dead = load_all(
      query, [](const Attempt& attempt) { return attempt.dead_letter.has_value(); },
      [](const Attempt& attempt) {
        return std::pair(attempt.dead_letter->dead_at, attempt.spec.attempt_id);
      });
  std::vector<DeadLetter> letters;
  letters.reserve(dead.size());
  for (const Attempt* attempt : dead) letters.push_back(dead_letter_record(*attempt));
  return letters;
}

std::uint64_t SqliteStore::latest_seq(const RunId& run_id) {
  Query query(*connection_,
              "SELECT run_id, seq FROM run_events WHERE run_id = ? ORDER BY seq DESC LIMIT 1",
              run_id);
  if (!query.next()) return 0;
  const bool is_of_the_run = query.text(0) == run_id.str();
  const std::int64_t seq = query.integer(1);
  // After the largest there would be no next one.
  if (!is_of_the_run || seq < 1 || seq == std::numeric_limits<std::int64_t>::max()) {
    connection_->fail_as_corrupt("the last event of run \"" + run_id.str() +
                                 "\" has a sequence that no repository gives");
  }
  return static_cast<std::uint64_t>(seq);
}

void SqliteStore::append(const RunId& run_id, RunEvent event) {
  Query(*connection_,
        "INSERT INTO run_events (run_id, seq, attempt_id, kind, payload, at) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        run_id, static_cast<std::int64_t>(event.seq), event.attempt_id,
        std::string_view(event.kind), std::string_view(event.payload), event.at)
      .run();
}

std::vector<RunEvent> SqliteStore::list_events(const RunId& run_id, std::uint64_t after,
                                               std::uint64_t limit) {
  Query query(*connection_,
              "SELECT run_id, seq, attempt_id, kind, payload, at FROM run_events "
              "WHERE run_id = ? AND seq > ? ORDER BY seq LIMIT ?",
              run_id, clamped(after), clamped(limit));
  std::vector<RunEvent> events;
  while (query.next()) {
    const std::uint64_t seq = after + events.size() + 1;
    events.push_back(read_event(query, run_id, seq));
  }
  return events;
}

CountsByStatus SqliteStore::counts_by_status() {
  CountsByStatus counts;
  Query query(*connection_, "SELECT status, count(*) FROM attempts GROUP BY status");
  while (query.next()) {
    const std::int64_t status = query.integer(0);
    if (status < 0 || status >= std::ssize(counts.count)) {
      connection_->fail_as_corrupt("an attempt has an unknown status");
      break;
    }
    counts.count.at(static_cast<std::size_t>(status)) =
        static_cast<std::uint64_t>(query.integer(1));
  }
  return counts;
}

Snapshot SqliteStore::snapshot() {
  Snapshot snapshot;
  // All rows, whatever the indexes say.
  Query query(*connection_, "SELECT " LEASE_SQLITE_ATTEMPT_COLUMNS
                            " FROM attempts AS attempt ORDER BY +attempt_id");
  const auto attempts = load_all(
      query, [](const Attempt&) { return true; },
      [](const Attempt& attempt) { return attempt.spec.attempt_id; });
  for (const Attempt* attempt : attempts) {
    snapshot.attempts.push_back(attempt_record(*attempt));
    if (attempt->lease) snapshot.leases.push_back(lease_record(*attempt));
    if (attempt->dead_letter) snapshot.dead_letters.push_back(dead_letter_record(*attempt));
  }
  Query events(*connection_,
               "SELECT run_id, seq, attempt_id, kind, payload, at FROM run_events "
               "ORDER BY run_id, seq");
  while (events.next()) {
    RunId run_id(events.text(0));
    if (snapshot.runs.empty() || snapshot.runs.back().run_id < run_id) {
      snapshot.runs.push_back({std::move(run_id), {}});
    }
    RunRecord& run = snapshot.runs.back();
    run.events.push_back(read_event(events, run.run_id, run.events.size() + 1));
  }
  return snapshot;
}

void SqliteStore::clear() {
  loaded_.clear();
  connection_->execute("DELETE FROM attempts; DELETE FROM run_events");
}

}  // namespace lease::sqlite
