// Rules 1 and 2: what is listed, and in which order.

#include <algorithm>

#include "sim/defects/repository/groups.hpp"

namespace leasecheck::mutants {
namespace {

using List = std::vector<AttemptDispatchRecord>;

/// Lists everything, puts it into an order of its own and cuts it off then.
struct Reordered : Base {
  using Base::Base;

  Result<List> list_dispatchable_attempts(Time now, std::uint64_t limit) override {
    Result<List> listed = Base::list_dispatchable_attempts(now, no_limit);
    if (!listed) return listed;
    std::ranges::sort(*listed, [this](const auto& left, const auto& right) {
      return goes_before(*store().find(left.attempt_id), *store().find(right.attempt_id));
    });
    if (limit < listed->size()) listed->resize(limit);
    return listed;
  }

  virtual bool goes_before(const Attempt& left, const Attempt& right) = 0;
};

struct TiesById final : Reordered {
  using Reordered::Reordered;
  bool goes_before(const Attempt& left, const Attempt& right) override {
    return std::tie(right.spec.priority, left.ready_at, right.spec.attempt_id) <
           std::tie(left.spec.priority, right.ready_at, left.spec.attempt_id);
  }
};

struct PriorityInverted final : Reordered {
  using Reordered::Reordered;
  bool goes_before(const Attempt& left, const Attempt& right) override {
    return std::tie(left.spec.priority, left.ready_at, left.enqueue_seq) <
           std::tie(right.spec.priority, right.ready_at, right.enqueue_seq);
  }
};

struct PriorityIgnored final : Reordered {
  using Reordered::Reordered;
  bool goes_before(const Attempt& left, const Attempt& right) override {
    return std::tie(left.ready_at, left.enqueue_seq) < std::tie(right.ready_at, right.enqueue_seq);
  }
};

struct LimitNotForwarded final : Base {
  using Base::Base;
  Result<List> list_dispatchable_attempts(Time now, std::uint64_t) override {
    return Base::list_dispatchable_attempts(now, no_limit);
  }
};

struct LimitIsCast final : Base {
  using Base::Base;
  Result<List> list_dispatchable_attempts(Time now, std::uint64_t limit) override {
    const auto cast = static_cast<std::int64_t>(limit);
    return Base::list_dispatchable_attempts(
        now, static_cast<std::uint64_t>(std::max<std::int64_t>(cast, 0)));
  }
};

struct BoundaryNotListed final : Base {
  using Base::Base;
  Result<List> list_dispatchable_attempts(Time now, std::uint64_t limit) override {
    return Base::list_dispatchable_attempts(lease::saturating_add(now, lease::Duration{-1}), limit);
  }
};

}  // namespace

std::vector<Mutant> dispatch_mutants() {
  return {
      {"ties_broken_by_id", "B87", "list breaks ties by the attempt's id, not by enqueue order",
       "dispatch_order", "rails/solid_queue 28f9e05", make<TiesById>},
      {"priority_inverted", "B91", "list puts the lowest priority first", "dispatch_order",
       "Oris (finding O-24)", make<PriorityInverted>},
      {"priority_ignored", "B88", "list orders by time alone", "dispatch_order",
       "procrastinate 100518ce", make<PriorityIgnored>},
      {"limit_not_forwarded", "B89", "list takes a limit that never reaches the query",
       "dispatch_order", "timgit/pg-boss ff69790", make<LimitNotForwarded>},
      {"limit_is_cast", "B102", "a limit above the signed range becomes negative and lists nothing",
       "dispatch_order", "Oris (finding O-21)", make<LimitIsCast>},
      {"boundary_not_listed", "B15",
       "list wants ready times before now, the claim takes them at now", "dispatch_order",
       "Oris (finding O-38)", make<BoundaryNotListed>}};
}

}  // namespace leasecheck::mutants
