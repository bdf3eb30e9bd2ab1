// Each step of the reduction alone, on planted defects: traces that this step and no other one
// brings to their shortest form. Then all of them together.
#include "traces/reduction/reduction.hpp"

#include <gtest/gtest.h>

#include <set>

#include "sim/oracle/replay.hpp"
#include "sim/oracle/shrink.hpp"
#include "sim/subject/subject_decorator.hpp"
#include "tests/sim/subjects.hpp"
#include "traces/reduction/arguments.hpp"
#include "traces/reduction/search.hpp"
#include "traces/reduction/structure.hpp"
#include "traces/reduction/trials.hpp"
#include "traces/writer.hpp"

namespace leasecheck::sim {
namespace {

using model::at_ms;
using traces::Trace;
using Make = std::function<std::expected<std::unique_ptr<Subject>, BrokenSubject>()>;

Make planted(const std::string& mutant) {
  return [mutant] { return testing::make_subject("mutant:" + mutant); };
}

struct Called {
  std::int64_t now_ms = 0;
  model::Operation operation;
};

Trace trace_of(const std::vector<Called>& calls, const Make& make) {
  Trace trace;
  trace.head.deployment.emplace();
  for (const Called& call : calls) {
    trace.steps.push_back(
        {.number = 2 * trace.steps.size() + 1,
         .true_time = at_ms(call.now_ms),
         .what = traces::Call{"client", at_ms(call.now_ms), {at_ms(call.now_ms), call.operation}}});
  }
  auto recorded = rerun(trace, **make());
  EXPECT_TRUE(recorded.has_value()) << recorded.error();
  EXPECT_EQ(recorded->verdict.result, traces::Result::violated);
  return *std::move(recorded);
}

/// A trace and what a step of the reduction may do with it.
class Reducing {
 public:
  Reducing(const std::vector<Called>& calls, Make make)
      : make_(std::move(make)), trials(trace_of(calls, make_), rerun_, options_) {}

  [[nodiscard]] std::vector<model::Operation> operations() const {
    std::vector<model::Operation> operations;
    for (const traces::Step& step : trials.stimuli().steps) {
      operations.push_back(std::get<traces::Call>(step.what).action.operation);
    }
    return operations;
  }

 private:
  Make make_;
  traces::Rerun rerun_{
      .judge = [this](const Trace& trace) -> std::expected<traces::Verdict, std::string> {
        auto result = replay(trace, **make_());
        if (!result) return std::unexpected(result.error());
        return result->verdict;
      },
      .record = [this](const Trace& trace) { return rerun(trace, **make_()); }};
  traces::ReductionOptions options_{.most_runs = 100'000};

 public:
  traces::Trials trials;
};

model::EnqueueAttempt enqueue(const model::Id& attempt) {
  model::EnqueueAttempt operation;
  operation.spec.attempt_id = attempt;
  operation.spec.run_id = "r1";
  return operation;
}
model::UpsertLease claim(const model::Id& attempt, std::int64_t expires_ms = 9) {
  return {attempt, "w1", at_ms(expires_ms)};
}
model::HeartbeatLease shortening_heartbeat(const model::Id& lease) {
  return {lease, at_ms(3), at_ms(5)};
}

TEST(Slice, KeepsWhatTheAttemptOfTheViolationWentThrough) {
  std::vector<Called> calls;
  for (const char* attempt : {"a1", "a2", "a3", "a4"}) {
    calls.push_back({0, enqueue(attempt)});
    calls.push_back({0, claim(attempt)});
    calls.push_back({0, model::StartAttempt{"L" + std::string(1, attempt[1]), "w1"}});
  }
  calls.push_back({2, model::CountByStatus{}});
  calls.push_back({3, shortening_heartbeat("L3")});
  Reducing reducing(calls, planted("heartbeat_shortens_lease"));
  traces::slice(reducing.trials);
  EXPECT_EQ(reducing.trials.runs(), 2U) << "one to try it, one to record it";
  EXPECT_EQ(reducing.operations(), (std::vector<model::Operation>{enqueue("a3"), claim("a3"),
                                                                  model::StartAttempt{"L1", "w1"},
                                                                  shortening_heartbeat("L1")}));
}

TEST(LeaveOut, LeavesOutEveryCallThatTheViolationDoesNotNeed) {
  Reducing reducing({{0, enqueue("a1")},
                     {0, model::CountByStatus{}},
                     {1, claim("a1")},
                     {1, model::StartAttempt{"L1", "w1"}},
                     {2, model::GetLease{"L1"}},
                     {3, shortening_heartbeat("L1")}},
                    planted("heartbeat_shortens_lease"));
  traces::leave_out(reducing.trials);
  EXPECT_EQ(reducing.operations(), (std::vector<model::Operation>{enqueue("a1"), claim("a1"),
                                                                  shortening_heartbeat("L1")}));
}

// Without the claim the release is refused, and without the release the claim is.
TEST(LeaveOut, LeavesOutTwoCallsThatNeedEachOther) {
  Reducing reducing({{0, enqueue("a1")},
                     {1, claim("a1")},
                     {2, model::AckAttempt{"L1", "w1", model::AckOutcome::failed}},
                     {2, model::ReplayDeadLetter{"a1"}},
                     {2, claim("a1")},
                     {3, shortening_heartbeat("L2")}},
                    planted("heartbeat_shortens_lease"));
  traces::leave_out(reducing.trials);
  EXPECT_EQ(reducing.trials.length(), 3U);
}

TEST(LeaveOut, TriesHalfOfALongTraceBeforeEachAttempt) {
  std::vector<Called> calls;
  for (int i = 1; i <= 500; ++i) calls.push_back({0, enqueue("a" + std::to_string(i))});
  calls.push_back({1, claim("a500")});
  calls.push_back({3, shortening_heartbeat("L1")});
  Reducing reducing(calls, planted("heartbeat_shortens_lease"));
  traces::leave_out(reducing.trials);
  EXPECT_EQ(reducing.trials.length(), 3U);
  EXPECT_LT(reducing.trials.runs(), 400U);
}

TEST(SimplifyArguments, LeavesPlainOnesAndTheLeastOddOneThatIsThePoint) {
  model::EnqueueAttempt odd = enqueue("a1");
  odd.spec.run_id = "run of the day";
  odd.spec.priority = -7;
  odd.spec.timeout = model::Duration{50};
  odd.spec.on_timeout = model::OnTimeout::cancel;
  odd.spec.retry_policy.emplace().multiplier = 9;
  odd.spec.tenant_id = "somebody";
  Reducing reducing({{0, odd}, {0, model::ListDispatchableAttempts{at_ms(0), ~0ULL}}},
                    planted("limit_is_cast"));
  traces::simplify_arguments(reducing.trials);
  const auto operations = reducing.operations();
  model::EnqueueAttempt plain = enqueue("a1");
  plain.spec.run_id = odd.spec.run_id;
  EXPECT_EQ(operations.front(), model::Operation(plain));
  // The first that is beyond the signed range.
  EXPECT_EQ(std::get<model::ListDispatchableAttempts>(operations.back()).limit, 1ULL << 63U);
}

TEST(SimplifyArguments, MakesOneWorkerOfTwo) {
  Reducing reducing({{0, enqueue("a1")},
                     {0, model::UpsertLease{"a1", "w1", at_ms(9)}},
                     {1, model::ReleaseLease{"L1", "w1"}},
                     {1, model::UpsertLease{"a1", "w2", at_ms(9)}},
                     {3, shortening_heartbeat("L2")}},
                    planted("heartbeat_shortens_lease"));
  traces::simplify_arguments(reducing.trials);
  EXPECT_EQ(reducing.operations().at(3), model::Operation(claim("a1")));
}

TEST(LowerTimes, KeepsTheOrderThatTheViolationNeeds) {
  const std::int64_t epoch = 1'767'225'600'000;
  Reducing reducing({{epoch, enqueue("a1")},
                     {epoch + 20'000, claim("a1", epoch + 50'000)},
                     {epoch + 61'234, model::ExpireLeasesAndRequeue{at_ms(epoch + 50'000)}}},
                    planted("reap_takes_the_boundary"));
  traces::lower_times(reducing.trials);
  EXPECT_EQ(reducing.operations(),
            (std::vector<model::Operation>{enqueue("a1"), claim("a1", 1),
                                           model::ExpireLeasesAndRequeue{at_ms(1)}}));
  EXPECT_EQ(reducing.trials.stimuli().steps.back().true_time, at_ms(0));
}

TEST(MakeCanonical, GivesTwoTracesOfOneViolationTheSameBytes) {
  Reducing one({{0, enqueue("x")},
                {0, enqueue("y")},
                {0, model::UpsertLease{"y", "bob", at_ms(9)}},
                {0, model::UpsertLease{"x", "bob", at_ms(9)}},
                {3, shortening_heartbeat("L2")}},
               planted("heartbeat_shortens_lease"));
  Reducing two({{0, enqueue("p")},
                {0, model::UpsertLease{"p", "ann", at_ms(9)}},
                {0, enqueue("q")},
                {0, model::UpsertLease{"q", "ann", at_ms(9)}},
                {3, shortening_heartbeat("L1")}},
               planted("heartbeat_shortens_lease"));
  traces::make_canonical(one.trials);
  traces::make_canonical(two.trials);
  EXPECT_EQ(one.operations().front(), model::Operation(enqueue("a1")));
  EXPECT_EQ(traces::to_text(one.trials.best()), traces::to_text(two.trials.best()));
}

/// Says that a cancelled attempt is not there, and that a list of dead letters is empty.
class HidesWhatHasEnded final : public SubjectDecorator {
 public:
  using SubjectDecorator::SubjectDecorator;
  [[nodiscard]] std::expected<Reply, BrokenSubject> call(const model::Action& action) override {
    auto reply = SubjectDecorator::call(action);
    if (!reply || !reply->outcome) return reply;
    const auto* seen = std::get_if<model::AttemptRecord>(&*reply->outcome);
    if (seen != nullptr && seen->status == model::Status::cancelled) {
      reply->outcome = std::unexpected(model::ErrorCode::not_found);
    }
    if (std::holds_alternative<model::ListDeadLetters>(action.operation)) {
      reply->outcome = std::vector<model::DeadLetter>{};
    }
    return reply;
  }
};

std::expected<std::unique_ptr<Subject>, BrokenSubject> make_hiding() {
  return std::make_unique<HidesWhatHasEnded>(testing::make_memory());
}

// No call of it can be left out: the state is reached another way.
const std::vector<Called> the_long_way{
    {0, enqueue("a1")},
    {0, claim("a1", 1)},
    {0, model::AckAttempt{"L1", "w1", model::AckOutcome::cancelled}},
    {0, model::GetAttempt{"a1"}}};

TEST(Proof, FindsTheShortWayThatLeavingOutCannot) {
  Reducing reducing(the_long_way, make_hiding);
  traces::leave_out(reducing.trials);
  ASSERT_EQ(reducing.trials.length(), 4U);
  const traces::Shortness shortness = traces::prove(reducing.trials);
  EXPECT_TRUE(shortness.is_proved);
  EXPECT_GT(shortness.alphabet, 20U);
  EXPECT_EQ(reducing.operations(),
            (std::vector<model::Operation>{enqueue("a1"), model::CancelAttempt{"a1"},
                                           model::GetAttempt{"a1"}}));
}

TEST(Proof, SaysHowFarItCameWhereItsBudgetEnds) {
  const Trace trace = trace_of(the_long_way, make_hiding);
  const traces::Reduction reduction = shrink(trace, make_hiding, {.most_runs = 60});
  EXPECT_FALSE(reduction.shortness.is_proved);
  EXPECT_EQ(reduction.trace.verdict.property, trace.verdict.property);
  EXPECT_LE(reduction.trace.steps.size(), trace.steps.size());
}

TEST(Reduction, ReportsAnotherViolationAndDoesNotTakeIt) {
  std::vector<Called> calls = the_long_way;
  calls.insert(calls.begin() + 3, {0, enqueue("a2")});
  calls.insert(calls.begin() + 4, {0, claim("a2", 1)});
  calls.insert(calls.begin() + 5, {0, model::AckAttempt{"L2", "w1", model::AckOutcome::failed}});
  const Trace trace = trace_of(calls, make_hiding);
  const traces::Reduction reduction = shrink(trace, make_hiding, {.most_runs = 100'000});
  EXPECT_EQ(traces::length_of(reduction.trace), 3U);
  EXPECT_EQ(reduction.trace.verdict.property, trace.verdict.property);
  for (const Trace& other : reduction.also_found) {
    EXPECT_EQ(other.verdict.result, traces::Result::violated);
    EXPECT_NE(traces::violation_of(other, other.verdict),
              traces::violation_of(reduction.trace, reduction.trace.verdict));
  }
}

// Among the candidates are reaps that no reaper may ask for, which every subject carries out.
TEST(Reduction, ReportsNoViolationThatIsOfTheCallers) {
  const auto make = planted("lease_id_reused");
  const Trace trace = trace_of({{0, enqueue("a1")},
                                {0, claim("a1", 1)},
                                {2, model::ExpireLeasesAndRequeue{at_ms(2)}},
                                {2, claim("a1", 3)}},
                               make);
  const traces::Reduction reduction = shrink(trace, make, {.most_runs = 100'000});
  EXPECT_TRUE(reduction.shortness.is_proved);
  for (const Trace& other : reduction.also_found) {
    const auto again = replay(other, *testing::make_memory());
    ASSERT_TRUE(again.has_value()) << again.error();
    EXPECT_EQ(again->verdict.result, traces::Result::held) << traces::to_text(other);
  }
}

// A candidate of a long trace costs time even if it is not run.
TEST(Reduction, MakesNoMoreCandidatesOnceItsBudgetIsSpent) {
  std::vector<Called> calls;
  for (int i = 1; i <= 50; ++i) calls.push_back({7 * i, enqueue("attempt" + std::to_string(i))});
  calls.push_back({500, claim("attempt9", 600)});
  calls.push_back({510, model::HeartbeatLease{"L1", at_ms(510), at_ms(550)}});
  const auto make = planted("heartbeat_shortens_lease");
  const Trace trace = trace_of(calls, make);
  std::size_t asked = 0;
  const traces::Reduction reduction = shrink(trace, make, {.may_go_on = [&asked] {
                                               ++asked;
                                               return false;
                                             }});
  EXPECT_EQ(traces::length_of(reduction.trace), calls.size());
  EXPECT_LT(asked, 5 * calls.size());
}

TEST(Reduction, LeavesATraceAsItIsWhoseFailureDoesNotAlwaysComeBack) {
  int made = 0;
  const Make make = [&made]() -> std::expected<std::unique_ptr<Subject>, BrokenSubject> {
    if (++made % 2 == 1) return make_hiding();
    return testing::make_memory();
  };
  const Trace trace = trace_of(the_long_way, make);
  const traces::Reduction reduction = shrink(trace, make, {.most_runs = 100'000});
  EXPECT_FALSE(reduction.is_reproducible());
  EXPECT_EQ(reduction.came_back, 1U);
  EXPECT_EQ(reduction.repetitions, 3U);
  EXPECT_EQ(reduction.trace, trace);
}

/// What ten seeds that show a defect are reduced to, by what they violate.
using Forms = std::map<traces::Violation, std::set<std::string>>;

Forms forms_of(const std::string& mutant) {
  Forms forms;
  int found = 0;
  for (std::uint64_t seed = 1; found < 10 && seed <= 600; ++seed) {
    const Trace trace = testing::record(draw_plan(seed, {}), "mutant:" + mutant).trace;
    if (trace.verdict.result != traces::Result::violated) continue;
    const traces::Violation violation = traces::violation_of(trace, trace.verdict);
    // No alphabet has operations on several attempts, so nothing is proved of them.
    if (violation.operation == "heartbeat_leases") continue;
    ++found;
    const traces::Reduction reduction = shrink(trace, planted(mutant), {.most_runs = 20'000});
    EXPECT_TRUE(reduction.shortness.is_proved) << mutant << " seed " << seed;
    EXPECT_LE(reduction.trace.steps.size(), trace.steps.size());
    forms[violation].insert(traces::to_text(reduction.trace));
  }
  EXPECT_EQ(found, 10) << mutant;
  return forms;
}

TEST(Reduction, OfOneViolationIsTheSameFromEverySeed) {
  for (const std::string mutant :
       {"heartbeat_shortens_lease", "reap_takes_the_boundary", "limit_not_forwarded"}) {
    for (const auto& [violation, texts] : forms_of(mutant)) {
      EXPECT_EQ(texts.size(), 1U) << mutant << ", " << violation.operation << ": " << *texts.begin()
                                  << "\n"
                                  << *texts.rbegin();
    }
  }
}

}  // namespace
}  // namespace leasecheck::sim
