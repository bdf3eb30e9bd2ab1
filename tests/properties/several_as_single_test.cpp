#include <gtest/gtest.h>

#include "tests/properties/watched_run.hpp"

namespace leasecheck::tests {
namespace {

using model::at_ms;

class SeveralAsSingle : public ::testing::Test {
 protected:
  Observation put_in() {
    return run.observe(model::EnqueueAttempts{{enqueue("a1").spec, enqueue("a2").spec}}, 5);
  }

  WatchedRun run{properties::several_as_single};
};

TEST_F(SeveralAsSingle, HoldsWhereEachIsAsAlone) {
  EXPECT_EQ(run.show(put_in()), "held");
  EXPECT_EQ(run.premises_reached(), 1u);
  EXPECT_EQ(run.operate(model::ClaimAttempts{"w1", 9, model::Duration{10}}, 6), "held");
  EXPECT_EQ(run.premises_reached(), 2u);
  EXPECT_EQ(run.operate(enqueue("a3"), 7), "held");
  EXPECT_EQ(run.premises_reached(), 2u);
}

TEST_F(SeveralAsSingle, ComplainsOfAnItemAnsweredOtherwise) {
  Observation seen = put_in();
  auto& results = std::get<model::ItemResults<model::Done>>(*seen.outcome);
  results[1] = {{}, model::Refusal{model::ErrorCode::already_exists}};
  const std::string complaint = run.show(seen);
  EXPECT_NE(complaint.find("[1].ok is absent"), std::string::npos) << complaint;
  EXPECT_NE(complaint.find("an enqueue of several"), std::string::npos) << complaint;
}

TEST_F(SeveralAsSingle, ComplainsOfAStateThatItsItemsDoNotMake) {
  Observation seen = put_in();
  attempt_in(seen.after, "a2").ready_at = at_ms(6);
  const std::string complaint = run.show(seen);
  EXPECT_NE(complaint.find("a2.ready_at"), std::string::npos) << complaint;
}

}  // namespace
}  // namespace leasecheck::tests
