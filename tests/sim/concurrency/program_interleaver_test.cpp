// Every schedule of a program's yield points: what holds one after the other is found out at once.
#include "sim/concurrency/program_interleaver.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "sim/scheduler/task_scheduler.hpp"
#include "tests/sim/concurrency/shared_subject.hpp"

namespace leasecheck::sim {
namespace {

using testing::shared_subject;

const auto to_the_end = [] { return true; };

InterleaveCase case_named(const std::string& name, InterleaveScope scope) {
  for (InterleaveCase& subject : interleave_cases(scope)) {
    if (name_of(subject) == name) return std::move(subject);
  }
  throw std::runtime_error(name);
}

struct Defect {
  std::string name;
  std::string shown_by;  ///< a case
  InterleaveScope scope = InterleaveScope::pairs;

  [[nodiscard]] std::uint32_t processes() const { return scope == InterleaveScope::pairs ? 2 : 3; }
};

const std::vector<Defect>& defects() {
  static const std::vector<Defect> all{
      {"lost_update", "leased/heartbeat+cancel"},
      {"two_claims", "queued/claim+claim"},
      {"late_check", "leased/ack_completed+reap+claim", InterleaveScope::triples},
      {"reap_in_pieces", "two_leased/reap+counts"}};
  return all;
}

TEST(ProgramInterleaver, FindsEachPlantedDefectAndReplaysItsSchedule) {
  for (const Defect& defect : defects()) {
    const auto started = shared_subject("--defect " + defect.name, defect.processes());
    ProgramInterleaver interleaver(*started.programs);
    const InterleaveCase subject = case_named(defect.shown_by, defect.scope);
    const auto found = interleaver.search(subject, 2, to_the_end);
    ASSERT_TRUE(found) << defect.name << ": " << found.error();
    ASSERT_TRUE(*found) << defect.name;
    EXPECT_EQ((**found).property, "linearizable");
    const auto schedule = decisions_from_text((**found).reproduce);
    ASSERT_TRUE(schedule);
    const auto again = interleaver.replay(subject, *schedule);
    ASSERT_TRUE(again && *again) << defect.name;
    EXPECT_EQ((**again).message, (**found).message);
  }
}

TEST(ProgramInterleaver, SaysThatAProgramDoesNotDoTheSameAgain) {
  const auto started = shared_subject("--misbehave yields_by_chance", 2);
  ProgramInterleaver interleaver(*started.programs);
  const InterleaveCase subject = case_named("two_leased/reap+ack_several", InterleaveScope::pairs);
  // It may do the same by chance, and not this often.
  for (int times = 0; times < 100; ++times) {
    const auto found = interleaver.search(subject, 3, to_the_end);
    if (found) continue;
    EXPECT_NE(found.error().find("the same yield points"), std::string::npos) << found.error();
    return;
  }
  ADD_FAILURE() << "nothing was noticed";
}

TEST(ProgramInterleaver, HoldsOnWhatTakesItsLock) {
  for (const Defect& defect : defects()) {
    const auto started = shared_subject("", defect.processes());
    ProgramInterleaver interleaver(*started.programs);
    const auto found = interleaver.search(case_named(defect.shown_by, defect.scope), 2, to_the_end);
    ASSERT_TRUE(found) << found.error();
    EXPECT_FALSE(*found) << (**found).message;
    EXPECT_GT(interleaver.count().schedules, 3U);
  }
}

struct Untold {
  std::string field;
  std::string shown_by;  ///< a case that goes otherwise for whoever was told it
};

const std::vector<Untold>& untold() {
  static const std::vector<Untold> all{{"spec.timeout", "leased/time_out+list"},
                                       {"spec.retry_policy", "leased/ack_failed+list"},
                                       {"spec.max_deliveries", "two_leased/reap+list"},
                                       {"spec.on_timeout=fail", "two_leased/time_out+list"}};
  return all;
}

TEST(ProgramInterleaver, HoldsOnWhatIsToldLess) {
  for (const auto& [field, shown_by] : untold()) {
    const auto started = shared_subject("--absent " + field);
    ProgramInterleaver interleaver(*started.programs);
    const auto found =
        interleaver.search(case_named(shown_by, InterleaveScope::pairs), 2, to_the_end);
    ASSERT_TRUE(found) << field << ": " << found.error();
    EXPECT_FALSE(*found) << field << ": " << (**found).message;
    EXPECT_EQ(interleaver.count().not_reached, 0U) << interleaver.count().why_not_reached;
    EXPECT_GT(interleaver.count().schedules, 3U);
  }
}

TEST(ProgramInterleaver, RecordsWhatWasTold) {
  const auto started = shared_subject("--defect lost_update --absent spec.timeout");
  ProgramInterleaver interleaver(*started.programs);
  const auto found = interleaver.search(
      case_named("leased/heartbeat+cancel", InterleaveScope::pairs), 2, to_the_end);
  ASSERT_TRUE(found && *found && (**found).trace);
  const auto* first = std::get_if<traces::Call>(&(**found).trace->steps.front().what);
  ASSERT_NE(first, nullptr);
  EXPECT_FALSE(std::get<model::EnqueueAttempt>(first->action.operation).spec.timeout);
}

TEST(ProgramInterleaver, CountsCasesWhosePriorStateIsNotReached) {
  const auto started = shared_subject("--refuse start_attempt");
  ProgramInterleaver interleaver(*started.programs);
  for (const char* name : {"running/heartbeat+reap", "leased/heartbeat+reap"}) {
    const auto found = interleaver.search(case_named(name, InterleaveScope::pairs), 1, to_the_end);
    ASSERT_TRUE(found) << found.error();
    EXPECT_FALSE(*found) << (**found).message;
  }
  const ProgramInterleaveCount count = interleaver.count();
  EXPECT_EQ(count.cases, 2U);
  EXPECT_EQ(count.not_reached, 1U);
  EXPECT_EQ(count.why_not_reached,
            "on the way to running start_attempt is answered otherwise than by the model; "
            "`leasecheck conform` says how");
}

TEST(ProgramInterleaver, FindsNoneWithoutAPreemptionThatANarrowDefectNeeds) {
  const auto started = shared_subject("--defect lost_update");
  ProgramInterleaver interleaver(*started.programs);
  const auto found = interleaver.search(
      case_named("leased/heartbeat+cancel", InterleaveScope::pairs), 0, to_the_end);
  ASSERT_TRUE(found) << found.error();
  EXPECT_FALSE(*found);
  EXPECT_EQ(interleaver.count().schedules, 2U) << "one after the other, in both orders";
  EXPECT_GE(interleaver.count().decisions, 2U);
}

TEST(ProgramInterleaver, RunsTheSameSchedulesEachTime) {
  std::set<std::pair<std::uint64_t, std::uint64_t>> counts;
  for (int i = 0; i < 2; ++i) {
    const auto started = shared_subject("");
    ProgramInterleaver interleaver(*started.programs);
    const auto found = interleaver.search(
        case_named("leased/heartbeat+reap", InterleaveScope::pairs), 2, to_the_end);
    ASSERT_TRUE(found && !*found);
    counts.emplace(interleaver.count().schedules, interleaver.count().decisions);
  }
  EXPECT_EQ(counts.size(), 1U);
}

TEST(ProgramInterleaver, LeavesOutWhatIsNotOffered) {
  const auto started = shared_subject("--without heartbeat_lease");
  const auto offered =
      ProgramInterleaver(*started.programs).offered(interleave_cases(InterleaveScope::pairs));
  const auto needs = [](const InterleaveCase& subject, std::string_view name) {
    return std::ranges::any_of(subject.operations, [name](const SmallOperation& operation) {
      return model::name_of(operation.action.operation) == name;
    });
  };
  EXPECT_FALSE(offered.empty());
  for (const InterleaveCase& subject : offered) {
    EXPECT_FALSE(needs(subject, "heartbeat_lease")) << name_of(subject);
    EXPECT_FALSE(needs(subject, "reset")) << name_of(subject);
  }
}

}  // namespace
}  // namespace leasecheck::sim
