#include <gtest/gtest.h>

#include "tests/properties/watched_run.hpp"

namespace leasecheck::tests {
namespace {

using model::at_ms;
using model::ErrorCode;
using model::Status;

class ConformsToModel : public ::testing::Test {
 protected:
  ConformsToModel() { run.operate(enqueue("a1"), 0); }

  WatchedRun run{properties::conforms_to_model};
};

TEST_F(ConformsToModel, HoldsWhenAnswerAndStateAreTheModels) {
  EXPECT_EQ(run.premises_reached(), 1u);
  EXPECT_EQ(run.operate(model::UpsertLease{"a1", "w1", at_ms(10)}, 1), "held");
  EXPECT_EQ(run.operate(model::CountByStatus{}, 2), "held");
  EXPECT_EQ(run.premises_reached(), 2u);
}

TEST_F(ConformsToModel, NamesTheFirstFieldOfAnAnswerThatDiffers) {
  Observation claim = run.observe(model::UpsertLease{"a1", "w1", at_ms(10)}, 1);
  std::get<model::LeaseRecord>(claim.outcome.value()).lease_expires_at = at_ms(11);
  EXPECT_EQ(
      run.show(claim),
      "a claim answered otherwise than by the contract: lease_expires_at is 11 instead of 10");
}

TEST_F(ConformsToModel, NamesTheEntryOfAListThatIsMissing) {
  Observation list = run.observe(model::ListDispatchableAttempts{at_ms(5), 3}, 5);
  list.outcome = std::vector<model::DispatchRecord>{};
  EXPECT_EQ(run.show(list),
            "a list of dispatchable attempts answered otherwise than by the contract: length is 0 "
            "instead of 1");
}

TEST_F(ConformsToModel, NamesAnErrorOfAnotherClass) {
  Observation claim = run.observe(model::UpsertLease{"a9", "w1", at_ms(10)}, 1);
  claim.outcome = std::unexpected(ErrorCode::not_dispatchable);
  EXPECT_EQ(run.show(claim), "a claim was refused as not_dispatchable instead of not_found");
}

TEST_F(ConformsToModel, NamesAnErrorInsteadOfAnAnswer) {
  Observation get = run.observe(model::GetLease{"L1"}, 1);
  get.outcome = std::unexpected(ErrorCode::corrupt);
  EXPECT_EQ(run.show(get), "a look at a lease was refused as corrupt instead of accepted");
}

TEST_F(ConformsToModel, NamesTheFirstFieldOfTheStateThatDiffers) {
  Observation claim = run.observe(model::UpsertLease{"a1", "w1", at_ms(10)}, 1);
  lease_in(claim.after, "a1").worker_id = "w2";
  EXPECT_EQ(run.show(claim), "after a claim, a1.lease.worker_id is w2 instead of w1");
}

TEST_F(ConformsToModel, NamesWhatIsThereTooMuch) {
  Observation enqueued = run.observe(enqueue("a2"), 1);
  attempt_in(enqueued.after, "a2").retry_at = at_ms(3);
  EXPECT_EQ(run.show(enqueued), "after an enqueue, a2.retry_at is 3 instead of absent");
}

TEST_F(ConformsToModel, NoticesRowsInAnotherOrder) {
  Observation enqueued = run.observe(enqueue("a2"), 1);
  std::swap(enqueued.after.attempts.front(), enqueued.after.attempts.back());
  EXPECT_EQ(run.show(enqueued), "after an enqueue, the rows are in another order");
}

TEST_F(ConformsToModel, UnavailableIsFineOnlyWhereNothingChanged) {
  Observation enqueued = run.observe(enqueue("a2"), 1);
  enqueued.outcome = std::unexpected(ErrorCode::unavailable);
  EXPECT_EQ(run.show(enqueued), "an enqueue was refused as unavailable and yet changed a2");
  enqueued.after = enqueued.before;
  EXPECT_EQ(run.show(enqueued), "held");
}

}  // namespace
}  // namespace leasecheck::tests
