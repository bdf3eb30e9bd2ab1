#pragma once

#include "lease/attempt_repository.hpp"
#include "leasecheck/spec/operation.hpp"
#include "leasecheck/spec/outcome.hpp"

/// The two vocabularies, side by side: the model's records and the production library's. They share
/// no type on purpose, so that one mistake cannot hide in both; this is the one place where they
/// meet. Ids are carried over as they are: handles are the subject's business.
namespace leasecheck::sim {

[[nodiscard]] lease::AttemptSpec to_lease(const model::AttemptSpec& spec);
[[nodiscard]] lease::LeaseRecord to_lease(const model::LeaseRecord& record);
[[nodiscard]] lease::AttemptDispatchRecord to_lease(const model::DispatchRecord& record);
[[nodiscard]] lease::AttemptRecord to_lease(const model::AttemptRecord& record);
[[nodiscard]] lease::AckOutcome to_lease(model::AckOutcome outcome);
[[nodiscard]] lease::AckResult to_lease(const model::AckResult& result);
[[nodiscard]] lease::Claim to_lease(const model::Claim& claim);
[[nodiscard]] lease::AttemptFilter to_lease(const model::ListAttempts& filter);
[[nodiscard]] lease::ErrorCode to_lease(model::ErrorCode code);

[[nodiscard]] model::LeaseRecord to_model(const lease::LeaseRecord& record);
[[nodiscard]] model::DispatchRecord to_model(const lease::AttemptDispatchRecord& record);
[[nodiscard]] model::AttemptRecord to_model(const lease::AttemptRecord& record);
[[nodiscard]] model::DeadLetter to_model(const lease::DeadLetter& letter);
[[nodiscard]] model::RunEvent to_model(const lease::RunEvent& event);
[[nodiscard]] model::AckResult to_model(const lease::AckResult& result);
[[nodiscard]] model::RunRecord to_model(const lease::RunRecord& run);
[[nodiscard]] model::AckOutcome to_model(lease::AckOutcome outcome);
[[nodiscard]] model::AckAttempt to_model(const lease::AttemptAck& ack);
[[nodiscard]] model::HeartbeatLeaseWithVersion to_model(const lease::LeaseHeartbeat& heartbeat);
[[nodiscard]] model::ErrorCode to_model(lease::ErrorCode code);
[[nodiscard]] model::CountsByStatus to_model(const lease::CountsByStatus& counts);

template <typename T>
[[nodiscard]] auto to_model(const std::vector<T>& values) {
  std::vector<decltype(to_model(values.front()))> converted;
  converted.reserve(values.size());
  for (const T& value : values) converted.push_back(to_model(value));
  return converted;
}

template <typename T>
[[nodiscard]] auto to_lease(const std::vector<T>& values) {
  std::vector<decltype(to_lease(values.front()))> converted;
  converted.reserve(values.size());
  for (const T& value : values) converted.push_back(to_lease(value));
  return converted;
}

}  // namespace leasecheck::sim
