#pragma once

#include <cstdint>
#include <ranges>
#include <set>
#include <string_view>
#include <utility>

#include "leasecheck/spec/step.hpp"

/// Where to find the attempts of a state that an operation asks for by anything but their id.
namespace leasecheck::model {

/// By a key, and where that is the same by id. `Key::of` gives the key of an attempt that has one.
template <class Key>
struct ByKey {
  using is_transparent = void;
  bool operator()(const Attempt* left, const Attempt* right) const {
    const auto one = Key::of(*left);
    const auto other = Key::of(*right);
    return one != other ? one < other : left->spec.attempt_id < right->spec.attempt_id;
  }
  bool operator()(const Attempt* left, const auto& key) const { return Key::of(*left) < key; }
  bool operator()(const auto& key, const Attempt* right) const { return key < Key::of(*right); }
};
template <class Key>
using AttemptsByKey = std::set<const Attempt*, ByKey<Key>>;

struct DispatchableAt {
  static Time of(const Attempt& attempt) { return dispatchable_at(attempt).value(); }
};
struct ExpiresAt {
  static Time of(const Attempt& attempt) { return attempt.lease->expires_at; }
};
struct Deadline {
  static Time of(const Attempt& attempt) { return execution_deadline(attempt).value(); }
};
struct FinishedAt {
  static Time of(const Attempt& attempt) { return *attempt.finished_at; }
};
struct AckedLease {
  static std::string_view of(const Attempt& attempt) { return attempt.last_ack->lease_id; }
};
struct RunOf {
  static std::string_view of(const Attempt& attempt) { return attempt.spec.run_id; }
};

/// By V1 and V2.
struct ByDispatch {
  Variant variant;
  bool operator()(const Attempt* left, const Attempt* right) const {
    return dispatches_before(variant, *left, *right);
  }
};
using AttemptsByDispatch = std::set<const Attempt*, ByDispatch>;

/// The attempts of one state, which stay where they are in memory, by what is asked for. An attempt
/// is removed before anything in it changes, and added again afterwards.
/// Complexity: logarithmic for `add` and `remove`.
class AttemptIndex {
 public:
  explicit AttemptIndex(const Variant& variant) : due_(ByDispatch{variant}) {}

  void add(const Attempt& attempt);
  void remove(const Attempt& attempt);

  /// Those that are dispatchable at this time, in dispatch order.
  /// Complexity: O(log n) for each attempt that is dispatchable at this time and not at the one
  /// asked for last, or the other way round.
  [[nodiscard]] const AttemptsByDispatch& due(Time at);

  /// Those with a lease, by expiry.
  [[nodiscard]] const auto& leased() const { return leased_; }
  /// Those with an execution deadline, by it.
  [[nodiscard]] const auto& timed() const { return timed_; }
  /// Those with a dead letter, by its time.
  [[nodiscard]] const auto& dead() const { return dead_; }
  /// The other terminal ones, by the time of their end.
  [[nodiscard]] const auto& finished() const { return finished_; }

  /// Those that remember an ack of this lease.
  [[nodiscard]] auto remembering(std::string_view lease_id) const {
    const auto [first, last] = acked_.equal_range(lease_id);
    return std::ranges::subrange(first, last);
  }
  [[nodiscard]] auto of_run(std::string_view run_id) const {
    const auto [first, last] = by_run_.equal_range(run_id);
    return std::ranges::subrange(first, last);
  }
  [[nodiscard]] const CountsByStatus& counts() const { return counts_; }

 private:
  /// Calls `change` with each set that the attempt belongs into.
  void in_each(const Attempt& attempt, auto change);

  AttemptsByKey<DispatchableAt> waiting_;  ///< all that are or will be dispatchable
  AttemptsByDispatch due_;                 ///< those of them that are at `due_at_`
  Time due_at_ = beginning_of_time;
  AttemptsByKey<ExpiresAt> leased_;
  AttemptsByKey<Deadline> timed_;
  AttemptsByKey<FinishedAt> dead_;
  AttemptsByKey<FinishedAt> finished_;
  AttemptsByKey<AckedLease> acked_;
  AttemptsByKey<RunOf> by_run_;
  CountsByStatus counts_;
};

}  // namespace leasecheck::model
