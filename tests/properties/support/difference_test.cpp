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
      {model::Count{3}, "count is absent instead of 3"},
      {model::Sequence{4}, "seq is absent instead of 4"},
      {model::AckResult{model::Status::failed, 2, {}}, "status is absent instead of failed"},
      {lease, "lease_id is absent instead of L1"},
      {std::optional(lease), "lease_id is absent instead of L1"},
      {std::optional<model::LeaseRecord>{}, "answer is done instead of null"},
      {attempt, "attempt_id is absent instead of a1"},
      {model::CountsByStatus{}, "queued is absent instead of 0"},
      {std::vector<model::DispatchRecord>{}, "length is absent instead of 0"},
      {std::unexpected(model::ErrorCode::corrupt), "error is absent instead of corrupt"}};
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
  EXPECT_EQ(between(expected[0], Outcome(dispatches)), "[2].attempt_no is 7 instead of 1");
  EXPECT_EQ(between(expected[1], Outcome(letters)), "[1].reason is timed_out instead of failed");
  EXPECT_EQ(between(expected[2], Outcome(events)), "[0].payload is [1] instead of ");
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
  EXPECT_EQ(between(full, changed), "r1.event 1.at is 6 instead of 5");
  changed.dead_letters[0].dead_at = at_ms(9);
  EXPECT_EQ(between(full, changed), "a1.dead_letter.dead_at is 9 instead of 0");
  changed.leases.clear();
  EXPECT_EQ(between(full, changed), "a1.lease.lease_id is absent instead of ");
  changed.attempts[0].status = model::Status::cancelled;
  EXPECT_EQ(between(full, changed), "a1.status is cancelled instead of queued");
  EXPECT_EQ(between(full, full), "none");
}

}  // namespace
}  // namespace leasecheck::properties
