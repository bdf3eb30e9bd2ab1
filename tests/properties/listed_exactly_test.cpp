#include <gtest/gtest.h>

#include "tests/properties/watched_run.hpp"

namespace leasecheck::tests {
namespace {

using model::at_ms;

class ListedExactly : public ::testing::Test {
 protected:
  ListedExactly() {
    for (const char* id : {"a1", "a2", "a3"}) run.operate(enqueue(id), 0);
    run.claim("a2", "w1", 10, 100);
  }

  Observation list(std::uint64_t limit, std::optional<model::Id> worker = std::nullopt) {
    model::ListAttempts question;
    question.limit = limit;
    question.worker_id = std::move(worker);
    return run.observe(question, 20);
  }
  static std::vector<model::AttemptRecord>& shown(Observation& seen) {
    return std::get<std::vector<model::AttemptRecord>>(*seen.outcome);
  }

  WatchedRun run{properties::listed_exactly};
};

TEST_F(ListedExactly, HoldsOfPagesAndFilters) {
  EXPECT_EQ(run.show(list(2)), "held");
  EXPECT_EQ(run.show(list(9, "w1")), "held");
  EXPECT_EQ(run.premises_reached(), 2u);
  EXPECT_EQ(run.show(list(9, "nobody")), "held");
  EXPECT_EQ(run.premises_reached(), 2u);
}

TEST_F(ListedExactly, ComplainsOfOneTooFewAndOneTooMany) {
  Observation seen = list(2);
  shown(seen).pop_back();
  EXPECT_EQ(run.show(seen), "a list of at most 2 attempts shows nothing where a2 is due");
  seen = list(3);
  seen.action.operation = list(2).action.operation;
  EXPECT_EQ(run.show(seen), "a list of at most 2 attempts shows a3 where nothing is due");
}

TEST_F(ListedExactly, ComplainsOfARecordThatIsNotTheRow) {
  Observation seen = list(9);
  shown(seen).front().version = 7;
  EXPECT_EQ(run.show(seen), "a list of attempts shows a1 otherwise than it is");
}

}  // namespace
}  // namespace leasecheck::tests
