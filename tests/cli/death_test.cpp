// Code under test that takes its process with it: the calls up to its death are a trace on disk.
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>

#include "cli/campaign/campaign.hpp"
#include "cli/campaign/trace_replay.hpp"
#include "sim/subject/subject_decorator.hpp"
#include "tests/support/program.hpp"
#include "traces/reader.hpp"

namespace leasecheck::cli {
namespace {

using testing::Ended;
using testing::Workplace;

/// Keeps the contract until its n-th call.
class Dying final : public sim::SubjectDecorator {
 public:
  explicit Dying(int calls) : SubjectDecorator(sim::make_model_subject()), calls_(calls) {}

  [[nodiscard]] std::expected<sim::Reply, sim::BrokenSubject> call(
      const model::Action& action) override {
    if (--calls_ == 0) std::abort();
    return SubjectDecorator::call(action);
  }

 private:
  int calls_;
};

constexpr int calls_before_death = 20;

/// A campaign on it; in its traces it has the name of a backend on which they can be replayed.
CampaignResult campaign(const Workplace& place, unsigned jobs, KeepTraces keep) {
  CampaignOptions options;
  options.seed.backend = {.name = "memory",
                          .make = [] { return std::make_unique<Dying>(calls_before_death); }};
  options.seed.keep_traces = keep;
  options.last_seed = 3;
  options.jobs = jobs;
  options.trace_directory = place / ".";
  return run_campaign(options);
}

std::size_t calls_of(const traces::Trace& trace) {
  return static_cast<std::size_t>(std::ranges::count_if(trace.steps, [](const auto& step) {
    return std::holds_alternative<traces::Call>(step.what);
  }));
}

TEST(Death, InACampaignLeavesTheCallsUpToItWithAnyNumberOfJobs) {
  for (const unsigned jobs : {1U, 2U}) {
    const Workplace place;
    const CampaignResult result = campaign(place, jobs, KeepTraces::failures);
    EXPECT_EQ(result.result, traces::Result::broken);
    ASSERT_EQ(result.failures.size(), 1U);
    const Failure& failure = result.failures.front();
    EXPECT_EQ(failure.verdict.message, "the process that ran it was ended by signal 6");
    EXPECT_TRUE(failure.at.ends_with(": no answer")) << failure.at;
    const auto trace = traces::read_file(failure.trace_file);
    ASSERT_TRUE(trace) << trace.error().message;
    EXPECT_TRUE(std::holds_alternative<traces::Call>(trace->steps.back().what));
    EXPECT_EQ(calls_of(*trace), static_cast<std::size_t>(calls_before_death));
    EXPECT_EQ(trace->verdict.result, traces::Result::broken);
    EXPECT_EQ(place.size(), 1U) << "and nothing else";
  }
}

TEST(Death, ItsTraceReplaysOnAnotherBackend) {
  const Workplace place;
  ASSERT_EQ(campaign(place, 1, KeepTraces::failures).result, traces::Result::broken);
  const Ended ended = place.run("replay seed-1.jsonl");
  EXPECT_EQ(ended.exit_code, 0) << ended.out << ended.err;
  EXPECT_EQ(ended.out, "seed-1.jsonl on memory: held\n  recorded: broken\n");
}

TEST(Death, LeavesNoTraceWhereNoneIsWanted) {
  const Workplace place;
  EXPECT_EQ(campaign(place, 1, KeepTraces::none).result, traces::Result::broken);
  EXPECT_EQ(place.size(), 0U);
}

TEST(Death, OfAProgramAsBackendLeavesATraceToo) {
  const Workplace place;
  const Ended ended = place.run("simulate --seeds 1 --backend 'exec:" LEASECHECK_MISBEHAVING_SUBJECT
                                " early_exit'");
  EXPECT_EQ(ended.exit_code, 4) << ended.out << ended.err;
  EXPECT_TRUE(
      ended.out.ends_with("\nleasecheck replay --backend 'exec:" LEASECHECK_MISBEHAVING_SUBJECT
                          " early_exit' seed-1.jsonl\n"))
      << ended.out;
  const Ended replayed = place.run("replay --backend memory seed-1.jsonl");
  EXPECT_EQ(replayed.exit_code, 0) << replayed.out << replayed.err;
}

/// Runs a check of the suite on the repository that dies. Returns: what it said, if it died.
std::string die_in(const Workplace& place, const std::string& check) {
  const Ended ended = place.run("--gtest_filter=Dying." + check, LEASECHECK_DYING_REPOSITORY);
  EXPECT_EQ(ended.exit_code, 128 + SIGABRT) << ended.out << ended.err;
  return ended.err;
}

TEST(Death, InEachCheckOfTheInstalledSuiteLeavesWhatReplays) {
  for (const std::string check : {"HoldsUnderFaults", "MakesEveryTransitionOfOneAttempt"}) {
    const Workplace place;
    EXPECT_EQ(die_in(place, check).find("trace"), std::string::npos);
    const std::string part = "Dying." + check + ".jsonl.part";
    const auto trace = traces::read_file(place / part);
    ASSERT_TRUE(trace) << trace.error().message;
    const auto* last = std::get_if<traces::Call>(&trace->steps.back().what);
    ASSERT_NE(last, nullptr);
    EXPECT_TRUE(std::holds_alternative<model::UpsertLease>(last->action.operation));
    const Ended replayed = place.run("replay --backend memory " + part);
    EXPECT_EQ(replayed.exit_code, 0) << replayed.out << replayed.err;
  }
}

TEST(Death, OfTheInstalledSuiteIsSaidByTheNextRunWithItsTrace) {
  const Workplace place;
  die_in(place, "HoldsUnderFaults");
  const std::string said = die_in(place, "HoldsUnderFaults");
  EXPECT_NE(said.find("trace: Dying.HoldsUnderFaults.died.jsonl"), std::string::npos) << said;
  const Ended replayed = place.run("replay --backend memory Dying.HoldsUnderFaults.died.jsonl");
  EXPECT_EQ(replayed.exit_code, 0) << replayed.out << replayed.err;
}

}  // namespace
}  // namespace leasecheck::cli
