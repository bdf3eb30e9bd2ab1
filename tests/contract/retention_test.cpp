// Rules 27 and 28: when attempts finished, and an end to growth.

#include "tests/contract/fixture.hpp"

namespace leasecheck::tests {
namespace {

using namespace leasecheck::model;

LEASECHECK_CONTRACT(FinishedAt);

TEST_P(FinishedAt, IsTheTimeOfWhatEndedTheAttempt) {
  const LeaseRecord lease = enqueue_and_claim("acked");
  enqueue("cancelled");
  AttemptSpec timed = spec_of("timed out");
  timed.timeout = Duration{10};
  timed.on_timeout = OnTimeout::fail;
  static_cast<void>(enqueue_and_claim(timed));
  EXPECT_EQ(attempt("acked").finished_at, std::nullopt);
  now = at_ms(1'020);
  ack(lease, AckOutcome::completed);
  now = at_ms(1'030);
  done(CancelAttempt{"cancelled"});
  EXPECT_EQ(time_out(at_ms(1'040)), 1U);
  EXPECT_EQ(attempt("acked").finished_at, at_ms(1'020));
  EXPECT_EQ(attempt("cancelled").finished_at, at_ms(1'030));
  EXPECT_EQ(attempt("timed out").finished_at, at_ms(1'040));
}

TEST_P(FinishedAt, OfAReapedOneIsTheClocksTimeAndReplayRemovesIt) {
  AttemptSpec spec = spec_of("a1");
  spec.max_deliveries = 1;
  static_cast<void>(enqueue_and_claim(spec));
  now = at_ms(5'000);
  EXPECT_EQ(reap(at_ms(4'000)), 1U);
  EXPECT_EQ(attempt("a1").finished_at, at_ms(5'000));
  EXPECT_EQ(dead_letters().at(0).dead_at, at_ms(5'000));
  done(ReplayDeadLetter{"a1"});
  EXPECT_EQ(attempt("a1").finished_at, std::nullopt);
}

class PruneTest : public Contract {
 protected:
  void finish(const Id& attempt_id, Time at, AckOutcome outcome = AckOutcome::completed) {
    const LeaseRecord lease = enqueue_and_claim(attempt_id);
    now = at;
    ack(lease, outcome);
  }
  std::uint64_t prune(Time before, std::uint64_t limit = no_limit, bool with_letters = false) {
    return count(PruneAttempts{before, limit, with_letters});
  }
  std::vector<Id> left() {
    std::vector<Id> ids;
    for (const AttemptRecord& record : snapshot().attempts) ids.push_back(record.attempt_id);
    return ids;
  }
};
class Prune : public PruneTest {};
INSTANTIATE_TEST_SUITE_P(Contract, Prune,
                         testing::ValuesIn(contract_subjects().begin(), contract_subjects().end()),
                         [](const auto& info) { return info.param.name; });

TEST_P(Prune, TakesTheFirstThatFinishedBeforeByTimeAndId) {
  finish("late", at_ms(1'030));
  finish("b", at_ms(1'010));
  finish("a", at_ms(1'010));
  enqueue("waiting");
  EXPECT_EQ(prune(at_ms(1'010)), 0U);
  EXPECT_EQ(prune(at_ms(9'000), 0), 0U);
  EXPECT_EQ(prune(at_ms(1'030), 1), 1U);
  EXPECT_EQ(left(), (std::vector<Id>{"b", "late", "waiting"}));
  EXPECT_EQ(prune(at_ms(1'031)), 2U);
  EXPECT_EQ(left(), (std::vector<Id>{"waiting"}));
}

TEST_P(Prune, TakesFailedOnesWithTheirLettersOnlyIfAsked) {
  finish("failed", at_ms(1'010), AckOutcome::failed);
  finish("completed", at_ms(1'020));
  EXPECT_EQ(prune(at_ms(9'000)), 1U);
  EXPECT_EQ(left(), (std::vector<Id>{"failed"}));
  EXPECT_EQ(dead_letters().size(), 1U);
  EXPECT_EQ(prune(at_ms(9'000), no_limit, true), 1U);
  EXPECT_EQ(snapshot().attempts.size() + dead_letters().size(), 0U);
}

TEST_P(Prune, OrdersFailedOnesAmongTheOthers) {
  finish("c", at_ms(1'010), AckOutcome::failed);
  finish("b", at_ms(1'010));
  finish("a", at_ms(1'020), AckOutcome::failed);
  EXPECT_EQ(prune(at_ms(9'000), 2, true), 2U);
  EXPECT_EQ(left(), (std::vector<Id>{"a"}));
}

TEST_P(Prune, ForgetsTheAckAndTheId) {
  const LeaseRecord lease = enqueue_and_claim("a1");
  ack(lease, AckOutcome::completed);
  EXPECT_EQ(prune(now + Duration{1}), 1U);
  expect_refused(ack_of(lease, AckOutcome::completed), ErrorCode::stale_lease);
  expect_refused(GetAttempt{"a1"}, ErrorCode::not_found);
  AttemptSpec other = spec_of("a1");
  other.priority = 3;
  enqueue(other);
  EXPECT_EQ(attempt("a1").priority, 3);
}

TEST_P(Prune, LetsNoVersionComeBack) {
  LeaseRecord lease = enqueue_and_claim("a1");
  done(heartbeat_of(lease));
  ack(lease, AckOutcome::completed);
  finish("other", now);
  EXPECT_EQ(prune(now + Duration{1}), 2U);
  EXPECT_EQ(snapshot().version_floor, 2U);
  enqueue("a1");
  EXPECT_EQ(attempt("a1").version, 2U);
  EXPECT_EQ(claim("a1").version, 3U);
  done(Reset{});
  enqueue("a1");
  EXPECT_EQ(attempt("a1").version, 0U);
}

TEST_P(Prune, TakesTheEventsAndLeavesTheSequenceWhileTheRunLasts) {
  const LeaseRecord first = enqueue_and_claim("a1");
  const LeaseRecord second = enqueue_and_claim("a2");
  for (const LeaseRecord& lease : {first, second, first}) {
    static_cast<void>(answer<Sequence>(event_of(lease)));
  }
  ack(first, AckOutcome::completed);
  EXPECT_EQ(prune(now + Duration{1}), 1U);
  EXPECT_EQ(latest_seq("r1"), 3U);
  const auto kept = events({"r1", 0, no_limit});
  ASSERT_EQ(kept.size(), 1U);
  EXPECT_EQ(kept[0].seq, 2U);
  EXPECT_EQ(answer<Sequence>(event_of(second)).value, 4U);
  EXPECT_EQ(events({"r1", 2, 1}).at(0).seq, 4U);
  ack(second, AckOutcome::completed);
  EXPECT_EQ(prune(now + Duration{1}), 1U);
  EXPECT_EQ(latest_seq("r1"), 0U);
  EXPECT_TRUE(snapshot().runs.empty());
  EXPECT_EQ(answer<Sequence>(event_of(enqueue_and_claim("a3"))).value, 1U);
}

TEST_P(Prune, MayBeAskedForAnyTimeAndLimit) {
  finish("a1", at_ms(1'010), AckOutcome::failed);
  EXPECT_EQ(prune(beginning_of_time, no_limit, true), 0U);
  EXPECT_EQ(prune(end_of_time, no_limit, true), 1U);
}

}  // namespace
}  // namespace leasecheck::tests
