// Sessions that are lost at every statement of an operation.
#include "sim/postgres/session_losses.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "tests/sim/postgres/server.hpp"

namespace leasecheck::sim {
namespace {

using testing::the_server;

TEST(PostgresSessionLosses, WhateverIsLostTheAnswerIsTrue) {
  const auto losses = SessionLosses::make(the_server());
  ASSERT_TRUE(losses) << losses.error();
  // `leasecheck crash --backend postgres` tries all.
  constexpr std::size_t every = 5;
  std::size_t cases = 0;
  const std::vector<InterleaveCase> all = session_loss_cases();
  for (std::size_t i = 0; i < all.size(); i += every) {
    const InterleaveCase& subject = all[i];
    const auto found = (*losses)->search(subject);
    ASSERT_TRUE(found) << name_of(subject) << ": " << found.error();
    EXPECT_FALSE(*found) << name_of(subject) << " " << (**found).reproduce << ": "
                         << (**found).message;
    ++cases;
  }
  EXPECT_EQ((*losses)->count().cases, cases);
  EXPECT_GT((*losses)->count().losses, 6 * cases) << "an operation has some statements";
  EXPECT_GT((*losses)->count().repeats, 4 * cases) << "most are lost before their COMMIT";
  EXPECT_GT((*losses)->count().unknown, 0U);
}

// Statement by statement: what comes before COMMIT, the last one, is carried out again.
TEST(PostgresSessionLosses, OnlyALostCommitLeavesOpenWhatHasHappened) {
  const auto losses = SessionLosses::make(the_server());
  ASSERT_TRUE(losses) << losses.error();
  for (const InterleaveCase& subject : session_loss_cases()) {
    const std::string name = name_of(subject);
    if (name != "queued/claim" && name != "leased/ack_completed" && name != "empty/enqueue") {
      continue;
    }
    std::vector<bool> is_unknown;
    for (SessionLoss loss{.kind = SessionLoss::Kind::answer_lost};; ++loss.statement) {
      const SessionLossCount before = (*losses)->count();
      const auto found = (*losses)->replay(subject, loss);
      ASSERT_TRUE(found) << found.error();
      EXPECT_FALSE(*found) << (**found).message;
      if ((*losses)->count().losses == before.losses) break;
      is_unknown.push_back((*losses)->count().unknown > before.unknown);
    }
    // BEGIN, the schema's version, a question, a write, COMMIT.
    ASSERT_GE(is_unknown.size(), 5U) << name;
    EXPECT_TRUE(is_unknown.back()) << name;
    EXPECT_EQ(std::ranges::count(is_unknown, true), 1) << name;
  }
}

TEST(PostgresSessionLosses, AreNamedByTheStatement) {
  for (const auto kind : {SessionLoss::Kind::session_lost, SessionLoss::Kind::answer_lost}) {
    const SessionLoss loss{.kind = kind, .statement = 7};
    EXPECT_EQ(session_loss_from_text(session_loss_text(loss)), loss);
  }
  for (const std::string_view text : {"", "session_lost", "answer_lost@", "session_lost@0",
                                      "session_lost@-1", "session_lost@3x", "kill@3"}) {
    EXPECT_FALSE(session_loss_from_text(text)) << text;
  }
}

}  // namespace
}  // namespace leasecheck::sim
