// Sessions that the server ends at every statement of every operation.
#include "sim/postgres/session_losses.hpp"

#include <gtest/gtest.h>

#include "tests/sim/postgres/server.hpp"

namespace leasecheck::sim {
namespace {

using testing::the_server;

TEST(PostgresSessionLosses, WhateverIsLostTheAnswerIsTrue) {
  const auto losses = SessionLosses::make(the_server());
  ASSERT_TRUE(losses) << losses.error();
  std::size_t cases = 0;
  for (const InterleaveCase& subject : session_loss_cases()) {
    const auto found = (*losses)->search(subject);
    ASSERT_TRUE(found) << name_of(subject) << ": " << found.error();
    EXPECT_FALSE(*found) << name_of(subject) << " " << (**found).reproduce << ": "
                         << (**found).message;
    ++cases;
  }
  EXPECT_EQ((*losses)->count().cases, cases);
  EXPECT_GT((*losses)->count().losses, 3 * cases) << "an operation has some statements";
  EXPECT_GT((*losses)->count().repeats, 2 * cases) << "most are lost before their COMMIT";
  EXPECT_GT((*losses)->count().unknown, 0U);
}

TEST(PostgresSessionLosses, AreNamedByTheStatement) {
  EXPECT_EQ(session_loss_from_text(session_loss_text(7)), 7U);
  for (const std::string_view text : {"", "session_lost", "session_lost@", "session_lost@0",
                                      "session_lost@-1", "session_lost@3x", "kill@3"}) {
    EXPECT_FALSE(session_loss_from_text(text)) << text;
  }
}

}  // namespace
}  // namespace leasecheck::sim
