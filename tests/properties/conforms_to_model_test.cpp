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
  EXPECT_EQ(run.show(claim),
            "upsert_lease answered otherwise than the model: lease_expires_at: the model says 10, "
            "the subject 11");
}

TEST_F(ConformsToModel, NamesTheEntryOfAListThatIsMissing) {
  Observation list = run.observe(model::ListDispatchableAttempts{at_ms(5), 3}, 5);
  list.outcome = std::vector<model::DispatchRecord>{};
  EXPECT_EQ(run.show(list),
            "list_dispatchable_attempts answered otherwise than the model: length: the model says "
            "1, the subject 0");
}

TEST_F(ConformsToModel, NamesAnErrorOfAnotherClass) {
  Observation claim = run.observe(model::UpsertLease{"a9", "w1", at_ms(10)}, 1);
  claim.outcome = std::unexpected(ErrorCode::not_dispatchable);
  EXPECT_EQ(run.show(claim),
            "upsert_lease answered otherwise than the model: error: the model says not_found, the "
            "subject not_dispatchable");
}

TEST_F(ConformsToModel, NamesAnErrorInsteadOfAnAnswer) {
  Observation get = run.observe(model::GetLease{"L1"}, 1);
  get.outcome = std::unexpected(ErrorCode::corrupt);
  EXPECT_EQ(run.show(get),
            "get_lease answered otherwise than the model: answer: the model says null, the subject "
            "nothing");
}

TEST_F(ConformsToModel, NamesTheFirstFieldOfTheStateThatDiffers) {
  Observation claim = run.observe(model::UpsertLease{"a1", "w1", at_ms(10)}, 1);
  lease_in(claim.after, "a1").worker_id = "w2";
  EXPECT_EQ(run.show(claim),
            "after upsert_lease the repository is not as the model: lease of a1.worker_id: the "
            "model says w1, the subject w2");
}

TEST_F(ConformsToModel, NamesWhatIsThereTooMuch) {
  Observation enqueued = run.observe(enqueue("a2"), 1);
  attempt_in(enqueued.after, "a2").retry_at = at_ms(3);
  EXPECT_EQ(run.show(enqueued),
            "after enqueue_attempt the repository is not as the model: a2.retry_at: the model says "
            "nothing, the subject 3");
}

TEST_F(ConformsToModel, NoticesRowsInAnotherOrder) {
  Observation enqueued = run.observe(enqueue("a2"), 1);
  std::swap(enqueued.after.attempts.front(), enqueued.after.attempts.back());
  EXPECT_EQ(run.show(enqueued),
            "after enqueue_attempt the repository is not as the model: its rows are in another "
            "order");
}

TEST_F(ConformsToModel, UnavailableIsFineOnlyWhereNothingChanged) {
  Observation enqueued = run.observe(enqueue("a2"), 1);
  enqueued.outcome = std::unexpected(ErrorCode::unavailable);
  EXPECT_EQ(run.show(enqueued), "enqueue_attempt answered unavailable and yet changed a2");
  enqueued.after = enqueued.before;
  EXPECT_EQ(run.show(enqueued), "held");
}

}  // namespace
}  // namespace leasecheck::tests
