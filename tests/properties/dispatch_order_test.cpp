#include <gtest/gtest.h>

#include <algorithm>

#include "tests/properties/watched_run.hpp"

namespace leasecheck::tests {
namespace {

using model::at_ms;
using model::ErrorCode;
using model::Status;

/// Enqueued in this order: "a2" and "a1" alike, "a3" more urgent, "a4" not before 50.
class DispatchOrder : public ::testing::Test {
 protected:
  DispatchOrder() {
    run.operate(enqueue("a2"), 0);
    run.operate(enqueue("a1"), 0);
    auto urgent = enqueue("a3");
    urgent.spec.priority = 5;
    run.operate(urgent, 9);
    auto later = enqueue("a4");
    later.spec.priority = 9;
    later.spec.not_before = at_ms(50);
    run.operate(later, 9);
  }

  Observation list(std::int64_t at, std::uint64_t limit) {
    return run.observe(model::ListDispatchableAttempts{at_ms(at), limit}, at);
  }

  static std::vector<model::DispatchRecord>& listed(Observation& seen) {
    return std::get<std::vector<model::DispatchRecord>>(seen.outcome.value());
  }

  WatchedRun run{properties::dispatch_order};
};

TEST_F(DispatchOrder, HoldsForEveryLimitAndAroundNotBefore) {
  for (const std::uint64_t limit : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{3},
                                    std::uint64_t{1} << 63, ~std::uint64_t{0}}) {
    EXPECT_EQ(run.show(list(49, limit)), "held");
    EXPECT_EQ(run.show(list(50, limit)), "held");
  }
  EXPECT_EQ(run.premises_reached(), 10u);
}

TEST_F(DispatchOrder, ComplainsOfATieBrokenById) {
  Observation seen = list(20, 10);
  std::swap(listed(seen)[1], listed(seen)[2]);
  EXPECT_EQ(run.show(seen),
            "asked for at most 10 of what is dispatchable at 20, it listed a1 (queued, attempt "
            "number 1, priority 0, ready at 0) where a2 (queued, attempt number 1, priority 0, "
            "ready at 0) belongs");
}

TEST_F(DispatchOrder, ComplainsOfAPriorityTheWrongWayRound) {
  Observation seen = list(20, 10);
  std::ranges::reverse(listed(seen));
  EXPECT_EQ(run.show(seen),
            "asked for at most 10 of what is dispatchable at 20, it listed a1 (queued, attempt "
            "number 1, priority 0, ready at 0) where a3 (queued, attempt number 1, priority 5, "
            "ready at 9) belongs");
}

TEST_F(DispatchOrder, ComplainsOfALimitThatIsNotKept) {
  Observation seen = list(20, 3);
  seen.action.operation = model::ListDispatchableAttempts{at_ms(20), 2};
  EXPECT_EQ(
      run.show(seen),
      "asked for at most 2 of what is dispatchable at 20, it listed 3, and 3 are dispatchable");
}

TEST_F(DispatchOrder, ComplainsOfAListThatEndsEarly) {
  Observation seen = list(20, 10);
  listed(seen).pop_back();
  EXPECT_EQ(run.show(seen),
            "asked for at most 10 of what is dispatchable at 20, it left out a1 (queued, attempt "
            "number 1, priority 0, ready at 0)");
}

TEST_F(DispatchOrder, ComplainsOfAnAttemptBeforeItsTime) {
  Observation seen = list(50, 10);
  seen.action.operation = model::ListDispatchableAttempts{at_ms(49), 3};
  listed(seen).pop_back();
  EXPECT_EQ(run.show(seen),
            "asked for at most 3 of what is dispatchable at 49, it listed a4 (queued, attempt "
            "number 1) where a3 (queued, attempt number 1, priority 5, ready at 9) belongs");
}

TEST_F(DispatchOrder, ComplainsOfALimitThatIsRefused) {
  Observation seen = list(20, ~std::uint64_t{0});
  seen.outcome = std::unexpected(ErrorCode::invalid_argument);
  EXPECT_EQ(run.show(seen), "asked for what is dispatchable at 20, it answered no list");
}

}  // namespace
}  // namespace leasecheck::tests
