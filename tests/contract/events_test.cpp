// Rules 6 and 13: the events of a run.

#include "tests/contract/fixture.hpp"

namespace leasecheck::tests {
namespace {

using namespace leasecheck::model;

LEASECHECK_CONTRACT(Events);

TEST_P(Events, OfAnUnknownRunAreNone) {
  EXPECT_EQ(latest_seq("r1"), 0U);
  EXPECT_EQ(events({"r1", 0, no_limit}), std::vector<RunEvent>{});
}

TEST_P(Events, OfARunAreCountedFromOne) {
  const LeaseRecord lease = enqueue_and_claim("a1");
  for (std::uint64_t seq = 1; seq <= 4; ++seq) {
    EXPECT_EQ(latest_seq("r1"), seq - 1);
    EXPECT_EQ(answer<Sequence>(event_of(lease)).value, seq);
  }
  EXPECT_EQ(latest_seq("r1"), 4U);
}

TEST_P(Events, KeepWhatWasAppended) {
  const LeaseRecord lease = enqueue_and_claim("a1");
  now = at_ms(1'050);
  answer<Sequence>(AppendRunEvent{lease.lease_id, "w1", "step \"done\"", R"({"at":[1,null]})"});
  const std::vector<RunEvent> expected = {{.seq = 1,
                                           .attempt_id = "a1",
                                           .kind = "step \"done\"",
                                           .payload = R"({"at":[1,null]})",
                                           .at = at_ms(1'050)}};
  EXPECT_EQ(events({"r1", 0, no_limit}), expected);
}

TEST_P(Events, OfAllAttemptsOfARunShareOneSequence) {
  const LeaseRecord first = enqueue_and_claim("a1");
  const LeaseRecord second = enqueue_and_claim("a2");
  EXPECT_EQ(answer<Sequence>(event_of(first)).value, 1U);
  EXPECT_EQ(answer<Sequence>(event_of(second)).value, 2U);
  EXPECT_EQ(answer<Sequence>(event_of(first)).value, 3U);
  EXPECT_EQ(events({"r1", 1, 1}).at(0).attempt_id, "a2");
}

TEST_P(Events, OfRunsAreApart) {
  AttemptSpec other = spec_of("a2");
  other.run_id = "r2";
  const LeaseRecord first = enqueue_and_claim("a1");
  const LeaseRecord second = enqueue_and_claim(other);
  answer<Sequence>(event_of(first));
  answer<Sequence>(event_of(first));
  EXPECT_EQ(answer<Sequence>(event_of(second)).value, 1U);
  EXPECT_EQ(latest_seq("r1"), 2U);
  EXPECT_EQ(latest_seq("r2"), 1U);
}

TEST_P(Events, OutliveTheLeaseAndTheAttempt) {
  const LeaseRecord lease = enqueue_and_claim("a1");
  answer<Sequence>(event_of(lease));
  ack(lease, AckOutcome::failed);
  done(ReplayDeadLetter{"a1"});
  EXPECT_EQ(latest_seq("r1"), 1U);
  EXPECT_EQ(answer<Sequence>(event_of(claim("a1"))).value, 2U);
}

TEST_P(Events, AreOrderedBySequenceNotByTime) {
  const LeaseRecord lease = enqueue_and_claim("a1");
  for (const Time time : {end_of_time, beginning_of_time, at_ms(0)}) {
    now = time;
    answer<Sequence>(event_of(lease));
  }
  const std::vector<RunEvent> listed_events = events({"r1", 0, no_limit});
  ASSERT_EQ(listed_events.size(), 3U);
  EXPECT_EQ(listed_events[0].at, end_of_time);
  EXPECT_EQ(listed_events[1].at, beginning_of_time);
  EXPECT_EQ(listed_events[2].at, at_ms(0));
}

TEST_P(Events, AreListedAfterASequenceAndUpToALimit) {
  const LeaseRecord lease = enqueue_and_claim("a1");
  for (int i = 0; i < 3; ++i) answer<Sequence>(event_of(lease));
  const auto sequences = [&](std::uint64_t after, std::uint64_t limit) {
    std::vector<std::uint64_t> found;
    for (const RunEvent& event : events({"r1", after, limit})) found.push_back(event.seq);
    return found;
  };
  using Sequences = std::vector<std::uint64_t>;
  EXPECT_EQ(sequences(0, no_limit), (Sequences{1, 2, 3}));
  EXPECT_EQ(sequences(0, 0), Sequences{});
  EXPECT_EQ(sequences(0, 1), Sequences{1});
  EXPECT_EQ(sequences(1, 1), Sequences{2});
  EXPECT_EQ(sequences(2, 9), Sequences{3});
  EXPECT_EQ(sequences(3, 9), Sequences{});
  for (const std::uint64_t huge : {no_limit / 2, no_limit / 2 + 1, no_limit}) {
    EXPECT_EQ(sequences(0, huge), (Sequences{1, 2, 3})) << huge;
    EXPECT_EQ(sequences(huge, huge), Sequences{}) << huge;
  }
}

TEST_P(Events, DemandTheHolderOfTheCurrentLease) {
  const LeaseRecord lease = enqueue_and_claim("a1");
  expect_refused(AppendRunEvent{lease.lease_id, "w2", "kind", "1"}, ErrorCode::stale_lease);
  expect_refused(AppendRunEvent{"nobody's", "w1", "kind", "1"}, ErrorCode::stale_lease);
  done(release_of(lease));
  expect_refused(event_of(lease), ErrorCode::stale_lease);
  EXPECT_EQ(latest_seq("r1"), 0U);
}

TEST_P(Events, AreAcceptedPastTheExpiryUntilTheReap) {
  enqueue("a1");
  const LeaseRecord lease = claim_until("a1", at_ms(1'001));
  now = at_ms(60'000);
  EXPECT_EQ(answer<Sequence>(event_of(lease)).value, 1U);
}

TEST_P(Events, TakeAnyJsonValueAsPayload) {
  const LeaseRecord lease = enqueue_and_claim("a1");
  const std::vector<std::string> payloads = {"null",
                                             "true",
                                             "0",
                                             "-9223372036854775808",
                                             "18446744073709551615",
                                             "\"\"",
                                             "\"'; DROP TABLE run_events; --\"",
                                             "\"caf\xc3\xa9 \xf0\x9f\x90\x8e\"",
                                             "[]",
                                             "{}",
                                             R"({"a":{"b":[1,2,{"c":null}]}})",
                                             '"' + std::string(100'000, 'x') + '"',
                                             std::string(200, '[') + std::string(200, ']')};
  for (const std::string& payload : payloads) {
    const std::uint64_t seq = answer<Sequence>(event_of(lease, payload)).value;
    EXPECT_EQ(events({"r1", seq - 1, 1}).at(0).payload, payload);
  }
}

TEST_P(Events, RefuseAPayloadThatIsNotOneJsonValue) {
  const LeaseRecord lease = enqueue_and_claim("a1");
  for (const char* payload : {"", " ", "{", "nul", "1 2", "{'a':1}", "[1,]", "\"\xff\"", "NaN",
                              "\"\x01\"", "undefined"}) {
    expect_refused(event_of(lease, payload), ErrorCode::invalid_argument);
  }
}

TEST_P(Events, MoveNothingOfTheAttempt) {
  const LeaseRecord lease = enqueue_and_claim("a1");
  const AttemptRecord before = attempt("a1");
  answer<Sequence>(event_of(lease));
  EXPECT_EQ(attempt("a1"), before);
  EXPECT_EQ(lease_of("a1"), lease);
}

}  // namespace
}  // namespace leasecheck::tests
