#include "memory/memory_store.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <tuple>
#include <utility>

#include "check.hpp"

namespace lease {
namespace {

using memory::has_dead_letter;

constexpr std::uint64_t no_limit = std::numeric_limits<std::uint64_t>::max();

memory::Row& row_of(memory::Row& row) {
  return row;
}
memory::Row& row_of(memory::LeaseRow& lease) {
  return *lease.row;
}

/// A number that looks drawn at random, and is the same in every run (Steele, Lea, Flood, "Fast
/// Splittable Pseudorandom Number Generators", OOPSLA 2014).
std::uint32_t drawn(std::uint64_t number) {
  std::uint64_t mixed = number * 0x9E3779B97F4A7C15;
  mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
  mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
  return static_cast<std::uint32_t>(mixed >> 32);
}

auto finish_key(const Attempt* attempt) {
  return std::tie(attempt->finished_at, attempt->spec.attempt_id);
}

/// The last time before this one, if there is one.
std::optional<Time> just_before(Time time) {
  if (time == Time::min()) return std::nullopt;
  return time - Duration{1};
}

}  // namespace

Result<void> MemoryStore::end(Ending) {
  ++transaction_;
  for (; loaded_.size() > most_kept; loaded_.pop_back()) {
    if (Row* row = loaded_.back()->row) row->loaded = 0;
  }
  return {};
}

Attempt* MemoryStore::load(Row& row) {
  if (row.loaded == 0) {
    const std::uint32_t number = free_place();
    Loaded& place = *loaded_[number];
    if (place.row != nullptr) place.row->loaded = 0;
    unpack(row, place);
    place.row = &row;
    row.loaded = number + 1;
  }
  Loaded& loaded = *loaded_[row.loaded - 1];
  loaded.transaction = transaction_;
  return &loaded;
}

// In turn, so that what was asked for last stays longest.
std::uint32_t MemoryStore::free_place() {
  if (loaded_.size() >= most_kept) {
    next_place_ = (next_place_ + 1) % most_kept;
    if (loaded_[next_place_]->transaction != transaction_) return next_place_;
  }
  loaded_.push_back(std::make_unique<Loaded>());
  return static_cast<std::uint32_t>(loaded_.size() - 1);
}

template <typename Entry, typename Rules>
std::vector<Attempt*> MemoryStore::load_first(const Order<Entry, Rules>& order, Time last,
                                              std::uint64_t limit) {
  std::vector<Attempt*> attempts;
  if (limit == 0) return attempts;
  order.visit_until(last, [&](Entry& entry) {
    attempts.push_back(load(row_of(entry)));
    return attempts.size() < limit;
  });
  return attempts;
}

Attempt* MemoryStore::find(const AttemptId& attempt_id) {
  Row* row = rows_.find(attempt_id.str());
  return row == nullptr ? nullptr : load(*row);
}

Attempt* MemoryStore::find_by_lease(const LeaseId& lease_id) {
  Row* row = by_lease_.find(lease_id.str());
  return row == nullptr ? nullptr : load(*row);
}

void MemoryStore::insert(Attempt attempt) {
  auto row = std::make_unique<Row>();
  row->enqueue_seq = ++enqueued_;
  row->rank = drawn(enqueued_);
  row->attempt_id.assign(attempt.spec.attempt_id.str());
  row->run = &run_of(attempt.spec.run_id);
  row->run->attempts += 1;
  row->policies = shared(memory::policies_of(attempt.spec));
  row->values = memory::values_of(attempt);
  counts_[row->values.status] += 1;
  waiting_.insert(*row);
  check(rows_.insert(*row.release()), "no other attempt has this id");
}

void MemoryStore::save(Attempt& attempt) {
  Row& row = *static_cast<Loaded&>(attempt).row;
  const memory::Values values = memory::values_of(attempt);
  const bool waits_on = wait_alike(values, row.values);
  const bool ends_alike = have_ended_alike(values, row.values);
  if (!waits_on && is_waiting(row.values)) waiting_.erase(row);
  if (!ends_alike && has_ended(row.values)) finish_order(row).erase(row);
  counts_[row.values.status] -= 1;
  row.values = values;
  counts_[row.values.status] += 1;
  if (!waits_on && is_waiting(row.values)) waiting_.insert(row);
  if (!ends_alike && has_ended(row.values)) finish_order(row).insert(row);
  save_lease(attempt, row);
}

void MemoryStore::save_heartbeat(Attempt& attempt) {
  Row& row = *static_cast<Loaded&>(attempt).row;
  LeaseRow& lease = *row.lease;
  row.values.version = attempt.version;
  lease.heartbeat_at = attempt.lease.value().heartbeat_at;
  if (lease.expires_at == attempt.lease->expires_at) return;
  by_expiry_.erase(lease);
  lease.expires_at = attempt.lease->expires_at;
  by_expiry_.insert(lease);
}

void MemoryStore::save_lease(const Attempt& attempt, Row& row) {
  const std::string_view lease_id = memory::lease_id_of(attempt);
  const bool is_other = lease_id_of(row) != lease_id;
  if (is_other && !lease_id_of(row).empty()) by_lease_.erase(lease_id_of(row));
  leave_leases(row);
  pack_lease(attempt, row);
  if (row.lease) {
    by_expiry_.insert(*row.lease);
    if (row.lease->deadline) by_deadline_.insert(*row.lease);
  }
  if (is_other && !lease_id.empty()) {
    check(by_lease_.insert(row), "the id source gives no lease id twice");
  }
}

void MemoryStore::leave_leases(Row& row) {
  if (!row.lease) return;
  by_expiry_.erase(*row.lease);
  if (row.lease->deadline) by_deadline_.erase(*row.lease);
}

void MemoryStore::erase(Attempt& attempt) {
  const std::unique_ptr<Row> row(std::exchange(static_cast<Loaded&>(attempt).row, nullptr));
  if (has_ended(row->values)) finish_order(*row).erase(*row);
  if (is_waiting(row->values)) waiting_.erase(*row);
  leave_leases(*row);
  if (!lease_id_of(*row).empty()) by_lease_.erase(lease_id_of(*row));
  counts_[row->values.status] -= 1;
  if (--row->run->attempts == 0) {
    const std::unique_ptr<Run> run(row->run);
    runs_.erase(run->run_id.view());
  } else if (row->run->events) {
    std::erase_if(*row->run->events, [&](const RunEvent& event) {
      return event.attempt_id == attempt.spec.attempt_id;
    });
  }
  by_id_.clear();
  rows_.erase(row->attempt_id.view());
}

memory::Run& MemoryStore::run_of(const RunId& run_id) {
  if (Run* known = runs_.find(run_id.str())) return *known;
  auto run = std::make_unique<Run>();
  run->run_id.assign(run_id.str());
  check(runs_.insert(*run), "no other run has this id");
  return *run.release();
}

// Most attempts have those of the one before them.
std::shared_ptr<const memory::Policies> MemoryStore::shared(memory::Policies policies) {
  if (policies == memory::Policies{}) return nullptr;
  if (!last_policies_ || *last_policies_ != policies) {
    last_policies_ = std::make_shared<const memory::Policies>(std::move(policies));
  }
  return last_policies_;
}

MemoryStore::FinishOrder& MemoryStore::finish_order(const Row& row) {
  return row.values.has(has_dead_letter) ? dead_ : finished_;
}

std::vector<Attempt*> MemoryStore::dispatchable(Time now, std::uint64_t limit) {
  return load_first(waiting_, now, limit);
}

std::uint64_t MemoryStore::count_dispatchable(Time now) {
  std::uint64_t count = 0;
  waiting_.visit_until(now, [&](const Row&) { return ++count != 0; });
  return count;
}

std::vector<Attempt*> MemoryStore::expired_before(Time time) {
  const auto last = just_before(time);
  return last ? load_first(by_expiry_, *last, no_limit) : std::vector<Attempt*>{};
}

std::vector<Attempt*> MemoryStore::overdue_at(Time now) {
  return load_first(by_deadline_, now, no_limit);
}

std::vector<Attempt*> MemoryStore::finished(const PruneRange& range) {
  const auto last = just_before(range.finished_before);
  if (!last) return {};
  const auto finished = load_first(finished_, *last, range.limit);
  const auto dead = load_first(dead_, *last, range.with_dead_letters ? range.limit : 0);
  std::vector<Attempt*> chosen;
  std::ranges::merge(finished, dead, std::back_inserter(chosen), {}, finish_key, finish_key);
  if (chosen.size() > range.limit) chosen.resize(range.limit);
  return chosen;
}

std::vector<AttemptRecord> MemoryStore::list_attempts(const AttemptFilter& filter,
                                                      const std::optional<AttemptId>& after,
                                                      std::uint64_t limit) {
  const std::vector<const Row*>& rows = by_id();
  const auto id_of = [](const Row* row) { return row->attempt_id.view(); };
  auto next = after ? std::ranges::upper_bound(rows, std::string_view(after->str()), {}, id_of)
                    : rows.begin();
  std::vector<AttemptRecord> listed;
  Attempt attempt;
  for (; next != rows.end() && listed.size() < limit; ++next) {
    unpack(**next, attempt);
    if (matches(filter, attempt)) listed.push_back(attempt_record(attempt));
  }
  return listed;
}

std::vector<DeadLetter> MemoryStore::list_dead_letters(std::uint64_t limit) {
  std::vector<DeadLetter> letters;
  Attempt attempt;
  if (limit == 0) return letters;
  dead_.visit_until(Time::max(), [&](const Row& row) {
    unpack(row, attempt);
    letters.push_back(dead_letter_record(attempt));
    return letters.size() < limit;
  });
  return letters;
}

std::uint64_t MemoryStore::latest_seq(const RunId& run_id) {
  const Run* run = runs_.find(run_id.str());
  return run == nullptr ? 0 : run->latest_seq;
}

void MemoryStore::append(const RunId& run_id, RunEvent event) {
  Run& run = run_of(run_id);
  run.latest_seq = event.seq;
  if (!run.events) run.events = std::make_unique<std::vector<RunEvent>>();
  run.events->push_back(std::move(event));
}

std::vector<RunEvent> MemoryStore::list_events(const RunId& run_id, std::uint64_t after,
                                               std::uint64_t limit) {
  const Run* run = runs_.find(run_id.str());
  if (run == nullptr || !run->events) return {};
  const auto first = std::ranges::upper_bound(*run->events, after, {}, &RunEvent::seq);
  const auto left = static_cast<std::uint64_t>(run->events->end() - first);
  return {first, first + static_cast<std::ptrdiff_t>(std::min(limit, left))};
}

const std::vector<const memory::Row*>& MemoryStore::by_id() {
  if (by_id_.size() == rows_.size()) return by_id_;
  by_id_.clear();
  by_id_.reserve(rows_.size());
  rows_.for_each([&](const Row& row) { by_id_.push_back(&row); });
  std::ranges::sort(by_id_, {}, [](const Row* row) { return row->attempt_id.view(); });
  return by_id_;
}

Snapshot MemoryStore::snapshot() {
  Snapshot snapshot;
  snapshot.attempts.reserve(rows_.size());
  Attempt attempt;
  for (const Row* row : by_id()) {
    unpack(*row, attempt);
    snapshot.attempts.push_back(attempt_record(attempt));
    if (attempt.lease) snapshot.leases.push_back(lease_record(attempt));
    if (attempt.dead_letter) snapshot.dead_letters.push_back(dead_letter_record(attempt));
  }
  runs_.for_each([&](const Run& run) {
    if (run.latest_seq == 0) return;
    snapshot.runs.push_back({RunId(std::string(run.run_id.view())), run.latest_seq,
                             run.events ? *run.events : std::vector<RunEvent>{}});
  });
  std::ranges::sort(snapshot.runs, {}, &RunRecord::run_id);
  snapshot.version_floor = version_floor_;
  return snapshot;
}

void MemoryStore::clear() {
  drop_all();
  rows_ = {};
  by_id_.clear();
  by_lease_ = {};
  waiting_ = {};
  by_expiry_ = {};
  by_deadline_ = {};
  dead_ = {};
  finished_ = {};
  runs_ = {};
  loaded_.clear();
  counts_ = {};
  enqueued_ = 0;
  version_floor_ = 0;
}

void MemoryStore::drop_all() {
  rows_.for_each([](Row& row) { delete &row; });
  runs_.for_each([](Run& run) { delete &run; });
}

}  // namespace lease
