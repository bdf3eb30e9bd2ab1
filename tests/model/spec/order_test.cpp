// Rule 2: dispatch order is one strict total order.

#include <algorithm>

#include "tests/model/spec/generators.hpp"
#include "tests/model/spec/property.hpp"

namespace leasecheck::tests {
namespace {

using namespace leasecheck::model;

/// Attempts that tie in priority and ready time more often than not.
std::vector<Attempt> any_attempts() {
  std::vector<Attempt> attempts(*rc::gen::inRange<std::size_t>(0, 8));
  for (std::size_t i = 0; i < attempts.size(); ++i) {
    attempts[i].spec.priority = *rc::gen::inRange(-1, 2);
    attempts[i].ready_at = at_ms(*rc::gen::inRange(0, 3));
    attempts[i].enqueue_seq = i;
  }
  return attempts;
}

TEST(DispatchOrder, OfTwoAttemptsExactlyOneGoesFirst) {
  check_property([] {
    const std::vector<Attempt> attempts = any_attempts();
    for (const Attempt& left : attempts) {
      for (const Attempt& right : attempts) {
        const int before = dispatches_before({}, left, right) + dispatches_before({}, right, left);
        RC_ASSERT(before == (left.enqueue_seq == right.enqueue_seq ? 0 : 1));
      }
    }
  });
}

TEST(DispatchOrder, IsTransitive) {
  check_property([] {
    const std::vector<Attempt> attempts = any_attempts();
    for (const Attempt& a : attempts) {
      for (const Attempt& b : attempts) {
        for (const Attempt& c : attempts) {
          if (dispatches_before({}, a, b) && dispatches_before({}, b, c))
            RC_ASSERT(dispatches_before({}, a, c));
        }
      }
    }
  });
}

TEST(DispatchOrder, PriorityThenReadyTimeThenEnqueueOrder) {
  check_property([] {
    const std::vector<Attempt> attempts = any_attempts();
    for (const Attempt& left : attempts) {
      for (const Attempt& right : attempts) {
        const int priority = left.spec.priority - right.spec.priority;
        const auto ready = (left.ready_at - right.ready_at).count();
        if (priority != 0) {
          RC_ASSERT(dispatches_before({}, left, right) == (priority > 0));
        } else if (ready != 0) {
          RC_ASSERT(dispatches_before({}, left, right) == (ready < 0));
        }
      }
    }
  });
}

TEST(DispatchOrder, AListIsTheSortedDispatchableAttemptsCutAtItsLimit) {
  check_property([] {
    const State state = state_after(*any_actions());
    const Time at = *any_time(state);
    const auto limit = *rc::gen::inRange<std::uint64_t>(0, 8);

    std::vector<const Attempt*> expected;
    for (const auto& [id, attempt] : state.attempts) {
      if (is_dispatchable(attempt, at)) expected.push_back(&attempt);
    }
    std::ranges::sort(expected,
                      [](auto* left, auto* right) { return dispatches_before({}, *left, *right); });
    const Step depth = step(state, {Time{}, QueueDepth{at}});
    RC_ASSERT(std::get<Count>(*depth.outcome).value == expected.size());
    if (expected.size() > limit) expected.resize(limit);

    const Step list = step(state, {Time{}, ListDispatchableAttempts{at, limit}});
    const auto& listed = std::get<std::vector<DispatchRecord>>(*list.outcome);
    RC_ASSERT(std::ranges::equal(listed, expected, {}, &DispatchRecord::attempt_id,
                                 [](const Attempt* attempt) { return attempt->spec.attempt_id; }));
  });
}

}  // namespace
}  // namespace leasecheck::tests
