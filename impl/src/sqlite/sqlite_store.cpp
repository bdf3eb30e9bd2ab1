#include "sqlite/sqlite_store.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "rows.hpp"
#include "sqlite/operations.hpp"
#include "sqlite/schema.hpp"
#include "sqlite/waiting.hpp"

namespace lease::sqlite {
namespace {

// Whole attempts to which an index leads: it is asked for `entry`, and `attempt` is the row that an
// entry names. In one table reference SQLite would take the indexed columns from the index, and an
// entry that disagrees with its row would pass for the row. A row that is missing is all nulls.
#define FROM_INDEXED                                      \
  "FROM attempts AS entry LEFT JOIN attempts AS attempt " \
  "ON attempt.enqueue_seq = entry.enqueue_seq "
#define SELECT_INDEXED "SELECT " LEASE_ATTEMPT_COLUMNS " " FROM_INDEXED
#define COUNT_INDEXED                                                                    \
  "SELECT count(*), count(*) FILTER (WHERE attempt.status IN (0, 3) AND attempt.lane = " \
  "entry.lane AND attempt.ready_at = entry.ready_at) " FROM_INDEXED

}  // namespace

Result<void> SqliteStore::begin(Access access) {
  loaded_.clear();
  if (auto begun = connection_->begin(access); !begun) return begun;
  if (access == Access::write) check_schema_version(*connection_);
  recorded_changes_ = connection_->changes();
  return {};
}

Result<void> SqliteStore::end(Ending ending) {
  loaded_.clear();
  return connection_->end(ending);
}

void SqliteStore::record(const std::string& step) {
  add_operation(*connection_, step);
  recorded_changes_ = connection_->changes();
}

Attempt* SqliteStore::load(Query& query) {
  if (!query.next()) return nullptr;
  const auto known = loaded_.find(static_cast<std::uint64_t>(query.integer(0)));
  if (known != loaded_.end()) return &known->second.attempt;
  Attempt attempt = read_attempt(query);
  if (connection_->has_failed()) return nullptr;
  const std::uint64_t seq = attempt.enqueue_seq;
  const bool is_timed = lane_of(attempt) == Lane::timed;
  return &loaded_.emplace(seq, Loaded{std::move(attempt), is_timed}).first->second.attempt;
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

// Within one priority those that are due come first.
std::vector<Attempt*> SqliteStore::due(Time now, std::uint64_t limit) {
  std::vector<Attempt*> found;
  std::optional<std::int32_t> priority;
  while (found.size() < limit) {
    priority = highest_due_priority(*connection_, now, priority);
    if (!priority) break;
    Query query(*connection_,
                SELECT_INDEXED
                "WHERE entry.lane = 2 AND entry.priority = ? AND entry.ready_at <= ? "
                "ORDER BY entry.ready_at, entry.enqueue_seq LIMIT ?",
                std::int64_t{*priority}, now, clamped(limit - found.size()));
    const auto belongs = [&](const Attempt& attempt) {
      return lane_of(attempt) == Lane::timed && attempt.spec.priority == *priority &&
             attempt.ready_at <= now;
    };
    const auto due = load_all(query, belongs, dispatch_key);
    if (due.empty()) connection_->fail_as_corrupt("the table \"waiting\" disagrees with attempts");
    std::ranges::copy(due, std::back_inserter(found));
  }
  return found;
}

std::vector<Attempt*> SqliteStore::dispatchable(Time now, std::uint64_t limit) {
  Query query(*connection_,
              SELECT_INDEXED
              "WHERE entry.lane = 1 AND (attempt.not_before IS NULL OR attempt.not_before <= ?) "
              "ORDER BY entry.priority DESC, entry.ready_at, entry.enqueue_seq LIMIT ?",
              now, clamped(limit));
  const auto is_ready = [&](const Attempt& attempt) { return lane_of(attempt) == Lane::ready; };
  const std::vector<Attempt*> ready = load_all(query, is_ready, dispatch_key);
  const std::vector<Attempt*> timed = due(now, limit);
  return merged(ready, timed, dispatch_key, limit);
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

std::vector<Attempt*> SqliteStore::dead_until(Time last, std::uint64_t limit) {
  Query query(*connection_,
              SELECT_INDEXED
              "WHERE entry.dead_at <= ? ORDER BY entry.dead_at, entry.attempt_id LIMIT ?",
              last, clamped(limit));
  return load_all(
      query, [](const Attempt& attempt) { return attempt.dead_letter.has_value(); }, finish_key);
}

std::vector<DeadLetter> SqliteStore::list_dead_letters(std::uint64_t limit) {
  std::vector<DeadLetter> letters;
  for (const Attempt* attempt : dead_until(Time::max(), limit)) {
    letters.push_back(dead_letter_record(*attempt));
  }
  return letters;
}

std::vector<Attempt*> SqliteStore::finished(const PruneRange& range) {
  Query query(*connection_,
              SELECT_INDEXED
              "WHERE entry.dead_at IS NULL AND entry.finished_at < ? "
              "ORDER BY entry.finished_at, entry.attempt_id LIMIT ?",
              range.finished_before, clamped(range.limit));
  std::vector<Attempt*> found = load_all(
      query,
      [&](const Attempt& attempt) {
        return !attempt.dead_letter && attempt.finished_at &&
               *attempt.finished_at < range.finished_before;
      },
      finish_key);
  if (range.with_dead_letters && range.finished_before > Time::min()) {
    const auto dead = dead_until(range.finished_before - Duration{1}, range.limit);
    found = merged(found, dead, finish_key, range.limit);
  }
  return found;
}

// Ids are not empty, so all of them come after the empty one.
#define PAGE_OF_ATTEMPTS                                                                       \
  "entry.attempt_id > ifnull(?1, '') AND (?2 IS NULL OR attempt.status = ?2) "                 \
  "AND (?3 IS NULL OR attempt.lease_worker_id = ?3 AND attempt.lease_expires_at IS NOT NULL) " \
  "AND (?4 IS NULL OR attempt.tenant_id = ?4) ORDER BY entry.attempt_id LIMIT ?5"

std::vector<AttemptRecord> SqliteStore::list_attempts(const AttemptFilter& filter,
                                                      const std::optional<AttemptId>& after,
                                                      std::uint64_t limit) {
  const auto status = map_optional(filter.status, [](Status value) { return stored(value); });
  const auto read = [&](Query& query) {
    std::vector<AttemptRecord> listed;
    const auto page = load_all(
        query, [&](const Attempt& attempt) { return matches(filter, attempt); },
        [](const Attempt& attempt) { return attempt.spec.attempt_id; });
    listed.reserve(page.size());
    for (const Attempt* attempt : page) listed.push_back(attempt_record(*attempt));
    return listed;
  };
  if (filter.run_id) {
    Query query(*connection_, SELECT_INDEXED "WHERE entry.run_id = ?6 AND " PAGE_OF_ATTEMPTS, after,
                status, filter.worker_id, filter.tenant_id, clamped(limit), filter.run_id);
    return read(query);
  }
  Query query(*connection_, SELECT_INDEXED "WHERE " PAGE_OF_ATTEMPTS, after, status,
              filter.worker_id, filter.tenant_id, clamped(limit));
  return read(query);
}

bool SqliteStore::has_changed_elsewhere() {
  Query query(*connection_, "PRAGMA data_version");
  if (!query.next()) return false;
  const std::int64_t before = std::exchange(data_version_, query.integer(0));
  return data_version_ != before;
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
  Query query(*connection_,
              "SELECT " LEASE_ATTEMPT_COLUMNS " FROM attempts AS attempt ORDER BY +attempt_id");
  const auto attempts = load_all(
      query, [](const Attempt&) { return true; },
      [](const Attempt& attempt) { return attempt.spec.attempt_id; });
  for (const Attempt* attempt : attempts) {
    snapshot.attempts.push_back(attempt_record(*attempt));
    if (attempt->lease) snapshot.leases.push_back(lease_record(*attempt));
    if (attempt->dead_letter) snapshot.dead_letters.push_back(dead_letter_record(*attempt));
  }
  std::map<RunId, RunRecord> runs;
  std::set<RunId> with_gaps;
  Query pruned(*connection_, "SELECT run_id, latest_seq FROM pruned_runs");
  while (pruned.next()) {
    const RunId run_id(pruned.text(0));
    with_gaps.insert(run_id);
    runs[run_id] = {run_id, checked_seq(run_id, pruned.integer(1)), {}};
  }
  Query events(*connection_,
               "SELECT run_id, seq, attempt_id, kind, payload, at FROM run_events "
               "ORDER BY run_id, seq");
  while (events.next()) {
    const RunId run_id(events.text(0));
    RunRecord& run = runs.try_emplace(run_id, RunRecord{run_id, 0, {}}).first->second;
    const std::uint64_t last = run.events.empty() ? 0 : run.events.back().seq;
    run.events.push_back(read_event(events, run_id, {last + 1, with_gaps.contains(run_id)}));
    run.latest_seq = std::max(run.latest_seq, run.events.back().seq);
  }
  for (auto& [run_id, run] : runs) snapshot.runs.push_back(std::move(run));
  snapshot.version_floor = version_floor();
  return snapshot;
}

void SqliteStore::clear() {
  loaded_.clear();
  connection_->execute(
      "DELETE FROM attempts; DELETE FROM run_events; DELETE FROM pruned_runs; "
      "DELETE FROM waiting; UPDATE version_floor SET version = 0");
}

}  // namespace lease::sqlite
