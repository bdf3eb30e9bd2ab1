#include "leasecheck/spec/operation_case.hpp"

#include <utility>
#include <variant>

#include "leasecheck/spec/operation_traits.hpp"

namespace leasecheck::model {
namespace {

std::string_view case_of_end(std::string_view retried, std::string_view exhausted, Status after) {
  return after == Status::retry_backoff ? retried : exhausted;
}

std::string_view case_of_timeout(OnTimeout on_timeout, Status after) {
  switch (on_timeout) {
    case OnTimeout::retry:
      return case_of_end("retry, retries left", "retry, no retries left", after);
    case OnTimeout::fail:
      return "fail";
    case OnTimeout::cancel:
      return "cancel";
  }
  std::unreachable();
}

// What the item said follows from what became of its attempt.
std::string_view case_of_ack(Status after) {
  if (after == Status::completed) return word(AckOutcome::completed);
  if (after == Status::cancelled) return word(AckOutcome::cancelled);
  return case_of_end("failed, retries left", "failed, no retries left", after);
}

}  // namespace

std::string_view mover_of(const Operation& operation) {
  if (std::holds_alternative<EnqueueAttempts>(operation)) return name_of(EnqueueAttempt{});
  if (std::holds_alternative<ClaimAttempts>(operation)) return name_of(UpsertLease{});
  if (std::holds_alternative<HeartbeatLeases>(operation)) {
    return name_of(HeartbeatLeaseWithVersion{});
  }
  if (std::holds_alternative<AckAttempts>(operation)) return name_of(AckAttempt{});
  return name_of(operation);
}

std::string_view case_of(const Operation& operation, OnTimeout on_timeout, Status after) {
  if (const auto* ack = std::get_if<AckAttempt>(&operation)) {
    if (ack->outcome != AckOutcome::failed) return word(ack->outcome);
    return case_of_end("failed, retries left", "failed, no retries left", after);
  }
  if (std::holds_alternative<AckAttempts>(operation)) return case_of_ack(after);
  if (std::holds_alternative<TransitionTimedOutAttempts>(operation)) {
    return case_of_timeout(on_timeout, after);
  }
  if (std::holds_alternative<ExpireLeasesAndRequeue>(operation)) {
    return after == Status::failed ? "deliveries exhausted" : "deliveries left";
  }
  if (std::holds_alternative<PruneAttempts>(operation)) {
    return after == Status::failed ? "dead letters too" : "";
  }
  return "";
}

std::string move_name(std::string_view from, std::string_view to, std::string_view operation,
                      std::string_view which_case) {
  std::string name;
  name.append(from).append(" to ").append(to).append(" by ").append(operation);
  if (!which_case.empty()) name.append(" [").append(which_case).append("]");
  return name;
}

}  // namespace leasecheck::model
