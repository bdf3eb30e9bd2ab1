// Programs as subjects: correct ones hold, defects are named by their rule, and whoever breaks the
// protocol is reported as broken and leaves nothing behind.
#include "sim/subject/exec_subject.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "leasecheck/spec/step.hpp"
#include "sim/world/world.hpp"
#include "tests/support/temporary_directory.hpp"

namespace leasecheck::sim {
namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

using Directory = tests::TemporaryDirectory;

std::unique_ptr<Subject> start(const Words& words, const Directory& directory) {
  auto subject = make_exec_subject({.name = words.front(),
                                    .words = words,
                                    .directory = directory.path().string(),
                                    .timeout = std::chrono::milliseconds(5000)});
  EXPECT_TRUE(subject.has_value()) << subject.error().message;
  return *std::move(subject);
}

Words python(const Words& arguments) {
  Words words{LEASECHECK_PYTHON, LEASECHECK_PYTHON_SUBJECT};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return words;
}

RunResult simulate_python(const Words& arguments, std::uint64_t seed) {
  const Directory directory;
  const auto subject = start(python(arguments), directory);
  return simulate(draw_plan(seed, {}), *subject);
}

// -- correct subjects
// ------------------------------------------------------------------------------

struct Case {
  std::string name;
  Words arguments;
  std::uint64_t seeds = 1;
};

void PrintTo(const Case& value, std::ostream* out) {
  *out << value.name;
}

class CorrectSubject : public ::testing::TestWithParam<Case> {};

TEST_P(CorrectSubject, HoldsOverEverySeed) {
  Tally tally;
  for (std::uint64_t seed = 1; seed <= GetParam().seeds; ++seed) {
    const RunResult run = simulate_python(GetParam().arguments, seed);
    ASSERT_EQ(run.verdict.result, traces::Result::held)
        << "seed " << seed << ": " << run.verdict.property << ": " << run.verdict.message;
    tally.add(run.tally);
  }
  EXPECT_GT(tally.operations, 1000U);
}

INSTANTIATE_TEST_SUITE_P(
    Python, CorrectSubject,
    ::testing::Values(Case{"InMemory", {}, 8}, Case{"Durable", {"--durable"}, 3},
                      Case{"AckByAnyone", {"--variant", "ack_by_anyone"}, 5},
                      Case{"AckByWorker", {"--variant", "ack_by_worker"}, 5},
                      Case{"AckByLease", {"--variant", "ack_by_lease"}, 5},
                      Case{"HeartbeatsSet", {"--variant", "heartbeats_set"}, 5},
                      Case{"LateHolders", {"--variant", "late_holders_are_refused"}, 5},
                      Case{"KnownIdsIgnored", {"--variant", "known_ids_are_ignored"}, 5},
                      Case{"KnownIdsRefused", {"--variant", "known_ids_are_refused"}, 5},
                      Case{"BackInItsPlace", {"--variant", "back_in_its_place"}, 5},
                      Case{"ReturnedFirst", {"--variant", "returned_first"}, 5},
                      Case{"InNoOrder", {"--variant", "in_no_order"}, 5},
                      Case{"ClaimsSeveralOnly", {"--variant", "claims_several_only"}, 5},
                      Case{"NeverLapses", {"--variant", "never_lapses"}, 10},
                      Case{"NoDeliveryCount", {"--variant", "no_delivery_count"}, 5},
                      Case{"VersionRestarts", {"--variant", "lease_version_restarts"}, 5},
                      Case{"OrderedByAttemptId", {"--variant", "ordered_by_attempt_id"}, 5},
                      Case{"RequiredOnly", {"--variant", "required_only"}, 5}),
    [](const auto& info) { return info.param.name; });

TEST(ExecSubject, CountsWhatItDoesNotOfferAsSkipped) {
  const RunResult run = simulate_python({"--variant", "required_only"}, 1);
  EXPECT_GT(run.tally.skipped.at("start_attempt"), 0U);
  EXPECT_GT(run.tally.skipped.at("transition_timed_out_attempts"), 0U);
  EXPECT_GT(run.tally.outcomes.at("expire_leases_and_requeue").at("ok"), 0U);
  EXPECT_FALSE(run.tally.outcomes.contains("start_attempt"));
}

/// The handle of the lease that is granted to a new attempt.
model::Id first_lease_of(Subject& subject) {
  const model::Time now = model::at_ms(1000);
  model::AttemptSpec spec;
  spec.attempt_id = "a1";
  spec.run_id = "r1";
  const auto enqueued = subject.call({.now = now, .operation = model::EnqueueAttempt{spec}});
  EXPECT_TRUE(enqueued && enqueued->outcome);
  const auto claimed = subject.call(
      {.now = now, .operation = model::UpsertLease{"a1", "w1", now + model::Duration{1}}});
  EXPECT_TRUE(claimed && claimed->outcome);
  return std::get<model::LeaseRecord>(*claimed->outcome).lease_id;
}

TEST(ExecSubject, ThatIsNotDurableBeginsAnewInTheSameProcess) {
  const Directory directory;
  const auto subject = start(python({}), directory);
  EXPECT_EQ(first_lease_of(*subject), "L1");
  EXPECT_TRUE(subject->begin_anew().value());
  EXPECT_EQ(subject->snapshot().value(), model::Snapshot{});
  EXPECT_EQ(first_lease_of(*subject), "L1");
  const auto durable = start(python({"--durable"}), directory);
  EXPECT_FALSE(durable->begin_anew().value());
}

TEST(ExecSubject, CountsADeviationAsNotPromised) {
  const RunResult run = simulate_python({"--variant", "lease_version_restarts"}, 1);
  EXPECT_EQ(run.tally.not_promised.at("monotonic_versions"), 1U);
  EXPECT_EQ(run.tally.premises.at("monotonic_versions"), 0U);
}

// -- defects
// ---------------------------------------------------------------------------------------

struct Defect {
  std::string name;
  std::string property;
  Words more;
};

void PrintTo(const Defect& value, std::ostream* out) {
  *out << value.name;
}

class PythonDefect : public ::testing::TestWithParam<Defect> {};

TEST_P(PythonDefect, IsFoundByThePropertyItNames) {
  Words arguments{"--defect", GetParam().name};
  arguments.insert(arguments.end(), GetParam().more.begin(), GetParam().more.end());
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    const RunResult run = simulate_python(arguments, seed);
    if (run.verdict.result == traces::Result::held) continue;
    ASSERT_EQ(run.verdict.result, traces::Result::violated) << run.verdict.message;
    EXPECT_EQ(run.verdict.property, GetParam().property) << run.verdict.message;
    return;
  }
  FAIL() << "not found in 100 seeds";
}

INSTANTIATE_TEST_SUITE_P(
    Python, PythonDefect,
    ::testing::Values(Defect{"heartbeat_shortens_lease", "expiry_never_lowered", {}},
                      Defect{"heartbeat_of_anyone", "holder_only", {}},
                      Defect{"stale_ack_accepted", "holder_only", {}},
                      Defect{"cancel_overwrites_completion", "terminal_is_final", {}},
                      Defect{"reap_on_the_boundary", "requeue_after_grace", {}},
                      Defect{"grace_ignored", "requeue_after_grace", {}},
                      Defect{"backoff_ignored_by_claim", "never_early", {}},
                      Defect{"backoff_adds", "never_early", {}},
                      Defect{"version_restarts", "monotonic_versions", {}},
                      Defect{"requeue_burns_a_retry", "retry_budget", {}},
                      Defect{"replay_keeps_the_budget", "retry_budget", {}},
                      Defect{"priority_ignored", "dispatch_order", {}},
                      Defect{"timeout_from_the_first_grant", "timeouts", {}},
                      Defect{"reap_counts_requeued_only", "counts_are_rows", {}},
                      Defect{"sequence_of_all_runs", "monotonic_sequences", {}},
                      Defect{"lease_id_used_twice", "no_double_lease_rows", {}},
                      Defect{"ack_before_it_is_kept", "conforms_to_model", {"--durable"}}),
    [](const auto& info) { return info.param.name; });

// -- broken subjects
// -------------------------------------------------------------------------------

struct Misbehaviour {
  std::string way;
  std::string complaint;
};

void PrintTo(const Misbehaviour& value, std::ostream* out) {
  *out << value.way;
}

class BrokenProgram : public ::testing::TestWithParam<Misbehaviour> {};

bool is_running(const fs::path& file) {
  std::string number;
  std::ifstream(file) >> number;
  EXPECT_FALSE(number.empty()) << file;
  std::string name;
  char state = 0;
  std::string id;
  std::ifstream stat("/proc/" + number + "/stat");
  // A process that has ended and that nobody has waited for is only a name.
  return (stat >> id >> name >> state) && state != 'Z' && state != 'X';
}

TEST_P(BrokenProgram, IsReportedWithItsLastRequestAndLeavesNoProcess) {
  const Directory directory;
  {
    auto subject = make_exec_subject({.name = "broken",
                                      .words = {LEASECHECK_MISBEHAVING_SUBJECT, GetParam().way},
                                      .directory = directory.path().string(),
                                      .timeout = std::chrono::milliseconds(300)});
    ASSERT_TRUE(subject.has_value()) << subject.error().message;
    const RunResult run = simulate(draw_plan(1, {}), **subject);
    EXPECT_EQ(run.verdict.result, traces::Result::broken);
    EXPECT_NE(run.verdict.message.find(GetParam().complaint), std::string::npos)
        << run.verdict.message;
    EXPECT_NE(run.verdict.message.find("the last request was {\"id\":"), std::string::npos)
        << run.verdict.message;
  }
  for (int tries = 0; tries < 100 && is_running(directory.path() / "child"); ++tries) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_FALSE(is_running(directory.path() / "parent"));
  EXPECT_FALSE(is_running(directory.path() / "child"));
}

INSTANTIATE_TEST_SUITE_P(
    Each, BrokenProgram,
    ::testing::Values(Misbehaviour{"silence", "no answer for 300 ms"},
                      Misbehaviour{"chatter", "no answer for 300 ms"},
                      Misbehaviour{"garbage", "not JSON"},
                      Misbehaviour{"wrong_id", "expected an answer with \"id\":"},
                      Misbehaviour{"no_answer", "expected either \"ok\" or \"error\""},
                      Misbehaviour{"internal", "oops"},
                      Misbehaviour{"mistyped", "ok.attempts: expected an array, found \"none\""},
                      Misbehaviour{"early_exit",
                                   "exit status 3; its standard error ends with:\n"
                                   "cannot go on"},
                      Misbehaviour{"crash", "ended by signal 6"},
                      Misbehaviour{"long_line", "a line longer than 16777216 bytes"},
                      Misbehaviour{"bad_hello", "hello: protocol: expected 1"}),
    [](const auto& info) { return info.param.way; });

TEST(ExecSubject, ThatCannotBeStartedIsAnErrorAtOnce) {
  const auto subject =
      make_exec_subject({.name = "none", .words = {"no-such-program"}, .directory = {}});
  ASSERT_FALSE(subject.has_value());
  EXPECT_NE(subject.error().message.find("cannot start no-such-program"), std::string::npos);
}

// -- exactness
// -------------------------------------------------------------------------------------

TEST(ExecSubject, CarriesIntegersOf64Bits) {
  const Directory directory;
  const auto subject = start(python({}), directory);
  model::State state;
  const auto same = [&](model::Operation operation) {
    const model::Action action{.now = model::at_ms(5), .operation = std::move(operation)};
    const auto reply = subject->call(action);
    ASSERT_TRUE(reply.has_value()) << reply.error().message;
    model::Step step = model::step(std::move(state), action);
    state = std::move(step.state);
    EXPECT_EQ(reply->outcome, step.outcome);
  };
  model::AttemptSpec spec;
  spec.attempt_id = "a\u00e4'\"\\";
  spec.run_id = "r";
  spec.not_before = model::beginning_of_time;
  same(model::EnqueueAttempt{spec});
  same(model::UpsertLease{spec.attempt_id, "w", model::end_of_time});
  same(model::HeartbeatLeaseWithVersion{"L1", "w", UINT64_MAX, model::end_of_time,
                                        model::end_of_time});
  same(model::AppendRunEvent{"L1", "w", "k", "18446744073709551615"});
  same(model::AppendRunEvent{"L1", "w", "k", "not json"});
  same(model::AppendRunEvent{"L1", "\xff", "k", "null"});
  same(model::ListDispatchableAttempts{model::end_of_time, UINT64_MAX});
  same(model::ListRunEvents{"r", 0, UINT64_MAX});
  const auto snapshot = subject->snapshot();
  ASSERT_TRUE(snapshot.has_value()) << snapshot.error().message;
  EXPECT_EQ(*snapshot, model::snapshot(state));
}

}  // namespace
}  // namespace leasecheck::sim
