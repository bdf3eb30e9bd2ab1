// The model's words and the library's are the same words.

#include "sim/subject/convert.hpp"

#include <gtest/gtest.h>

namespace leasecheck::sim {
namespace {

template <class Enumeration>
std::vector<Enumeration> all_up_to(Enumeration last) {
  std::vector<Enumeration> all;
  for (int i = 0; i <= static_cast<int>(last); ++i) all.push_back(static_cast<Enumeration>(i));
  return all;
}

TEST(Convert, KeepsTheWordOfEveryError) {
  for (const model::ErrorCode code : all_up_to(model::ErrorCode::corrupt)) {
    EXPECT_EQ(lease::to_string(to_lease(code)), model::word(code));
    EXPECT_EQ(to_model(to_lease(code)), code);
  }
}

TEST(Convert, BringsEveryStatusBackAsItWas) {
  for (const model::Status status : all_up_to(model::Status::cancelled)) {
    model::DispatchRecord record;
    record.status = status;
    EXPECT_EQ(to_model(to_lease(record)), record);
  }
}

TEST(Convert, BringsEveryAckBackAsItWas) {
  for (const model::AckOutcome outcome : all_up_to(model::AckOutcome::cancelled)) {
    const lease::AttemptAck ack{.holder = {lease::LeaseId("L1"), lease::WorkerId("w1")},
                                .outcome = to_lease(outcome)};
    const model::AckAttempt expected{.lease_id = "L1", .worker_id = "w1", .outcome = outcome};
    EXPECT_EQ(to_model(ack), expected);
  }
  const model::AckResult result{
      .status = model::Status::retry_backoff, .attempt_no = 2, .retry_at = model::at_ms(7)};
  EXPECT_EQ(to_model(to_lease(result)), result);
}

TEST(Convert, BringsAnAttemptBackAsItWas) {
  const model::AttemptRecord record{.attempt_id = "a1",
                                    .run_id = "r1",
                                    .attempt_no = 2,
                                    .status = model::Status::running,
                                    .priority = -3,
                                    .ready_at = model::at_ms(4),
                                    .retry_at = model::at_ms(5),
                                    .started_at = model::at_ms(6),
                                    .delivery_count = 7,
                                    .version = 8,
                                    .finished_at = model::at_ms(9)};
  EXPECT_EQ(to_model(to_lease(record)), record);
}

TEST(Convert, NamesTheHolderAndTheTimesOfAHeartbeat) {
  const lease::LeaseHeartbeat heartbeat{.holder = {lease::LeaseId("L1"), lease::WorkerId("w1")},
                                        .heartbeat = {.expected_version = 3,
                                                      .heartbeat_at = model::at_ms(4),
                                                      .lease_expires_at = model::at_ms(5)}};
  const model::HeartbeatLeaseWithVersion expected{.lease_id = "L1",
                                                  .worker_id = "w1",
                                                  .expected_version = 3,
                                                  .heartbeat_at = model::at_ms(4),
                                                  .lease_expires_at = model::at_ms(5)};
  EXPECT_EQ(to_model(heartbeat), expected);
}

TEST(Convert, CountsEachStatusUnderItsOwnName) {
  lease::CountsByStatus counts{};
  counts.count[static_cast<std::size_t>(lease::Status::retry_backoff)] = 3;
  counts.count[static_cast<std::size_t>(lease::Status::cancelled)] = 5;
  const model::CountsByStatus converted = to_model(counts);
  EXPECT_EQ(converted.count[static_cast<std::size_t>(model::Status::retry_backoff)], 3U);
  EXPECT_EQ(converted.count[static_cast<std::size_t>(model::Status::cancelled)], 5U);
}

}  // namespace
}  // namespace leasecheck::sim
