// The properties of the model are worth what the generators reach.

#include "tests/model/spec/generators.hpp"

#include <map>
#include <set>
#include <string>
#include <utility>

#include "sim/values/ids.hpp"
#include "tests/model/spec/property.hpp"
#include "tests/model/spec/run.hpp"

namespace leasecheck::tests {
namespace {

using namespace leasecheck::model;

/// How often each operation was accepted and refused, each error answered, each status seen.
struct Reached {
  std::map<std::string_view, int> accepted;
  std::map<std::string_view, int> refused;
  std::map<ErrorCode, int> errors;
  std::map<Status, int> statuses;
  std::map<DeadLetterReason, int> reasons;
  int repeated_acks = 0;
};

void count(Reached& reached, const State& before, const Action& action, const State& after,
           const Outcome& outcome) {
  ++(outcome ? reached.accepted : reached.refused)[name_of(action.operation)];
  if (!outcome) ++reached.errors[outcome.error()];
  const bool ack = std::holds_alternative<AckAttempt>(action.operation);
  if (ack && outcome && before == after) ++reached.repeated_acks;
  for (const auto& [id, attempt] : after.attempts) {
    ++reached.statuses[attempt.status];
    if (attempt.dead_letter) ++reached.reasons[attempt.dead_letter->reason];
  }
}

Reached reach() {
  Reached reached;
  const auto count_run = [&] {
    for_every_step(*any_actions(),
                   [&](const State& before, const Action& action, const State& after,
                       const Outcome& outcome) { count(reached, before, action, after, outcome); });
  };
  check_property(count_run, 2'000);
  return reached;
}

TEST(Generators, ReachEveryOperationStatusErrorAndReason) {
  const Reached reached = reach();
  EXPECT_EQ(reached.accepted.size(), std::variant_size_v<Operation>);
  for (const auto& [operation, times] : reached.accepted) EXPECT_GE(times, 5) << operation;
  EXPECT_EQ(reached.statuses.size(), status_count);
  EXPECT_EQ(reached.errors.size(), 5U);
  EXPECT_EQ(reached.reasons.size(), 3U);
  EXPECT_GE(reached.repeated_acks, 5);
}

TEST(Generators, DrawEveryWayToWriteAnIdThatTheCatalogueHas) {
  namespace values = sim::values;
  std::set<Id> left;
  for (const values::DimensionInfo& info : values::dimensions()) {
    if (!info.is_of_ids) continue;
    for (std::uint64_t number = 0; number < values::spelling_count(info.dimension); ++number) {
      left.insert(values::odd_id(info.dimension, "a", number));
    }
  }
  ASSERT_GT(left.size(), 100U);
  rapidcheck::Menu menu = rapidcheck::whole_menu();
  menu.hostile_one_in = 4;
  const auto draw = [&] {
    for (int i = 0; i < 20; ++i) left.erase((*any_spec({}, menu)).attempt_id);
  };
  check_property(draw, 1'000);
  for (const Id& id : left) ADD_FAILURE() << id << " was not drawn";
}

TEST(Generators, ReachARefusalOfEveryOperationThatCanBeRefused) {
  const std::set<std::string_view> never_refused = {
      "reset", "list_dispatchable_attempts", "expire_leases_and_requeue", "queue_depth",
      "transition_timed_out_attempts", "list_dead_letters", "counts_by_status", "prune_attempts",
      // Items are refused, not the operation.
      "enqueue_attempts", "heartbeat_leases", "ack_attempts"};
  const Reached reached = reach();
  for (const auto& [operation, times] : reached.accepted) {
    EXPECT_EQ(reached.refused.contains(operation), !never_refused.contains(operation)) << operation;
  }
}

}  // namespace
}  // namespace leasecheck::tests
