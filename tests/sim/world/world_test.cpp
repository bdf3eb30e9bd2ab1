#include "sim/world/world.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "model/graph/coverage.hpp"
#include "model/graph/lens.hpp"
#include "model/graph/walk.hpp"
#include "properties/property.hpp"
#include "sim/subject/subject_decorator.hpp"
#include "tests/sim/plan_options.hpp"
#include "tests/sim/subjects.hpp"
#include "traces/writer.hpp"

namespace leasecheck::sim {
namespace {

using testing::make_memory;
using testing::record;
using testing::with_odd;

constexpr std::uint64_t seeds = 60;

Tally simulate_seeds(std::uint64_t count = seeds) {
  Tally tally;
  for (std::uint64_t seed = 1; seed <= count; ++seed) {
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
  for (const FaultInfo& kind : fault_kinds()) {
    if (kind.site != FaultSite::world) continue;
    EXPECT_TRUE(tally.faults.contains(std::string(kind.name))) << kind.name;
  }
  for (const auto& [name, count] : tally.faults) {
    EXPECT_NE(std::ranges::find(fault_kinds(), name, &FaultInfo::name), fault_kinds().end())
        << name;
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
      {"list_run_events", "ok"},
      {"claim_attempts", "ok"},
      {"heartbeat_leases", "ok"},
      {"ack_attempts", "ok"},
      {"list_attempts", "ok"}};
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

// Rule 20 speaks of clocks, and a clock that is set is one: as long as each stays within half of
// the margin from true time, steps in any direction at any moment make no two workers believe.
TEST(World, SteppedClocksWithinTheMarginKeepTheirPromise) {
  Tally tally;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    Plan plan = draw_plan(seed, {});
    if (!plan.skew_within_margin) continue;
    ClockFaults& clock = plan.faults.clock;
    clock.worker_forwards = clock.worker_backwards = 500;
    clock.reaper_forwards = clock.reaper_backwards = 500;
    clock.repository_forwards = clock.repository_backwards = 500;
    const auto subject = make_memory();
    const RunResult result = simulate(plan, *subject);
    EXPECT_EQ(result.verdict.result, traces::Result::held)
        << "seed " << seed << ": " << result.verdict.property << ": " << result.verdict.message;
    tally.add(result.tally);
  }
  EXPECT_GT(tally.faults["worker_clock_backwards"], 100U);
  EXPECT_GT(tally.premises["no_double_belief"], 20U);
}

TEST(World, FaultsThatAreNotAllowedDoNotHappen) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const auto subject = make_memory();
    PlanOptions options;
    options.faults = {{FaultKind::worker_crash, FaultKind::clock_drift}};
    for (const auto& [name, count] : simulate(draw_plan(seed, options), *subject).tally.faults) {
      EXPECT_TRUE(name == "worker_crash" || name == "clock_drift") << name;
    }
  }
}

/// A memory repository, except where a test says otherwise.
class Altered : public SubjectDecorator {
 public:
  Altered() : SubjectDecorator(make_memory()) {}
  [[nodiscard]] std::string name() const override { return "altered"; }
};

/// As if a lock had never been given back: the state is right, no answer is false, and no safety
/// property has anything to say. Only nothing goes on.
class ReapsNoMore final : public Altered {
 public:
  [[nodiscard]] std::expected<Reply, BrokenSubject> call(const model::Action& action) override {
    const bool is_reap = std::holds_alternative<model::ExpireLeasesAndRequeue>(action.operation);
    if (!is_reap || ++reaps_ <= 5) return Altered::call(action);
    return Reply{.outcome = std::unexpected(model::ErrorCode::unavailable), .message = "locked"};
  }

 private:
  int reaps_ = 0;
};

TEST(World, AStuckReapIsSeenByProgressAndByNothingElse) {
  std::uint64_t found = 0;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    ReapsNoMore subject;
    const RunResult result = simulate(draw_plan(seed, {}), subject);
    if (result.verdict.result == traces::Result::held) continue;
    EXPECT_EQ(result.verdict.property, "progress") << result.verdict.message;
    ++found;
  }
  EXPECT_GT(found, seeds / 4);
}

// Each edge of an attempt's life cycle, as the model's walk has it, and no other. The rarest, an
// ack as cancelled of what was not started, is taken in one run of twenty.
TEST(World, TakesEveryTransitionOfAnAttempt) {
  const graph::Graph life_cycle =
      graph::without_cases(graph::through(graph::attempt_lens, graph::walk({}).value()));
  std::set<std::string> expected;
  graph::for_each_edge(life_cycle, [&](std::size_t from, std::size_t to, const graph::Edge& edge) {
    expected.insert(graph::edge_name(life_cycle, from, to, edge));
  });
  std::set<std::string> seen;
  for (const auto& [move, count] : simulate_seeds(200).transitions) seen.insert(move);
  EXPECT_EQ(seen, expected);
}

// A shorter bound must be broken now and then, or the real one is not computed but merely large.
TEST(World, EveryRunEndsWithEveryAttemptTerminal) {
  std::uint64_t open_when_faults_ended = 0;
  const PlanOptions plain = with_odd({});
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const testing::RecordedRun run = record(draw_plan(seed, plain), "memory");
    ASSERT_EQ(run.result.verdict.result, traces::Result::held) << seed;
    const traces::Step& last = run.trace.steps.back();
    const auto* event = std::get_if<model::Environment>(&last.what);
    ASSERT_NE(event, nullptr) << seed;
    EXPECT_TRUE(std::holds_alternative<model::ProgressDue>(*event)) << seed;
    open_when_faults_ended += run.result.tally.premises.at("progress");
  }
  EXPECT_GT(open_when_faults_ended, seeds / 5);
}

// Here the last worker saw nothing but its own two leases, both taken while the repository's clock
// was 39 minutes fast, and would have slept until they expired had it not given them up itself.
TEST(World, TheLastWorkerAsksAgainWhileItHoldsWhatItMayGiveUp) {
  constexpr std::uint64_t seed = 577;
  EXPECT_EQ(record(draw_plan(seed, {}), "memory").result.verdict.result, traces::Result::held);
}

TEST(World, TheBoundIsTheSumOfWhatThePoliciesAllow) {
  const Plan plan = draw_plan(1, {});
  const model::Time now = plan.epoch + model::Duration{1000};
  model::State state;
  EXPECT_EQ(progress_bound(state, plan, now), now) << "nothing is open";

  model::Attempt attempt;
  attempt.spec.attempt_id = "a1";
  attempt.ready_at = now;
  state.attempts["a1"] = attempt;
  const model::Time alone = progress_bound(state, plan, now).value();
  EXPECT_GT(alone, now);

  attempt.spec.retry_policy = model::RetryPolicy{.strategy = model::BackoffStrategy::exponential,
                                                 .backoff = model::Duration{1'000'000},
                                                 .max_backoff = std::nullopt,
                                                 .multiplier = 3,
                                                 .max_retries = 2};
  state.attempts["a1"] = attempt;
  EXPECT_GE(progress_bound(state, plan, now).value() - alone, model::Duration{4'000'000})
      << "backoffs of 1,000 s and 3,000 s are still to come";

  state.attempts["a1"].status = model::Status::completed;
  EXPECT_EQ(progress_bound(state, plan, now), now);
}

// Nobody waits for centuries, or for a million failures.
TEST(World, ThereIsNoBoundBeyondWhatARunLasts) {
  const Plan plan = draw_plan(1, {});
  model::State state;
  model::Attempt attempt;
  attempt.spec.attempt_id = "a1";
  attempt.spec.retry_policy = model::RetryPolicy{.strategy = model::BackoffStrategy::fixed,
                                                 .backoff = model::Duration::max(),
                                                 .max_backoff = std::nullopt,
                                                 .multiplier = 1,
                                                 .max_retries = 1};
  state.attempts["a1"] = attempt;
  EXPECT_FALSE(progress_bound(state, plan, plan.epoch)) << "the backoff is too long";

  attempt.spec.retry_policy->backoff = model::Duration{0};
  state.attempts["a1"] = attempt;
  EXPECT_TRUE(progress_bound(state, plan, plan.epoch));

  attempt.spec.retry_policy->max_retries = 2'147'483'646;
  state.attempts["a1"] = attempt;
  EXPECT_FALSE(progress_bound(state, plan, plan.epoch)) << "it may fail too often";

  attempt.spec.retry_policy = std::nullopt;
  attempt.spec.not_before = model::end_of_time;
  state.attempts["a1"] = attempt;
  EXPECT_FALSE(progress_bound(state, plan, plan.epoch)) << "it begins too late";
}

// What was never called has no reply that could be delivered or lost.
TEST(World, EveryReplyThatIsRecordedIsOneOfACall) {
  std::uint64_t skipped = 0;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const auto subject = testing::make_memory_without({"start_attempt", "heartbeat_lease"});
    const testing::RecordedRun run = record(draw_plan(seed, {}), *subject);
    for (const auto& [operation, count] : run.result.tally.skipped) skipped += count;
    for (const traces::Step& step : run.trace.steps) {
      const auto* event = std::get_if<model::Environment>(&step.what);
      if (event == nullptr) continue;
      const auto* delivered = std::get_if<model::ReplyDelivered>(event);
      const auto* lost = std::get_if<model::ReplyLost>(event);
      if (delivered == nullptr && lost == nullptr) continue;
      const std::uint64_t call = delivered != nullptr ? delivered->call : lost->call;
      EXPECT_TRUE(std::holds_alternative<traces::Call>(run.trace.steps.at(call - 1).what))
          << "seed " << seed << ", step " << step.number;
    }
  }
  EXPECT_GT(skipped, 100U);
}

/// Only the operations that a subject must have.
Names beyond_the_required() {
  Names names;
  for (const model::OperationTraits& traits : model::all_operations) {
    if (!traits.is_required) names.emplace(traits.name);
  }
  return names;
}

// Whatever the seed says, its workers make do with what the subject has.
TEST(World, WorksOnSubjectsThatTakeOneAtATime) {
  const std::vector<Names> absences{
      {"claim_attempts", "heartbeat_leases", "ack_attempts", "enqueue_attempts", "list_attempts"},
      {"get_lease", "get_lease_for_attempt"},
      beyond_the_required()};
  for (const Names& absent : absences) {
    Tally tally;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      Plan plan = draw_plan(seed, {});
      plan.several = true;
      const auto subject = testing::make_memory_without(absent);
      const RunResult result = simulate(plan, *subject);
      EXPECT_EQ(result.verdict.result, traces::Result::held)
          << "seed " << seed << ": " << result.verdict.message;
      tally.add(result.tally);
    }
    const bool has_single_claims = absent.contains("claim_attempts");
    EXPECT_EQ(tally.outcomes.contains("claim_attempts"), !has_single_claims);
    EXPECT_GT(tally.outcomes["heartbeat_lease"]["ok"], 50U);
    EXPECT_GT(tally.faults["job_hung"], 0U);
  }
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
