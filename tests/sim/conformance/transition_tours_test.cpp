// Exhaustive conformance with the figures pinned: a changed count is a changed contract.
#include "sim/conformance/transition_tours.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "leasecheck/spec/alphabet.hpp"
#include "sim/conformance/course.hpp"
#include "sim/defects/repository/mutants.hpp"
#include "sim/oracle/replay.hpp"
#include "sim/registry/subject_registry.hpp"
#include "sim/subject/subject_decorator.hpp"

namespace leasecheck::sim {
namespace {

ConformResult run(const std::string& backend, int workers, int attempts,
                  std::shared_ptr<ConformPlans> plans = keep_conform_plans(), int passes = 1) {
  const auto parsed = sim::parse_backend(backend);
  EXPECT_TRUE(parsed.has_value()) << parsed.error();
  auto result = conform({.workers = workers,
                         .attempts = attempts,
                         .backend = backend,
                         .make = parsed->make,
                         .passes = passes,
                         .progress = {},
                         .plans = std::move(plans)});
  EXPECT_TRUE(result.has_value()) << result.error();
  return *std::move(result);
}

struct Figures {
  std::string name;
  std::uint64_t states;
  std::uint64_t transitions;
  std::uint64_t calls;
};

void expect_held(const ConformResult& result, const std::vector<Figures>& figures) {
  EXPECT_EQ(result.verdict.result, traces::Result::held) << result.verdict.message;
  EXPECT_TRUE(result.not_covered.empty());
  ASSERT_EQ(result.worlds.size(), figures.size());
  for (std::size_t i = 0; i < figures.size(); ++i) {
    const ConformedWorld& world = result.worlds[i];
    EXPECT_EQ(world.name, figures[i].name);
    EXPECT_EQ(world.states, figures[i].states) << world.name;
    EXPECT_EQ(world.transitions, figures[i].transitions) << world.name;
    EXPECT_EQ(world.covered, world.transitions) << world.name;
    EXPECT_EQ(world.calls, figures[i].calls) << world.name;
    EXPECT_LT(world.calls, 2 * world.transitions) << world.name;
  }
}

const std::vector<Figures> two_attempts{{"growing backoff", 105, 10185, 12495},
                                        {"capped backoff", 78, 7566, 9015},
                                        {"no backoff", 72, 6984, 8375},
                                        {"retry and max_deliveries", 5570, 902340, 1097491},
                                        {"fail and cancel", 2316, 379824, 482623}};

const std::vector<Figures> one_attempt{{"growing backoff", 105, 10185, 12495},
                                       {"capped backoff", 78, 7566, 9015},
                                       {"no backoff", 72, 6984, 8375},
                                       {"retry", 75, 7275, 9087},
                                       {"max_deliveries", 42, 4074, 4490},
                                       {"fail", 35, 3395, 4171},
                                       {"cancel", 34, 3298, 4095}};

// On SQLite it takes a minute and on Python several, by `leasecheck conform`: the tours are the
// same, and here they are covered in the worlds of one attempt.
TEST(Conformance, CoversEverythingForTwoWorkersAndTwoAttempts) {
  expect_held(run("memory", 2, 2), two_attempts);
}

class OneAttempt : public ::testing::TestWithParam<std::string> {};

TEST_P(OneAttempt, IsCoveredForTwoWorkers) {
  expect_held(run(GetParam(), 2, 1), one_attempt);
}

INSTANTIATE_TEST_SUITE_P(Backends, OneAttempt,
                         ::testing::Values("memory", "sqlite",
                                           "exec:" LEASECHECK_PYTHON " " LEASECHECK_PYTHON_SUBJECT),
                         [](const auto& info) {
                           return info.index == 2 ? std::string("python") : info.param;
                         });

// What bounded worlds do not have: a third attempt, ids that look like patterns, limits and times
// at the ends of their ranges, different ttls, and leases that ended before the last one did; of
// several at a time two that differ; prunes and pages of a part of what there is.
const std::set<std::string_view> out_of_reach{
    "star_is_everybody",          "wait_wraps_around",      "one_timeout_for_all",
    "backoff_overflows",          "deep_queue_is_refused",  "panic_poisons_the_lock",
    "ack_batch_stops_at_refusal", "prune_includes_its_end", "prune_has_no_limit",
    "page_shows_last_again",      "limit_before_filter"};

// What one attempt does not show, two do.
TEST(Conformance, FindsEveryMutantWithinReach) {
  const auto plans = keep_conform_plans();
  for (const mutants::Mutant& mutant : mutants::all_mutants()) {
    const std::string backend = "mutant:" + std::string(mutant.name);
    ConformResult result = run(backend, 2, 1, plans);
    if (out_of_reach.contains(mutant.name)) {
      EXPECT_EQ(result.verdict.result, traces::Result::held) << mutant.name << ": off the list";
      continue;
    }
    if (result.verdict.result == traces::Result::held) result = run(backend, 2, 2, plans);
    EXPECT_EQ(result.verdict.result, traces::Result::violated) << mutant.name;
    // The first ack that overwrites a terminal attempt here is that of a worker that never held it.
    const bool is_by_another = mutant.name == "terminal_overwritten";
    EXPECT_EQ(result.verdict.property, is_by_another ? "holder_only" : mutant.property)
        << mutant.name;
    EXPECT_FALSE(result.not_covered.empty()) << mutant.name;
  }
}

TEST(Conformance, ShowsAViolationByTheShortestWayThere) {
  const ConformResult result = run("mutant:heartbeat_shortens_lease", 2, 1);
  EXPECT_EQ(result.verdict.property, "expiry_never_lowered");
  ASSERT_TRUE(result.trace.has_value());
  // Enqueue, claim, heartbeat; each a call and a return.
  EXPECT_EQ(result.trace->steps.size(), 6U);
  const auto memory = sim::parse_backend("memory")->make();
  const auto again = replay(*result.trace, **memory);
  ASSERT_TRUE(again.has_value()) << again.error();
  EXPECT_EQ(again->verdict.result, traces::Result::held);
}

TEST(Conformance, AsksEveryOperationAndMeetsEveryErrorClass) {
  const Tally tally = run("memory", 2, 1).tally;
  EXPECT_EQ(tally.outcomes.size(), model::AllOperations::count);
  std::set<std::string> outcomes;
  for (const auto& [operation, counts] : tally.outcomes) {
    for (const auto& [outcome, count] : counts) outcomes.insert(outcome);
  }
  EXPECT_EQ(outcomes,
            (std::set<std::string>{"already_exists", "invalid_argument", "not_dispatchable",
                                   "not_found", "ok", "stale_lease"}));
}

TEST(Conformance, ListsWhatASubjectDoesNotOffer) {
  const ConformResult result =
      run("exec:" LEASECHECK_PYTHON " " LEASECHECK_PYTHON_SUBJECT " --variant required_only", 1, 1);
  EXPECT_EQ(result.verdict.result, traces::Result::held) << result.verdict.message;
  EXPECT_EQ(result.not_covered.size(), 21U);
  EXPECT_EQ(result.not_covered.front(), "ack_attempt: not offered");
}

// What the first tour misses: no tour of the model's states needs a timeout in a second lease.
TEST(Conformance, FindsInASecondPassWhatTheSubjectKeepsAndTheModelDoesNot) {
  const std::string python = "exec:" LEASECHECK_PYTHON " " LEASECHECK_PYTHON_SUBJECT;
  const std::string defective = python + " --defect deadline_kept_over_a_reap";
  const ConformResult once = run(defective, 2, 1);
  EXPECT_EQ(once.verdict.result, traces::Result::held) << once.verdict.message;
  EXPECT_EQ(once.calls_again, 0U);
  const ConformResult twice = run(defective, 2, 1, keep_conform_plans(), 2);
  EXPECT_EQ(twice.verdict.result, traces::Result::violated);
  EXPECT_EQ(twice.verdict.property, "timeouts") << twice.verdict.message;
  EXPECT_TRUE(twice.trace.has_value());
  EXPECT_EQ(twice.worlds.size(), 7U) << "all were covered before";
}

TEST(Conformance, MakesEveryTransitionAgainInASecondPass) {
  const ConformResult result = run("memory", 2, 1, keep_conform_plans(), 3);
  expect_held(result, one_attempt);
  std::uint64_t calls = 0;
  for (const Figures& world : one_attempt) calls += world.calls;
  EXPECT_EQ(result.calls_again, 2 * calls);
  EXPECT_EQ(result.worlds_again, 2 * one_attempt.size());
}

TEST(Conformance, HasHeldIfTheTimeWasOverInTheSecondPass) {
  std::uint64_t calls = 0;
  for (const Figures& world : one_attempt) calls += world.calls;
  std::uint64_t left = calls + 15'000;  // the first world again, and a part of the second
  const auto result = conform({.workers = 2,
                               .attempts = 1,
                               .backend = "memory",
                               .make = sim::parse_backend("memory")->make,
                               .passes = 2,
                               .may_go_on = [&left] { return left != 0 && left-- != 0; }});
  ASSERT_TRUE(result.has_value()) << result.error();
  expect_held(*result, one_attempt);
  EXPECT_EQ(result->worlds_again, 1U);
}

/// The model, of which some fields are not to be told.
class Untold final : public SubjectDecorator {
 public:
  explicit Untold(Names absent)
      : SubjectDecorator(make_model_subject()), profile_(whole_contract()) {
    profile_.absent = std::move(absent);
  }
  [[nodiscard]] const Profile& profile() const override { return profile_; }

 private:
  Profile profile_;
};

ConformResult run_without(const Names& absent, int attempts) {
  auto result = conform({.workers = 1, .attempts = attempts, .backend = "model", .make = [&absent] {
                           return std::make_unique<Untold>(absent);
                         }});
  EXPECT_TRUE(result.has_value()) << result.error();
  return *std::move(result);
}

std::vector<std::string> names_of(const ConformResult& result) {
  std::vector<std::string> names;
  for (const ConformedWorld& world : result.worlds) names.push_back(world.name);
  return names;
}

TEST(Conformance, SaysWhichWorldsHaveLostTheirPointAndToursEachWorldOnce) {
  const ConformResult result = run_without({"spec.retry_policy"}, 1);
  EXPECT_EQ(result.verdict.result, traces::Result::held) << result.verdict.message;
  EXPECT_EQ(names_of(result), (std::vector<std::string>{"growing backoff without spec.retry_policy",
                                                        "retry without spec.retry_policy",
                                                        "max_deliveries", "fail", "cancel"}));
  EXPECT_EQ(result.not_covered,
            (std::vector<std::string>{"growing backoff: spec.retry_policy is absent",
                                      "capped backoff: spec.retry_policy is absent",
                                      "no backoff: spec.retry_policy is absent",
                                      "retry: spec.retry_policy is absent"}));
}

TEST(Conformance, CoversEveryOperationOfWhateverVariantItIs) {
  const std::string python = "exec:" LEASECHECK_PYTHON " " LEASECHECK_PYTHON_SUBJECT;
  for (const char* variant :
       {"ack_by_anyone", "ack_by_worker", "ack_by_lease", "heartbeats_set",
        "late_holders_are_refused", "known_ids_are_ignored", "known_ids_are_refused",
        "back_in_its_place", "returned_first", "in_no_order"}) {
    const ConformResult result = run(python + " --variant " + variant, 1, 1);
    EXPECT_EQ(result.verdict.result, traces::Result::held)
        << variant << ": " << result.verdict.message;
    EXPECT_TRUE(result.not_covered.empty()) << variant << ": " << result.not_covered.front();
  }
  Profile chooses = whole_contract();
  chooses.variant.order = model::DispatchOrder::none;
  EXPECT_FALSE(Course::why_not_covered(chooses, 1, "claim_attempts").has_value());
  EXPECT_TRUE(Course::why_not_covered(chooses, 2, "claim_attempts").has_value());
}

TEST(Conformance, ToursAPlainWorldWhereAllPointsAreLost) {
  const Names all{"spec.retry_policy", "spec.timeout",    "spec.max_deliveries",
                  "spec.priority",     "spec.not_before", "spec.on_timeout"};
  EXPECT_EQ(run_without(all, 1).worlds.size(), 1U);
  // Alone, two of one run, and two of two runs.
  const ConformResult two = run_without(all, 2);
  EXPECT_EQ(two.worlds.size(), 3U);
  EXPECT_EQ(two.worlds.back().name,
            "fail without spec.timeout without spec.on_timeout and cancel without spec.timeout "
            "without spec.on_timeout");
  EXPECT_EQ(two.not_covered.size(), 9U);
}

TEST(Conformance, IsInconclusiveWhereItMayNotGoOnAndToldOfEveryCall) {
  constexpr std::uint64_t most_calls = 20'000;  // the second world is begun, the third is not
  std::uint64_t calls = 0;
  std::uint64_t told = 0;
  const auto result = conform({.workers = 2,
                               .attempts = 1,
                               .backend = "memory",
                               .make = sim::parse_backend("memory")->make,
                               .may_go_on = [&calls] { return calls++ < most_calls; },
                               .progress = [&told](std::uint64_t, std::uint64_t) { ++told; }});
  ASSERT_TRUE(result.has_value()) << result.error();
  EXPECT_EQ(result->verdict.result, traces::Result::inconclusive);
  EXPECT_EQ(told, most_calls);
  ASSERT_EQ(result->worlds.size(), 2U);
  EXPECT_EQ(result->worlds[0].calls + result->worlds[1].calls, most_calls);
  std::uint64_t left = 0;
  for (const Figures& world : one_attempt) left += world.transitions;
  for (const ConformedWorld& world : result->worlds) left -= world.covered;
  EXPECT_EQ(result->not_covered,
            (std::vector<std::string>{std::to_string(left) +
                                      " transitions: the tours ended before them"}));
}

TEST(Conformance, RefusesAWorldThatIsTooLarge) {
  const auto parsed = sim::parse_backend("memory");
  EXPECT_FALSE(
      conform({.workers = 9, .attempts = 1, .backend = {}, .make = parsed->make, .progress = {}})
          .has_value());
}

}  // namespace
}  // namespace leasecheck::sim
