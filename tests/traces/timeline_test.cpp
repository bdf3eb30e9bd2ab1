// What a trace says of what lasts: who was up, what stood by whose word, which status an attempt
// had.
#include "traces/timeline.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "traces/reader.hpp"

namespace leasecheck::tests {
namespace {

/// Makes a trace of lines, numbering the steps. `{}` of a line is where the number stands.
class Lines {
 public:
  Lines& event(std::int64_t t, const std::string& op, const std::string& args) {
    return add(fmt::format(R"("t":{},"actor":"env","op":"{}","args":{{{}}})", t, op, args));
  }

  Lines& call(std::int64_t t, const std::string& actor, std::int64_t now, const std::string& op,
              const std::string& args) {
    return add(fmt::format(
        R"("t":{},"actor":"{}","clock":{},"op":"{}","now":{},"args":{{{}}},"phase":"call")", t,
        actor, now, op, now, args));
  }

  /// The answer to the call just before it.
  Lines& answer(std::int64_t t, const std::string& ret, const std::string& delta = "") {
    const std::string changes =
        delta.empty() ? "" : fmt::format(R"(,"delta":{{{}}},"post":"00000000000000aa")", delta);
    return add(
        fmt::format(R"("t":{},"of":{},"phase":"return","ret":{}{})", t, steps_, ret, changes));
  }

  Lines& enqueue() {
    call(0, "producer", 0, "enqueue_attempt",
         R"("attempt_id":"a1","run_id":"r1","priority":0,"on_timeout":"retry")");
    return answer(0, R"({"ok":{}})", R"("a1.status":"queued")");
  }

  /// w1 claims a1 at 1000 until 11000 and is told so.
  Lines& claim() {
    call(1000, "w1", 1000, "upsert_lease",
         R"("attempt_id":"a1","worker_id":"w1","lease_expires_at":11000)");
    answer(
        1000,
        R"({"ok":{"lease_id":"L1","attempt_id":"a1","worker_id":"w1","lease_expires_at":11000,"heartbeat_at":1000,"version":1}})",
        R"("L1.lease_expires_at":11000,"a1.status":"leased")");
    return event(1100, "reply_delivered", fmt::format(R"("worker":"w1","call":{})", steps_ - 1));
  }

  Lines& reap(std::int64_t t) {
    call(t, "reaper1", t, "expire_leases_and_requeue", fmt::format(R"("stale_before":{})", t));
    return answer(t, R"({"ok":{"count":1}})", R"("L1":null,"a1.status":"queued")");
  }

  [[nodiscard]] traces::Timeline read() const {
    const std::string text =
        R"({"k":"head","schema":1,"model":"lease-2","config":{"epoch":0,"grace":5000,"skew_within_margin":1},"seed":"1","origin":"test","backend":"memory"})"
        "\n" +
        lines_ + R"({"k":"verdict","result":"held"})" + "\n";
    const auto trace = traces::read_text(text, "test");
    EXPECT_TRUE(trace) << trace.error().message;
    return traces::timeline_of(*trace);
  }

 private:
  Lines& add(const std::string& rest) {
    lines_ += fmt::format(R"({{"k":"step","i":{},{}}})"
                          "\n",
                          ++steps_, rest);
    return *this;
  }

  std::string lines_;
  std::uint64_t steps_ = 0;
};

std::int64_t ms(model::Time time) {
  return time.time_since_epoch().count();
}

constexpr const char* exact = R"("worker":"w1","clock_offset":0,"clock_drift_ppm":0)";

TEST(Timeline, TellsTheThreeStrengthsOfALeaseApart) {
  const traces::Timeline line =
      Lines().event(0, "worker_started", exact).enqueue().claim().reap(20'000).read();
  ASSERT_EQ(line.leases.size(), 1U);
  const traces::LeaseSpans& lease = line.leases[0];
  EXPECT_EQ(ms(lease.granted.from), 1000);
  EXPECT_EQ(ms(lease.granted.to), 11'000) << "until it expires";
  EXPECT_EQ(ms(lease.enforced.to), 20'000) << "until the reaper takes the row";
  ASSERT_EQ(lease.believed.size(), 1U);
  EXPECT_EQ(ms(lease.believed[0].from), 1100) << "from the answer's arrival";
  EXPECT_EQ(ms(lease.believed[0].to), 11'000);
}

TEST(Timeline, AWorkerBelievesByItsOwnClock) {
  const traces::Timeline line =
      Lines()
          .event(0, "worker_started", R"("worker":"w1","clock_offset":-3000,"clock_drift_ppm":0)")
          .enqueue()
          .claim()
          .reap(20'000)
          .read();
  ASSERT_EQ(line.leases.size(), 1U);
  ASSERT_EQ(line.leases[0].believed.size(), 1U);
  EXPECT_EQ(ms(line.leases[0].believed[0].to), 14'000) << "its clock is 3 s slow";
  EXPECT_EQ(ms(line.leases[0].granted.to), 11'000);
}

TEST(Timeline, ALostAnswerMakesNobodyBelieve) {
  Lines lines;
  lines.event(0, "worker_started", exact).enqueue();
  lines.call(1000, "w1", 1000, "upsert_lease",
             R"("attempt_id":"a1","worker_id":"w1","lease_expires_at":11000)");
  lines.answer(
      1000,
      R"({"ok":{"lease_id":"L1","attempt_id":"a1","worker_id":"w1","lease_expires_at":11000,"heartbeat_at":1000,"version":1}})",
      R"("L1.lease_expires_at":11000,"a1.status":"leased")");
  const traces::Timeline line = lines.reap(20'000).read();
  ASSERT_EQ(line.leases.size(), 1U);
  EXPECT_TRUE(line.leases[0].believed.empty());
}

TEST(Timeline, ACrashEndsWhatAWorkerBelieves) {
  const traces::Timeline line = Lines()
                                    .event(0, "worker_started", exact)
                                    .enqueue()
                                    .claim()
                                    .event(4000, "worker_stopped", R"("worker":"w1")")
                                    .reap(20'000)
                                    .read();
  ASSERT_EQ(line.leases.size(), 1U);
  ASSERT_EQ(line.leases[0].believed.size(), 1U);
  EXPECT_EQ(ms(line.leases[0].believed[0].to), 4000);
  ASSERT_FALSE(line.lanes.empty());
  ASSERT_EQ(line.lanes[0].up.size(), 1U);
  EXPECT_EQ(ms(line.lanes[0].up[0].to), 4000);
}

TEST(Timeline, GivingALeaseUpEndsTheBeliefBeforeTheLease) {
  const traces::Timeline line =
      Lines()
          .event(0, "worker_started", exact)
          .enqueue()
          .claim()
          .event(3000, "lease_given_up", R"("worker":"w1","lease_id":"L1")")
          .reap(20'000)
          .read();
  ASSERT_EQ(line.leases.size(), 1U);
  ASSERT_EQ(line.leases[0].believed.size(), 1U);
  EXPECT_EQ(ms(line.leases[0].believed[0].to), 3000);
}

TEST(Timeline, WhatNothingEndsLastsToTheEnd) {
  const traces::Timeline line = Lines().event(0, "worker_started", exact).enqueue().claim().read();
  ASSERT_EQ(line.leases.size(), 1U);
  EXPECT_EQ(line.leases[0].enforced.to, line.end);
  EXPECT_EQ(line.leases[0].enforced.last_step, 0U);
  EXPECT_EQ(ms(line.end), 1100);
}

TEST(Timeline, FollowsTheStatusOfAnAttempt) {
  const traces::Timeline line =
      Lines().event(0, "worker_started", exact).enqueue().claim().reap(20'000).read();
  std::vector<std::string> statuses;
  for (const traces::StatusSpan& span : line.statuses) statuses.push_back(span.status);
  EXPECT_EQ(statuses, (std::vector<std::string>{"queued", "leased", "queued"}));
  EXPECT_EQ(ms(line.statuses[1].span.from), 1000);
  EXPECT_EQ(ms(line.statuses[1].span.to), 20'000);
}

TEST(Timeline, WorkersComeFirst) {
  const traces::Timeline line =
      Lines().enqueue().event(500, "worker_started", exact).claim().reap(20'000).read();
  std::vector<std::string> actors;
  for (const traces::Lane& lane : line.lanes) actors.push_back(lane.actor);
  EXPECT_EQ(actors, (std::vector<std::string>{"w1", "producer", "reaper1"}));
}

TEST(Timeline, AnEmptyTraceHasNothing) {
  const traces::Timeline line = Lines().read();
  EXPECT_TRUE(line.lanes.empty());
  EXPECT_TRUE(line.leases.empty());
  EXPECT_EQ(line.begin, line.end);
}

}  // namespace
}  // namespace leasecheck::tests
