#include "properties/support/singles.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
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

/// The rows of `settled` attempts from one snapshot, of all others from another.
template <class Row>
std::vector<Row> mixed(const std::vector<Row>& theirs, const std::vector<Row>& others,
                       const std::set<std::string_view>& settled) {
  const auto is_settled = [&](const Row& row) { return settled.contains(row.attempt_id); };
  std::vector<Row> rows;
  std::ranges::copy_if(theirs, std::back_inserter(rows), is_settled);
  std::ranges::copy_if(others, std::back_inserter(rows), std::not_fn(is_settled));
  std::ranges::sort(rows, {}, &Row::attempt_id);
  return rows;
}

/// What stands between two items: attempts of which no later item speaks are as the operation left
/// them, and the rest as the model has it.
class Between {
 public:
  Between(const Operated& whole, const std::vector<model::Single>& singles,
          const model::State& before)
      : whole_(whole) {
    for (std::size_t i = 0; i < singles.size(); ++i) {
      last_item_[attempt_named(singles[i].action.operation, before)] = i;
    }
  }

  /// After the item of this number.
  [[nodiscard]] model::Snapshot after(std::size_t item, const model::State& state) const {
    std::set<std::string_view> settled;
    for (const auto& [attempt_id, last] : last_item_) {
      if (last <= item) settled.insert(attempt_id);
    }
    model::Snapshot snapshot = model::snapshot(state);
    snapshot.attempts = mixed(whole_.after.attempts, snapshot.attempts, settled);
    snapshot.leases = mixed(whole_.after.leases, snapshot.leases, settled);
    snapshot.dead_letters = mixed(whole_.after.dead_letters, snapshot.dead_letters, settled);
    return snapshot;
  }

 private:
  const Operated& whole_;
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
  model::State state = std::move(before);
  model::Snapshot seen = whole.before;
  const std::vector<model::Single> singles = model::singles_of(whole.action, whole.outcome);
  const std::vector<model::Single> expected = expected_singles(whole, singles.size());
  const Between between(whole, singles, state);
  for (std::size_t i = 0; i < singles.size(); ++i) {
    const model::Single& single = singles[i];
    model::Step step = model::step(std::move(state), single.action);
    const bool is_last = i + 1 == singles.size();
    model::Snapshot after = is_last ? whole.after : between.after(i, step.state);
    const auto changes = changes_between(seen, after);
    show({.step = whole.step,
          .true_time = whole.true_time,
          .actor = whole.actor,
          .actor_clock = whole.actor_clock,
          .action = single.action,
          .outcome = single.outcome,
          .expected = expected.empty() ? step.outcome : expected[i].outcome,
          .before = seen,
          .after = after,
          .changed = seen != after,
          .expected_after = step.state,
          .changes = changes,
          .clock_reads = whole.clock_reads});
    seen = std::move(after);
    state = std::move(step.state);
  }
}

}  // namespace leasecheck::properties
