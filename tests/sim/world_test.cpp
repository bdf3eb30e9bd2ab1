#include "sim/world.hpp"

#include <gtest/gtest.h>

#include <set>

#include "properties/property.hpp"
#include "tests/sim/subjects.hpp"
#include "traces/writer.hpp"

namespace leasecheck::sim {
namespace {

using testing::make_memory;
using testing::record;

constexpr std::uint64_t seeds = 60;

Tally simulate_seeds() {
  Tally tally;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const auto subject = make_memory();
    const RunResult result = simulate(draw_plan(seed, {}), *subject);
    EXPECT_EQ(result.verdict.result, traces::Result::held)
        << "seed " << seed << ": " << result.verdict.property << ": " << result.verdict.message;
    tally.add(result.tally);
  }
  return tally;
}

TEST(World, MemoryHoldsAndNothingPassesVacuously) {
  const Tally tally = simulate_seeds();
  for (const properties::Property& property : properties::all_properties()) {
    const auto reached = tally.premises.find(std::string(property.name));
    ASSERT_NE(reached, tally.premises.end()) << property.name;
    EXPECT_GT(reached->second, 0U) << property.name << ": " << property.premise;
  }
  for (const char* fault :
       {"request_lost", "reply_lost", "request_duplicated", "delay_spike", "worker_crash",
        "worker_pause", "heartbeat_missed", "tick_missed", "enqueue_repeated",
        "enqueue_in_conflict", "operator_cancel", "operator_replay", "strange_call"}) {
    EXPECT_TRUE(tally.faults.contains(fault)) << fault;
  }
}

// Operations that a campaign never sees accepted, or never sees refused, are not tested by it.
TEST(World, ReachesEveryOperationAndEveryRefusal) {
  const Tally tally = simulate_seeds();
  const std::set<std::pair<std::string, std::string>> reached = [&] {
    std::set<std::pair<std::string, std::string>> pairs;
    for (const auto& [operation, outcomes] : tally.outcomes) {
      for (const auto& [outcome, count] : outcomes) pairs.emplace(operation, outcome);
    }
    return pairs;
  }();
  const std::vector<std::pair<std::string, std::string>> wanted{
      {"enqueue_attempt", "ok"},
      {"enqueue_attempt", "already_exists"},
      {"list_dispatchable_attempts", "ok"},
      {"upsert_lease", "ok"},
      {"upsert_lease", "not_dispatchable"},
      {"upsert_lease", "not_found"},
      {"upsert_lease", "invalid_argument"},
      {"heartbeat_lease", "ok"},
      {"heartbeat_lease", "stale_lease"},
      {"heartbeat_lease_with_version", "ok"},
      {"heartbeat_lease_with_version", "stale_lease"},
      {"expire_leases_and_requeue", "ok"},
      {"transition_timed_out_attempts", "ok"},
      {"latest_seq_for_run", "ok"},
      {"start_attempt", "ok"},
      {"start_attempt", "stale_lease"},
      {"release_lease", "ok"},
      {"release_lease", "stale_lease"},
      {"ack_attempt", "ok"},
      {"ack_attempt", "stale_lease"},
      {"append_run_event", "ok"},
      {"append_run_event", "stale_lease"},
      {"cancel_attempt", "ok"},
      {"cancel_attempt", "not_dispatchable"},
      {"replay_dead_letter", "ok"},
      {"replay_dead_letter", "not_dispatchable"},
      {"list_dead_letters", "ok"},
      {"get_attempt", "ok"},
      {"get_lease", "ok"},
      {"get_lease_for_attempt", "ok"},
      {"queue_depth", "ok"},
      {"counts_by_status", "ok"},
      {"list_run_events", "ok"}};
  for (const auto& pair : wanted) {
    EXPECT_TRUE(reached.contains(pair)) << pair.first << " " << pair.second;
  }
}

TEST(World, SameSeedSameBytes) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const Plan plan = draw_plan(seed, {});
    EXPECT_EQ(traces::to_text(record(plan, "memory").trace),
              traces::to_text(record(plan, "memory").trace));
  }
}

// The plan says whether rule 20 promises anything. Told that it does while every worker's clock is
// far behind the reapers', the watcher must complain: two workers do believe in one attempt then.
TEST(World, FarBeyondTheMarginTwoWorkersBelieve) {
  std::uint64_t found = 0;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    Plan plan = draw_plan(seed, {});
    const model::Duration behind = plan.grace + plan.ttl;
    for (model::ClockError& clock : plan.worker_clocks) clock = {.offset = -behind, .drift_ppm = 0};
    for (model::ClockError& clock : plan.reaper_clocks) clock = {};
    plan.repository_clock = {};
    plan.skew_within_margin = true;
    const auto subject = make_memory();
    if (simulate(plan, *subject).verdict.property == "no_double_belief") ++found;
  }
  EXPECT_GT(found, 0U);
}

TEST(World, BeyondTheMarginDoubleBeliefIsNotPromised) {
  EXPECT_GT(simulate_seeds().not_promised["no_double_belief"], 0U);
}

TEST(World, ASubjectThatIsNotEmptyIsBroken) {
  const auto subject = make_memory();
  model::AttemptSpec spec;
  spec.attempt_id = "left over";
  spec.run_id = "r";
  ASSERT_TRUE(
      subject->call({.now = model::at_ms(1), .operation = model::EnqueueAttempt{.spec = spec}}));
  EXPECT_EQ(simulate(draw_plan(1, {}), *subject).verdict.result, traces::Result::broken);
}

}  // namespace
}  // namespace leasecheck::sim
