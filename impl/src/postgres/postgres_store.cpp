#include "postgres/postgres_store.hpp"

#include <algorithm>

namespace lease::postgres {
namespace {

#define SELECT_OF(rows) "SELECT " LEASE_ATTEMPT_COLUMNS " FROM " rows " AS attempt "
#define SELECT_ATTEMPTS SELECT_OF("attempts")

/// Whole attempts, of which a transaction that writes locks each in the order of the answer.
#define SELECTION(where_and_order) \
  { SELECT_ATTEMPTS where_and_order, SELECT_ATTEMPTS where_and_order " FOR UPDATE" }

// The two halves of what is dispatchable at $1, the first $2 of each, and of both together. Of the
// attempts that wait for a time those of one priority are asked for after another, from the highest
// on: within one, those that are due come first. PostgreSQL goes no further than the limit needs.
#define COLUMNS_OF_ORDER "enqueue_seq, priority, ready_at "
#define CANDIDATES                                                                           \
  "SELECT * FROM ((SELECT " COLUMNS_OF_ORDER                                                 \
  "FROM attempts WHERE lane = 1 AND (not_before IS NULL OR not_before <= $1) "               \
  "ORDER BY priority DESC, ready_at, enqueue_seq LIMIT $2) UNION ALL ("                      \
  "WITH RECURSIVE level (priority) AS ("                                                     \
  "(SELECT priority FROM attempts WHERE lane = 2 ORDER BY priority DESC LIMIT 1) UNION ALL " \
  "SELECT (SELECT lower.priority FROM attempts AS lower WHERE lower.lane = 2 "               \
  "AND lower.priority < level.priority ORDER BY lower.priority DESC LIMIT 1) FROM level "    \
  "WHERE level.priority IS NOT NULL) "                                                       \
  "SELECT due.* FROM level CROSS JOIN LATERAL (SELECT " COLUMNS_OF_ORDER                     \
  "FROM attempts WHERE lane = 2 AND priority = level.priority AND ready_at <= $1 "           \
  "ORDER BY ready_at, enqueue_seq LIMIT $2) AS due LIMIT $2)) AS both_lanes "                \
  "ORDER BY priority DESC, ready_at, enqueue_seq LIMIT $2"

#define WHOLE_CANDIDATES                                                          \
  "WITH candidate AS MATERIALIZED (" CANDIDATES ") SELECT " LEASE_ATTEMPT_COLUMNS \
  " FROM candidate JOIN attempts AS attempt ON attempt.enqueue_seq = candidate.enqueue_seq "
#define ORDER_OF_CANDIDATES \
  "ORDER BY candidate.priority DESC, candidate.ready_at, candidate.enqueue_seq "

// One that has changed since it was found is judged as it is by then, and left out if it has
// another place in the order: whoever has changed it does so at the same time.
constexpr std::string_view unlocked_candidates = WHOLE_CANDIDATES
    "WHERE attempt.ready_at = candidate.ready_at AND (attempt.lane = 1 AND "
    "(attempt.not_before IS NULL OR attempt.not_before <= $1) OR "
    "attempt.lane = 2 AND attempt.ready_at <= $1) " ORDER_OF_CANDIDATES
    "LIMIT $3 FOR UPDATE OF attempt SKIP LOCKED";

/// How many more than asked for are looked at first, since others may hold those in front.
constexpr std::uint64_t first_margin = 32;

}  // namespace

Result<void> PostgresStore::begin(Access access) {
  access_ = access;
  loaded_.clear();
  inserted_.clear();
  saved_.clear();
  expected_.clear();
  expected_by_lease_.clear();
  return connection_->begin(access);
}

Result<void> PostgresStore::end(Ending ending) {
  if (ending == Ending::commit) write_back();
  return connection_->end(ending);
}

template <typename... Arguments>
std::vector<Attempt*> PostgresStore::select(const Selection& selection,
                                            const Arguments&... arguments) {
  Answered rows =
      ask(access_ == Access::write ? selection.locking : selection.reading, arguments...);
  std::vector<Attempt*> attempts;
  while (rows.next()) {
    // What the transaction knows already it has locked, and perhaps changed.
    const auto known = loaded_.find(static_cast<std::uint64_t>(rows.integer(0)));
    if (known != loaded_.end()) {
      attempts.push_back(&known->second);
      continue;
    }
    Attempt attempt = read_attempt(rows);
    if (connection_->has_failed()) return {};
    const std::uint64_t seq = attempt.enqueue_seq;
    attempts.push_back(&loaded_.emplace(seq, std::move(attempt)).first->second);
  }
  return attempts;
}

template <typename Look>
std::vector<Attempt*> PostgresStore::settled(Look look) {
  std::vector<Attempt*> found = look();
  while (!found.empty() && access_ == Access::write) {
    std::vector<Attempt*> again = look();
    if (again == found) break;
    found = std::move(again);
  }
  return found;
}

void PostgresStore::expect(std::span<const AttemptId> attempt_ids) {
  const std::vector<Attempt*> found =
      select(SELECTION("WHERE attempt.attempt_id = ANY ($1::text[]) ORDER BY attempt.enqueue_seq"),
             attempt_ids);
  for (const AttemptId& attempt_id : attempt_ids) expected_[attempt_id] = nullptr;
  for (Attempt* attempt : found) expected_[attempt->spec.attempt_id] = attempt;
}

void PostgresStore::expect(std::span<const LeaseId> lease_ids) {
  const std::vector<Attempt*> found =
      select(SELECTION("WHERE attempt.lease_id = ANY ($1::text[]) ORDER BY attempt.enqueue_seq"),
             lease_ids);
  for (const LeaseId& lease_id : lease_ids) expected_by_lease_[lease_id] = nullptr;
  for (Attempt* attempt : found) {
    expected_by_lease_[attempt->lease ? attempt->lease->lease_id : attempt->last_ack->lease_id] =
        attempt;
  }
}

Attempt* PostgresStore::find(const AttemptId& attempt_id) {
  const auto expected = expected_.find(attempt_id);
  if (expected != expected_.end()) return expected->second;
  const auto found = select(SELECTION("WHERE attempt.attempt_id = $1"), attempt_id);
  return found.empty() ? nullptr : found.front();
}

Attempt* PostgresStore::find_by_lease(const LeaseId& lease_id) {
  const auto expected = expected_by_lease_.find(lease_id);
  if (expected == expected_by_lease_.end()) {
    const auto found = select(SELECTION("WHERE attempt.lease_id = $1"), lease_id);
    return found.empty() ? nullptr : found.front();
  }
  // The transaction itself may have ended it meanwhile, and then no other attempt has it.
  Attempt* attempt = expected->second;
  if (attempt == nullptr) return nullptr;
  const bool is_current = attempt->lease && attempt->lease->lease_id == lease_id;
  const bool is_acked = attempt->last_ack && attempt->last_ack->lease_id == lease_id;
  return is_current || is_acked ? attempt : nullptr;
}

std::vector<Attempt*> PostgresStore::dispatchable(Time now, std::uint64_t limit) {
  if (access_ == Access::write) return unlocked(now, limit);
  return select({WHOLE_CANDIDATES ORDER_OF_CANDIDATES, {}}, now, clamped(limit));
}

// If fewer are free than were asked for, others may hold those in front: then further ones are
// looked at, until there are no others.
std::vector<Attempt*> PostgresStore::unlocked(Time now, std::uint64_t limit) {
  for (std::uint64_t margin = first_margin;; margin *= 4) {
    const std::int64_t seen = clamped(limit > UINT64_MAX - margin ? limit : limit + margin);
    std::vector<Attempt*> found = select({{}, unlocked_candidates}, now, seen, clamped(limit));
    if (found.size() >= limit || connection_->has_failed()) return found;
    Answered counted = ask("SELECT count(*) FROM (" CANDIDATES ") AS candidate", now, seen);
    if (!counted.next() || counted.integer(0) < seen) return found;
  }
}

std::uint64_t PostgresStore::count_dispatchable(Time now) {
  Answered counted =
      ask("SELECT (SELECT count(*) FROM attempts "
          "WHERE lane = 1 AND (not_before IS NULL OR not_before <= $1)) + "
          "(SELECT count(*) FROM attempts WHERE lane = 2 AND ready_at <= $1)",
          now);
  return counted.next() ? static_cast<std::uint64_t>(counted.integer(0)) : 0;
}

// Of a range with two ends PostgreSQL expects few rows, and then finds them by their index and
// sorts them; with one end it expects a third of all, and would walk through all in their order.
#define SINCE_EVER ">= '-9223372036854775808'::bigint"

std::vector<Attempt*> PostgresStore::expired_before(Time time) {
  return settled([&] {
    return select(SELECTION("WHERE attempt.lease_expires_at " SINCE_EVER " "
                            "AND attempt.lease_expires_at < $1 ORDER BY attempt.enqueue_seq"),
                  time);
  });
}

std::vector<Attempt*> PostgresStore::overdue_at(Time now) {
  return settled([&] {
    return select(SELECTION("WHERE attempt.deadline " SINCE_EVER " AND attempt.deadline <= $1 "
                            "ORDER BY attempt.enqueue_seq"),
                  now);
  });
}

std::vector<Attempt*> PostgresStore::dead_until(Time last, std::uint64_t limit) {
  return select(SELECTION("WHERE attempt.dead_at <= $1 "
                          "ORDER BY attempt.dead_at, attempt.attempt_id LIMIT $2"),
                last, clamped(limit));
}

std::vector<DeadLetter> PostgresStore::list_dead_letters(std::uint64_t limit) {
  std::vector<DeadLetter> letters;
  for (const Attempt* attempt : dead_until(Time::max(), limit)) {
    letters.push_back(dead_letter_record(*attempt));
  }
  return letters;
}

std::vector<Attempt*> PostgresStore::finished(const PruneRange& range) {
  return settled([&] {
    std::vector<Attempt*> found =
        select(SELECTION("WHERE attempt.dead_at IS NULL AND attempt.finished_at < $1 "
                         "ORDER BY attempt.finished_at, attempt.attempt_id LIMIT $2"),
               range.finished_before, clamped(range.limit));
    if (!range.with_dead_letters || range.finished_before == Time::min()) return found;
    const auto dead = dead_until(range.finished_before - Duration{1}, range.limit);
    return merged(found, dead, finish_key, range.limit);
  });
}

// Ids are not empty, so all of them come after the empty one. OFFSET keeps the filters out of the
// inner question: PostgreSQL would expect hardly a row of them all, and not walk in the order.
#define PAGE_OF_ATTEMPTS(of_run)                                           \
  SELECT_OF("(SELECT * FROM attempts WHERE " of_run                        \
            "attempt_id > coalesce($1, '') ORDER BY attempt_id OFFSET 0)") \
  "WHERE ($2::bigint IS NULL OR attempt.status = $2) "                     \
  "AND ($3::text IS NULL OR attempt.lease_worker_id = $3 "                 \
  "AND attempt.lease_expires_at IS NOT NULL) "                             \
  "AND ($4::text IS NULL OR attempt.tenant_id = $4) ORDER BY attempt.attempt_id LIMIT $5"

std::vector<AttemptRecord> PostgresStore::list_attempts(const AttemptFilter& filter,
                                                        const std::optional<AttemptId>& after,
                                                        std::uint64_t limit) {
  const auto status = map_optional(filter.status, [](Status value) { return stored(value); });
  const std::int64_t most = clamped(limit);
  const auto page = filter.run_id
                        ? select({PAGE_OF_ATTEMPTS("run_id = $6 AND "), {}}, after, status,
                                 filter.worker_id, filter.tenant_id, most, filter.run_id)
                        : select({PAGE_OF_ATTEMPTS(""), {}}, after, status, filter.worker_id,
                                 filter.tenant_id, most);
  std::vector<AttemptRecord> listed;
  listed.reserve(page.size());
  for (const Attempt* attempt : page) listed.push_back(attempt_record(*attempt));
  return listed;
}

std::vector<Attempt*> PostgresStore::all_attempts() {
  return select({SELECT_ATTEMPTS "ORDER BY attempt.attempt_id", {}});
}

CountsByStatus PostgresStore::counts_by_status() {
  CountsByStatus counts;
  Answered rows = ask("SELECT status, count(*) FROM attempts GROUP BY status");
  while (rows.next()) {
    const std::int64_t status = rows.integer(0);
    if (status < 0 || status >= std::ssize(counts.count)) {
      connection_->fail_as_corrupt("an attempt has an unknown status");
      break;
    }
    counts.count.at(static_cast<std::size_t>(status)) = static_cast<std::uint64_t>(rows.integer(1));
  }
  return counts;
}

}  // namespace lease::postgres
