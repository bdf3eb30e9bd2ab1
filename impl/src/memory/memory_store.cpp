#include "memory/memory_store.hpp"

#include <algorithm>

#include "check.hpp"

namespace lease {
namespace {

/// Moves an entry of `index` from its old key to its new one, either of which may be none.
template <typename Index, typename Key, typename Row>
void reposition(Index& index, const std::optional<Key>& from, const std::optional<Key>& to,
                Row* row) {
  if (from == to) return;
  if (from && to) {
    auto node = index.extract(*from);
    node.key() = *to;
    index.insert(std::move(node));
  } else if (from) {
    index.erase(*from);
  } else {
    index.emplace(*to, row);
  }
}

template <typename Tie>
std::optional<std::pair<Time, Tie>> timed_key(const std::optional<Time>& time, Tie tie) {
  if (!time) return std::nullopt;
  return std::pair{*time, tie};
}

/// The id of the current lease or of the remembered ack, null if there is neither.
const LeaseId* lease_id_of(const Attempt& attempt) {
  if (attempt.lease) return &attempt.lease->lease_id;
  return attempt.last_ack ? &attempt.last_ack->lease_id : nullptr;
}

bool is_same(const LeaseId* left, const LeaseId* right) {
  return left == nullptr || right == nullptr ? left == right : *left == *right;
}

}  // namespace

Attempt* MemoryStore::find(const AttemptId& attempt_id) {
  const auto found = rows_.find(attempt_id);
  return found == rows_.end() ? nullptr : &found->second;
}

Attempt* MemoryStore::find_by_lease(const LeaseId& lease_id) {
  const auto found = by_lease_.find(lease_id);
  return found == by_lease_.end() ? nullptr : found->second;
}

void MemoryStore::insert(Attempt attempt) {
  attempt.enqueue_seq = ++enqueued_;
  const AttemptId id = attempt.spec.attempt_id;
  Row& row = rows_.try_emplace(id, std::move(attempt)).first->second;
  counts_[row.position.status] += 1;
  runs_[row.spec.run_id].attempts += 1;
  save(row);
}

MemoryStore::Position MemoryStore::position_of(const Attempt& attempt) {
  Position position;
  position.lane = lane_of(attempt);
  position.key = dispatch_key(attempt);
  if (attempt.lease) position.expires_at = attempt.lease->expires_at;
  if (attempt.lease) position.deadline = execution_deadline(attempt);
  if (attempt.dead_letter) {
    position.dead_at = attempt.dead_letter->dead_at;
  } else {
    position.finished_at = attempt.finished_at;
  }
  position.status = attempt.status;
  return position;
}

void MemoryStore::save(Attempt& attempt) {
  Row& row = static_cast<Row&>(attempt);
  const Position was = row.position;
  Position is = position_of(row);
  is.lease_id = was.lease_id;
  if (was.lane != is.lane || was.key != is.key) {
    if (was.lane) waiting(*was.lane).erase(was.key);
    if (is.lane) waiting(*is.lane).emplace(is.key, &row);
  }
  const std::uint64_t seq = row.enqueue_seq;
  reposition(by_expiry_, timed_key(was.expires_at, seq), timed_key(is.expires_at, seq), &row);
  reposition(by_deadline_, timed_key(was.deadline, seq), timed_key(is.deadline, seq), &row);
  const std::string_view id = row.spec.attempt_id.str();
  reposition(dead_, timed_key(was.dead_at, id), timed_key(is.dead_at, id), &row);
  reposition(finished_, timed_key(was.finished_at, id), timed_key(is.finished_at, id), &row);
  counts_[was.status] -= 1;
  counts_[is.status] += 1;
  row.position = is;
  if (!is_same(lease_id_of(row), was.lease_id)) index_lease(row);
}

void MemoryStore::erase(Attempt& attempt) {
  Row& row = static_cast<Row&>(attempt);
  row.lease.reset();
  row.last_ack.reset();
  row.dead_letter.reset();
  row.finished_at.reset();
  save(row);  // leaves every index that a terminal attempt can be in
  counts_[row.status] -= 1;
  const auto run = runs_.find(row.spec.run_id);
  if (--run->second.attempts == 0) {
    runs_.erase(run);
  } else {
    std::erase_if(run->second.events,
                  [&](const RunEvent& event) { return event.attempt_id == row.spec.attempt_id; });
  }
  by_id_.clear();
  rows_.erase(rows_.find(row.spec.attempt_id));
}

void MemoryStore::index_lease(Row& row) {
  if (row.position.lease_id != nullptr) by_lease_.erase(by_lease_.find(*row.position.lease_id));
  row.position.lease_id = nullptr;
  const LeaseId* lease_id = lease_id_of(row);
  if (lease_id == nullptr) return;
  const auto [entry, is_new] = by_lease_.emplace(*lease_id, &row);
  check(is_new, "the id source gives no lease id twice");
  row.position.lease_id = &entry->first;
}

template <typename Visit>
void MemoryStore::visit_due(Time now, Visit visit) {
  auto entry = timed_.begin();
  while (entry != timed_.end()) {
    const auto& [key, row] = *entry;
    if (key.ready_at <= now) {
      if (!visit(*row)) return;
      ++entry;
    } else {
      // The rest of this priority is later still; the next priority begins after its end.
      entry = timed_.upper_bound({key.priority, Time::max(), UINT64_MAX});
    }
  }
}

std::vector<Attempt*> MemoryStore::dispatchable(Time now, std::uint64_t limit) {
  std::vector<Row*> due;
  visit_due(now, [&](Row& row) {
    if (due.size() < limit) due.push_back(&row);
    return due.size() < limit;
  });
  std::vector<Attempt*> listed;
  auto next_due = due.begin();
  auto next_ready = ready_.begin();
  while (listed.size() < limit) {
    while (next_ready != ready_.end() && !is_dispatchable(*next_ready->second, now)) ++next_ready;
    const bool has_ready = next_ready != ready_.end();
    const bool has_due = next_due != due.end();
    if (has_ready && (!has_due || next_ready->first < dispatch_key(**next_due))) {
      listed.push_back((next_ready++)->second);
    } else if (has_due) {
      listed.push_back(*next_due++);
    } else {
      break;
    }
  }
  return listed;
}

std::uint64_t MemoryStore::count_dispatchable(Time now) {
  std::uint64_t count = 0;
  for (const auto& [key, row] : ready_) count += is_dispatchable(*row, now) ? 1 : 0;
  visit_due(now, [&](const Row&) { return ++count != 0; });
  return count;
}

std::vector<Attempt*> MemoryStore::expired_before(Time time) {
  std::vector<Attempt*> expired;
  for (const auto& [key, row] : by_expiry_) {
    if (key.first >= time) break;
    expired.push_back(row);
  }
  return expired;
}

std::vector<Attempt*> MemoryStore::overdue_at(Time now) {
  std::vector<Attempt*> overdue;
  for (const auto& [key, row] : by_deadline_) {
    if (key.first > now) break;
    overdue.push_back(row);
  }
  return overdue;
}

std::vector<Attempt*> MemoryStore::finished(const PruneRange& range) {
  std::vector<Attempt*> chosen;
  auto next = finished_.begin();
  auto next_dead = range.with_dead_letters ? dead_.begin() : dead_.end();
  while (chosen.size() < range.limit) {
    const bool is_dead =
        next_dead != dead_.end() && (next == finished_.end() || next_dead->first < next->first);
    if (!is_dead && next == finished_.end()) break;
    const auto& [key, row] = is_dead ? *next_dead++ : *next++;
    if (key.first >= range.finished_before) break;
    chosen.push_back(row);
  }
  return chosen;
}

std::vector<AttemptRecord> MemoryStore::list_attempts(const AttemptFilter& filter,
                                                      const std::optional<AttemptId>& after,
                                                      std::uint64_t limit) {
  sort_by_id();
  const auto id_of = [](const Row* row) -> const AttemptId& { return row->spec.attempt_id; };
  auto next = after ? std::ranges::upper_bound(by_id_, *after, {}, id_of) : by_id_.begin();
  std::vector<AttemptRecord> listed;
  for (; next != by_id_.end() && listed.size() < limit; ++next) {
    if (matches(filter, **next)) listed.push_back(attempt_record(**next));
  }
  return listed;
}

std::vector<DeadLetter> MemoryStore::list_dead_letters(std::uint64_t limit) {
  std::vector<DeadLetter> letters;
  for (const auto& [key, row] : dead_) {
    if (letters.size() >= limit) break;
    letters.push_back(dead_letter_record(*row));
  }
  return letters;
}

std::uint64_t MemoryStore::latest_seq(const RunId& run_id) {
  const auto run = runs_.find(run_id);
  return run == runs_.end() ? 0 : run->second.latest_seq;
}

void MemoryStore::append(const RunId& run_id, RunEvent event) {
  Run& run = runs_[run_id];
  run.latest_seq = event.seq;
  run.events.push_back(std::move(event));
}

std::vector<RunEvent> MemoryStore::list_events(const RunId& run_id, std::uint64_t after,
                                               std::uint64_t limit) {
  const auto run = runs_.find(run_id);
  if (run == runs_.end()) return {};
  const std::vector<RunEvent>& events = run->second.events;
  const auto first = std::ranges::upper_bound(events, after, {}, &RunEvent::seq);
  const auto left = static_cast<std::uint64_t>(events.end() - first);
  return {first, first + static_cast<std::ptrdiff_t>(std::min(limit, left))};
}

void MemoryStore::sort_by_id() {
  if (by_id_.size() == rows_.size()) return;
  by_id_.clear();
  for (const auto& [id, row] : rows_) by_id_.push_back(&row);
  std::ranges::sort(by_id_, {},
                    [](const Row* row) -> const AttemptId& { return row->spec.attempt_id; });
}

Snapshot MemoryStore::snapshot() {
  sort_by_id();
  Snapshot snapshot;
  snapshot.attempts.reserve(by_id_.size());
  snapshot.leases.reserve(by_expiry_.size());
  for (const Row* row : by_id_) {
    snapshot.attempts.push_back(attempt_record(*row));
    if (row->lease) snapshot.leases.push_back(lease_record(*row));
    if (row->dead_letter) snapshot.dead_letters.push_back(dead_letter_record(*row));
  }
  for (const auto& [run_id, run] : runs_) {
    if (run.latest_seq > 0) snapshot.runs.push_back({run_id, run.latest_seq, run.events});
  }
  snapshot.version_floor = version_floor_;
  return snapshot;
}

void MemoryStore::clear() {
  *this = MemoryStore();
}

}  // namespace lease
