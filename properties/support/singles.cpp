#include "properties/support/singles.hpp"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "leasecheck/spec/several.hpp"
#include "leasecheck/spec/step.hpp"
#include "properties/support/snapshot_diff.hpp"

namespace leasecheck::properties {
namespace {

/// The attempt that an operation on one names. Returns: an empty id where there is none.
model::Id attempt_named(const model::Operation& operation, const model::State& state) {
  model::Id lease_id;
  if (const auto* enqueue = std::get_if<model::EnqueueAttempt>(&operation)) {
    return enqueue->spec.attempt_id;
  } else if (const auto* claim = std::get_if<model::UpsertLease>(&operation)) {
    return claim->attempt_id;
  } else if (const auto* beat = std::get_if<model::HeartbeatLeaseWithVersion>(&operation)) {
    lease_id = beat->lease_id;
  } else if (const auto* ack = std::get_if<model::AckAttempt>(&operation)) {
    lease_id = ack->lease_id;
  }
  for (const auto& [id, attempt] : state.attempts) {
    if (attempt.lease && attempt.lease->lease_id == lease_id) return id;
    if (attempt.last_ack && attempt.last_ack->lease_id == lease_id) return id;
  }
  return {};
}

/// The attempt's rows, of which there is one or none. All of them in the order of attempts.
template <class Rows>
auto rows_of(Rows& rows, const model::Id& attempt_id) {
  return std::ranges::equal_range(rows, attempt_id, {}, &Rows::value_type::attempt_id);
}

/// Replaces the attempt's rows by those among `others`.
template <class Row>
void take_row(std::vector<Row>& rows, const std::vector<Row>& others, const model::Id& attempt_id) {
  const auto old = rows_of(rows, attempt_id);
  const auto from = rows_of(others, attempt_id);
  if (old.size() == from.size()) {
    std::ranges::copy(from, old.begin());
  } else {
    rows.insert(rows.erase(old.begin(), old.end()), from.begin(), from.end());
  }
}

void take_rows(model::Snapshot& snapshot, const model::Snapshot& other,
               const model::Id& attempt_id) {
  take_row(snapshot.attempts, other.attempts, attempt_id);
  take_row(snapshot.leases, other.leases, attempt_id);
  take_row(snapshot.dead_letters, other.dead_letters, attempt_id);
}

/// Whether the two show the same of the attempt.
bool show_alike(const model::Snapshot& one, const model::Snapshot& other,
                const model::Id& attempt_id) {
  const auto are_alike = [&](const auto& rows, const auto& others) {
    return std::ranges::equal(rows_of(rows, attempt_id), rows_of(others, attempt_id));
  };
  return are_alike(one.attempts, other.attempts) && are_alike(one.leases, other.leases) &&
         are_alike(one.dead_letters, other.dead_letters);
}

/// What the model has of one attempt.
model::Snapshot snapshot_of(const model::Id& attempt_id, const model::State& state) {
  model::State one;
  const auto attempt = state.attempts.find(attempt_id);
  if (attempt != state.attempts.end()) one.attempts.insert(*attempt);
  return model::snapshot(one);
}

/// What stands between two items: attempts of which no later item speaks are as the operation left
/// them, and the rest as the model has it. An item changes what there is of its own attempt only.
class Between {
 public:
  Between(const Operated& whole, const std::vector<model::Single>& singles,
          const model::State& before)
      : whole_(whole) {
    for (std::size_t i = 0; i < singles.size(); ++i) {
      attempts_.push_back(attempt_named(singles[i].action.operation, before));
      last_item_[attempts_.back()] = i;
    }
  }

  [[nodiscard]] const model::Id& attempt(std::size_t item) const { return attempts_[item]; }

  /// Brings what stood before the item of this number to what stands after it.
  void take_over(std::size_t item, const model::State& state, model::Snapshot& snapshot) const {
    const model::Id& attempt_id = attempts_[item];
    if (last_item_.at(attempt_id) == item) {
      take_rows(snapshot, whole_.after, attempt_id);
    } else {
      take_rows(snapshot, snapshot_of(attempt_id, state), attempt_id);
    }
  }

 private:
  const Operated& whole_;
  std::vector<model::Id> attempts_;  ///< by item
  std::map<model::Id, std::size_t> last_item_;
};

/// Where every item has its answer, or every claim was to be answered, that of the model.
std::vector<model::Single> expected_singles(const Operated& whole, std::size_t size) {
  std::vector<model::Single> expected = model::singles_of(whole.action, whole.expected);
  if (expected.size() != size) expected.clear();
  return expected;
}

}  // namespace

void each_single(const Operated& whole, model::State before,
                 const std::function<void(const Operated&)>& show) {
  const std::vector<model::Single> singles = model::singles_of(whole.action, whole.outcome);
  if (singles.empty()) return;
  const std::vector<model::Single> expected = expected_singles(whole, singles.size());
  model::State state = std::move(before);
  const Between between(whole, singles, state);
  model::Snapshot seen = whole.before;
  model::Snapshot after = whole.before;
  for (std::size_t i = 0; i < singles.size(); ++i) {
    const model::Single& single = singles[i];
    const model::Id& attempt_id = between.attempt(i);
    model::Step step = model::step(std::move(state), single.action);
    state = std::move(step.state);
    const bool is_last = i + 1 == singles.size();
    if (!is_last) between.take_over(i, state, after);
    const model::Snapshot& shown = is_last ? whole.after : after;
    const auto changes =
        is_last ? changes_between(seen, shown) : changes_of(attempt_id, seen, shown);
    show({.step = whole.step,
          .true_time = whole.true_time,
          .actor = whole.actor,
          .actor_clock = whole.actor_clock,
          .action = single.action,
          .outcome = single.outcome,
          .expected = expected.empty() ? step.outcome : expected[i].outcome,
          .before = seen,
          .after = shown,
          .changed = is_last ? seen != shown : !show_alike(seen, shown, attempt_id),
          .expected_after = state,
          .changes = changes,
          .clock_reads = whole.clock_reads});
    if (!is_last) take_rows(seen, after, attempt_id);
  }
}

}  // namespace leasecheck::properties
