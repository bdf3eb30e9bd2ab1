#include <gtest/gtest.h>

#include "tests/properties/watched_run.hpp"

namespace leasecheck::tests {
namespace {

using model::at_ms;
using model::ErrorCode;
using model::Status;

/// A run in which "w1" and then "w2" are granted attempt "a1".
class NoStaleEffect : public ::testing::Test {
 protected:
  NoStaleEffect() {
    run.operate(enqueue("a1"), 0);
    run.claim("a1", "w1", 1, 10);
    first_grant = run.last_step();
    run.operate(model::ExpireLeasesAndRequeue{at_ms(11)}, 20);
  }

  void grant_again() {
    run.claim("a1", "w2", 21, 30);
    second_grant = run.last_step();
  }

  std::string write(const model::Id& worker, std::uint64_t grant) {
    return run.show(model::EffectWritten{worker, "a1", grant, std::nullopt}, 25);
  }

  WatchedRun run{properties::no_stale_effect};
  std::uint64_t first_grant = 0;
  std::uint64_t second_grant = 0;
};

TEST_F(NoStaleEffect, HoldsWhenTheLateEffectOfAnEarlierHolderIsRejected) {
  EXPECT_EQ(write("w1", first_grant), "held");
  grant_again();
  EXPECT_EQ(write("w1", first_grant), "held");
  EXPECT_EQ(write("w2", second_grant), "held");
  EXPECT_EQ(run.premises_reached(), 0u);
  EXPECT_EQ(write("w1", first_grant), "held");
  EXPECT_EQ(run.premises_reached(), 1u);
}

TEST_F(NoStaleEffect, ComplainsWhenTwoGrantsShareAVersion) {
  Observation claim = run.observe(model::UpsertLease{"a1", "w2", at_ms(30)}, 21);
  std::get<model::LeaseRecord>(claim.outcome.value()).version = 1;
  run.show(claim);
  EXPECT_EQ(write("w2", claim.step), "held");
  EXPECT_EQ(write("w1", first_grant),
            "an effect of w1 on a1 by claim 2 (version 1) was accepted after one by claim 4 "
            "(version 1)");
}

TEST_F(NoStaleEffect, ComplainsWhenTheNewestGrantIsRejected) {
  EXPECT_EQ(write("w1", first_grant), "held");
  Observation claim = run.observe(model::UpsertLease{"a1", "w2", at_ms(30)}, 21);
  std::get<model::LeaseRecord>(claim.outcome.value()).version = 0;
  run.show(claim);
  EXPECT_EQ(write("w2", claim.step),
            "an effect of w2 on a1 was rejected although claim 5 is the newest: it was granted "
            "version 0, and the resource had seen 1");
}

TEST_F(NoStaleEffect, BeginsAnewAtAReset) {
  grant_again();
  EXPECT_EQ(write("w2", second_grant), "held");
  run.operate(model::Reset{}, 30);
  run.operate(enqueue("a1"), 31);
  run.claim("a1", "w1", 32, 40);
  EXPECT_EQ(write("w1", run.last_step()), "held");
  EXPECT_EQ(write("w2", second_grant), "held");
}

}  // namespace
}  // namespace leasecheck::tests
