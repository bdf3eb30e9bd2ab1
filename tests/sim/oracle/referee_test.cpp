#include "sim/oracle/referee.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "lease/memory.hpp"
#include "sim/subject/subject_decorator.hpp"
#include "tests/sim/subjects.hpp"

namespace leasecheck::sim {
namespace {

const Caller client{.actor = "client", .clock = model::at_ms(1)};

model::Action at_1(model::Operation operation) {
  return {.now = model::at_ms(1), .operation = std::move(operation)};
}

model::Action enqueue(const model::Id& id) {
  model::AttemptSpec spec;
  spec.attempt_id = id;
  spec.run_id = "r";
  return at_1(model::EnqueueAttempt{spec});
}

TEST(Referee, AnOperationThatIsNotOfferedHasNoNumberAndNoStep) {
  const auto subject = testing::make_memory_without({"start_attempt"});
  std::vector<traces::Step> steps;
  Referee referee(*subject, {}, [&](const traces::Step& step) { steps.push_back(step); });
  const auto refused = referee.operate(client, at_1(model::StartAttempt{"L1", "w1"}));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error(), NoAnswer::not_offered);
  EXPECT_TRUE(steps.empty());
  EXPECT_EQ(referee.tally().skipped.at("start_attempt"), 1U);
  EXPECT_EQ(referee.operate(client, enqueue("a1"))->call, 1U);
}

/// Reaps nothing, and does not show when attempts started.
class Idle final : public SubjectDecorator {
 public:
  explicit Idle(std::unique_ptr<Subject> inner)
      : SubjectDecorator(std::move(inner)), profile_(whole_contract()) {
    profile_.absent.insert("attempt.started_at");
  }
  [[nodiscard]] const Profile& profile() const override { return profile_; }
  [[nodiscard]] std::expected<Reply, BrokenSubject> call(const model::Action& action) override {
    if (!std::holds_alternative<model::ExpireLeasesAndRequeue>(action.operation)) {
      return SubjectDecorator::call(action);
    }
    return Reply{.outcome = model::Answer(model::Count{0}), .message = {}, .clock_reads = 1};
  }
  [[nodiscard]] std::expected<model::Snapshot, BrokenSubject> snapshot() override {
    auto shown = SubjectDecorator::snapshot();
    for (model::AttemptRecord& attempt : shown->attempts) attempt.started_at.reset();
    return shown;
  }

 private:
  Profile profile_;
};

TEST(Referee, ARowThatDidNotChangeHasNotChangedInWhatItDoesNotShow) {
  Idle subject(testing::make_memory());
  Referee referee(subject, {});
  ASSERT_TRUE(referee.operate(client, enqueue("a1")).has_value());
  ASSERT_TRUE(referee.operate(client, at_1(model::UpsertLease{"a1", "w1", model::at_ms(5)})));
  const Caller reaper{.actor = "reaper1", .clock = model::at_ms(9)};
  ASSERT_TRUE(
      referee.operate(reaper, {model::at_ms(9), model::ExpireLeasesAndRequeue{model::at_ms(9)}}));
  EXPECT_EQ(referee.verdict().property, "requeue_after_grace");
  EXPECT_NE(referee.verdict().message.find("left lease L1 of a1"), std::string::npos)
      << referee.verdict().message;
}

TEST(Referee, ARunMayGoFromOneEndOfTimeToTheOther) {
  const auto subject = testing::make_memory();
  Referee referee(*subject, {.epoch = model::beginning_of_time});
  referee.advance_to(model::at_ms(1));
  referee.advance_to(model::end_of_time);
  EXPECT_EQ(referee.tally().virtual_time, model::Duration::max());
}

TEST(Referee, AfterTheVerdictNothingIsCarriedOut) {
  const auto subject = testing::make_subject("mutant:ties_broken_by_id");
  std::vector<traces::Step> steps;
  Referee referee(*subject, {}, [&](const traces::Step& step) { steps.push_back(step); });
  for (const char* id : {"a2", "a1", "a3"}) {
    ASSERT_TRUE(referee.operate(client, enqueue(id)).has_value());
  }
  const auto list = at_1(model::ListDispatchableAttempts{model::at_ms(1), 10});
  ASSERT_TRUE(referee.operate(client, list).has_value());
  ASSERT_TRUE(referee.is_over());
  const std::size_t recorded = steps.size();
  const auto refused = referee.operate(client, list);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error(), NoAnswer::run_over);
  EXPECT_EQ(steps.size(), recorded);
}

TEST(Tally, AddsEveryCounterThatItLists) {
  Tally tally{.runs = 1,
              .operations = 2,
              .virtual_time = model::Duration{3},
              .outcomes = {{"reset", {{"ok", 4}}}},
              .disk_calls = 5,
              .rounds = 6,
              .at_once = {{"ok", 7}},
              .transitions = {{"absent to queued by enqueue_attempt", 8}},
              .faults = {{"kill", 9}},
              .values = {{"epoch", 14}},
              .premises = {{"progress", 10}},
              .not_promised = {{"progress", 11}},
              .differences = {{"no clock", 12}},
              .skipped = {{"reset", 13}}};
  tally.add(Tally(tally));
  EXPECT_EQ(tally.runs, 2U);
  EXPECT_EQ(tally.operations, 4U);
  EXPECT_EQ(tally.virtual_time, model::Duration{6});
  EXPECT_EQ(tally.outcomes["reset"]["ok"], 8U);
  EXPECT_EQ(tally.disk_calls, 10U);
  EXPECT_EQ(tally.rounds, 12U);
  EXPECT_EQ(tally.at_once["ok"], 14U);
  EXPECT_EQ(tally.transitions["absent to queued by enqueue_attempt"], 16U);
  EXPECT_EQ(tally.faults["kill"], 18U);
  EXPECT_EQ(tally.values["epoch"], 28U);
  EXPECT_EQ(tally.premises["progress"], 20U);
  EXPECT_EQ(tally.not_promised["progress"], 22U);
  EXPECT_EQ(tally.differences["no clock"], 24U);
  EXPECT_EQ(tally.skipped["reset"], 26U);
}

}  // namespace
}  // namespace leasecheck::sim
