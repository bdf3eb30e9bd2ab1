#include "properties/support/difference.hpp"

#include <gtest/gtest.h>

#include <utility>

namespace leasecheck::properties {
namespace {

using model::at_ms;
using model::Outcome;

std::string between(const auto& expected, const auto& observed) {
  return first_difference(expected, observed).value_or("none");
}

TEST(FirstDifference, NamesTheFieldInEveryShapeOfAnswer) {
  model::LeaseRecord lease;
  lease.lease_id = "L1";
  model::AttemptRecord attempt;
  attempt.attempt_id = "a1";
  const std::pair<Outcome, std::string> cases[] = {
      {model::Count{3}, "count: the model says 3, the subject nothing"},
      {model::Sequence{4}, "seq: the model says 4, the subject nothing"},
      {model::AckResult{model::Status::failed, 2, {}},
       "status: the model says failed, the subject nothing"},
      {lease, "lease_id: the model says L1, the subject nothing"},
      {std::optional(lease), "lease_id: the model says L1, the subject nothing"},
      {std::optional<model::LeaseRecord>{}, "answer: the model says null, the subject done"},
      {attempt, "attempt_id: the model says a1, the subject nothing"},
      {model::CountsByStatus{}, "queued: the model says 0, the subject nothing"},
      {std::vector<model::DispatchRecord>{}, "length: the model says 0, the subject nothing"},
      {std::unexpected(model::ErrorCode::corrupt),
       "error: the model says corrupt, the subject nothing"}};
  for (const auto& [expected, difference] : cases) {
    EXPECT_EQ(between(expected, Outcome(model::Done{})), difference);
    EXPECT_EQ(between(expected, expected), "none");
  }
}

TEST(FirstDifference, GoesThroughListsEntryByEntry) {
  std::vector<model::DispatchRecord> dispatches(11);
  std::vector<model::DeadLetter> letters(2);
  std::vector<model::RunEvent> events(1);
  const Outcome expected[] = {dispatches, letters, events};
  dispatches[2].attempt_no = 7;
  dispatches[10].attempt_no = 8;
  letters[1].reason = model::DeadLetterReason::timed_out;
  events[0].payload = "[1]";
  EXPECT_EQ(between(expected[0], Outcome(dispatches)),
            "[2].attempt_no: the model says 1, the subject 7");
  EXPECT_EQ(between(expected[1], Outcome(letters)),
            "[1].reason: the model says failed, the subject timed_out");
  EXPECT_EQ(between(expected[2], Outcome(events)), "[0].payload: the model says , the subject [1]");
}

TEST(FirstDifference, NamesTheRowOfEveryTable) {
  model::Snapshot full;
  full.attempts.emplace_back().attempt_id = "a1";
  full.leases.emplace_back().attempt_id = "a1";
  full.dead_letters.emplace_back().attempt_id = "a1";
  full.runs.emplace_back().run_id = "r1";
  full.runs[0].events.emplace_back().at = at_ms(5);

  model::Snapshot changed = full;
  changed.runs[0].events[0].at = at_ms(6);
  EXPECT_EQ(between(full, changed), "event 1 of r1.at: the model says 5, the subject 6");
  changed.dead_letters[0].dead_at = at_ms(9);
  EXPECT_EQ(between(full, changed), "dead letter of a1.dead_at: the model says 0, the subject 9");
  changed.leases.clear();
  EXPECT_EQ(between(full, changed), "lease of a1.lease_id: the model says , the subject nothing");
  changed.attempts[0].status = model::Status::cancelled;
  EXPECT_EQ(between(full, changed), "a1.status: the model says queued, the subject cancelled");
  EXPECT_EQ(between(full, full), "none");
}

}  // namespace
}  // namespace leasecheck::properties
