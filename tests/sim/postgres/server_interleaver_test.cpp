// Every schedule of statements of several sessions on a real server.
#include "sim/postgres/server_interleaver.hpp"

#include <gtest/gtest.h>

#include "tests/sim/postgres/server.hpp"

namespace leasecheck::sim {
namespace {

using testing::case_named;
using testing::the_server;

const auto to_the_end = [] { return true; };

std::unique_ptr<ServerInterleaver> interleaver_of(std::uint32_t sessions) {
  auto made = ServerInterleaver::make(the_server(), sessions);
  if (!made) throw std::runtime_error(made.error());
  return *std::move(made);
}

// One after another is an order, too.
TEST(PostgresInterleaver, WithoutPreemptionsThereAreTheOrdersOfTheOperations) {
  const auto interleaver = interleaver_of(2);
  const auto found = interleaver->search(case_named("leased/heartbeat+cancel"), 0, to_the_end);
  ASSERT_TRUE(found) << found.error();
  EXPECT_FALSE(*found);
  EXPECT_EQ(interleaver->count().schedules, 2U);
  EXPECT_EQ(interleaver->count().waits, 0U);
}

// Those most at odds, with another session between any two statements of each.
TEST(PostgresInterleaver, HoldsOnWhatIsMostAtOdds) {
  const auto interleaver = interleaver_of(2);
  for (const std::string name :
       {"queued/claim+claim", "queued/claim+claim_several", "queued/enqueue+claim_several",
        "leased/heartbeat+reap", "leased/ack_completed+reap", "leased/ack_failed+time_out",
        "two_leased/reap+time_out", "two_leased/reap+ack_several", "failed/replay+prune",
        "completed/enqueue+prune", "empty/enqueue+enqueue", "empty/enqueue_other+enqueue_several",
        "running/append_event+append_event", "two_leased/reap+counts"}) {
    const auto found = interleaver->search(case_named(name), 2, to_the_end);
    ASSERT_TRUE(found) << name << ": " << found.error();
    EXPECT_FALSE(*found) << name << ": " << (**found).message << "\n  " << (**found).reproduce;
  }
  EXPECT_GT(interleaver->count().waits, 100U) << "sessions that never meet show nothing";
  EXPECT_GT(interleaver->count().repeats, 0U) << "two insert the same";
}

TEST(PostgresInterleaver, HoldsOnThreeAtOnce) {
  const auto interleaver = interleaver_of(3);
  for (const InterleaveCase& subject : interleave_cases(InterleaveScope::triples)) {
    const auto found = interleaver->search(subject, 1, to_the_end);
    ASSERT_TRUE(found) << name_of(subject) << ": " << found.error();
    EXPECT_FALSE(*found) << name_of(subject) << ": " << (**found).message << "\n  "
                         << (**found).reproduce;
  }
  EXPECT_GT(interleaver->count().schedules, 500U);
  EXPECT_GT(interleaver->count().waits, 100U);
}

}  // namespace
}  // namespace leasecheck::sim
