#include "traces/digest.hpp"

#include <gtest/gtest.h>

#include <tuple>

#include "leasecheck/spec/step.hpp"

namespace leasecheck::tests {
namespace {

using Changes = std::map<std::string, std::string>;
using model::at_ms;

model::EnqueueAttempt enqueue(model::Id attempt, std::int64_t max_retries = 0) {
  model::AttemptSpec spec;
  spec.attempt_id = std::move(attempt);
  spec.run_id = "r1";
  if (max_retries > 0) spec.retry_policy.emplace().max_retries = max_retries;
  return {spec};
}

/// A repository whose every operation tells what it changed.
class Diary {
 public:
  Changes after(model::Time now, model::Operation operation) {
    const model::Snapshot before = model::snapshot(state_);
    auto [state, outcome] = model::step(std::move(state_), {now, std::move(operation)});
    EXPECT_TRUE(outcome);
    state_ = std::move(state);
    return traces::delta(before, model::snapshot(state_));
  }

  [[nodiscard]] std::uint64_t digest() const { return traces::digest(model::snapshot(state_)); }

 private:
  model::State state_;
};

TEST(Delta, ListsTheFieldsOfWhatIsNew) {
  Diary diary;
  EXPECT_EQ(diary.after(at_ms(1), enqueue("a1")), (Changes{{"a1.attempt_id", "\"a1\""},
                                                           {"a1.run_id", "\"r1\""},
                                                           {"a1.attempt_no", "1"},
                                                           {"a1.status", "\"queued\""},
                                                           {"a1.priority", "0"},
                                                           {"a1.ready_at", "1"},
                                                           {"a1.delivery_count", "0"},
                                                           {"a1.version", "0"}}));
}

TEST(Delta, ListsOnlyWhatChanged) {
  Diary diary;
  std::ignore = diary.after(at_ms(1), enqueue("a1", 1));
  std::ignore = diary.after(at_ms(2), model::UpsertLease{"a1", "w1", at_ms(9)});
  EXPECT_EQ(diary.after(at_ms(3), model::HeartbeatLease{"L1", at_ms(3), at_ms(12)}),
            (Changes{{"L1.lease_expires_at", "12"},
                     {"L1.heartbeat_at", "3"},
                     {"L1.version", "2"},
                     {"a1.version", "2"}}));
  EXPECT_EQ(diary.after(at_ms(3), model::HeartbeatLease{"L1", at_ms(3), at_ms(12)}).size(), 2U);
  EXPECT_EQ(diary.after(at_ms(3), model::StartAttempt{"L1", "w1"}),
            (Changes{{"a1.status", "\"running\""}}));
  EXPECT_EQ(diary.after(at_ms(4), model::AppendRunEvent{"L1", "w1", "note", "{}"}),
            (Changes{{"r1.events", "1"}}));
  EXPECT_EQ(diary.after(at_ms(5), model::AckAttempt{"L1", "w1", model::AckOutcome::failed}),
            (Changes{{"L1", "null"},
                     {"a1.attempt_no", "2"},
                     {"a1.ready_at", "6"},
                     {"a1.retry_at", "6"},
                     {"a1.started_at", "null"},
                     {"a1.status", "\"retry_backoff\""}}));
  EXPECT_EQ(diary.after(at_ms(5), model::QueueDepth{at_ms(5)}), Changes{});
}

TEST(Delta, ShowsDeadLettersComeAndGo) {
  Diary diary;
  std::ignore = diary.after(at_ms(1), enqueue("a1"));
  std::ignore = diary.after(at_ms(1), model::UpsertLease{"a1", "w1", at_ms(9)});
  const Changes failed =
      diary.after(at_ms(2), model::AckAttempt{"L1", "w1", model::AckOutcome::failed});
  EXPECT_EQ(failed.at("a1.dead_letter"),
            R"({"attempt_id":"a1","run_id":"r1","attempt_no":1,"reason":"failed","dead_at":2})");
  EXPECT_EQ(diary.after(at_ms(3), model::ReplayDeadLetter{"a1"}).at("a1.dead_letter"), "null");
}

TEST(Delta, ShowsALeaseThatTookAnothersPlace) {
  model::Snapshot before;
  before.leases.emplace_back().lease_id = "L1";
  model::Snapshot after = before;
  after.leases[0].lease_id = "L2";
  const Changes changes = traces::delta(before, after);
  EXPECT_EQ(changes.at("L1"), "null");
  EXPECT_EQ(changes.at("L2.lease_id"), "\"L2\"");
}

TEST(Delta, ShowsRowsThatAReset) {
  Diary diary;
  std::ignore = diary.after(at_ms(1), enqueue("a1"));
  std::ignore = diary.after(at_ms(1), enqueue("a2"));
  EXPECT_EQ(diary.after(at_ms(2), model::Reset{}), (Changes{{"a1", "null"}, {"a2", "null"}}));
}

TEST(Digest, IsTheSameForTheSameState) {
  Diary diary;
  // XXH3-64 of {"attempts":[],"leases":[],"dead_letters":[],"runs":[],"version_floor":0}: traces
  // that were recorded long ago must still compare.
  EXPECT_EQ(diary.digest(), 0xb7c5ea0fe1c0ecbeU);
  const std::uint64_t empty = diary.digest();
  std::ignore = diary.after(at_ms(1), enqueue("a1"));
  EXPECT_NE(diary.digest(), empty);
  std::ignore = diary.after(at_ms(2), model::Reset{});
  EXPECT_EQ(diary.digest(), empty);
}

}  // namespace
}  // namespace leasecheck::tests
