#include "leasecheck/spec/records.hpp"

#include <utility>

namespace leasecheck::model {

bool is_terminal(Status status) {
  return status == Status::completed || status == Status::failed || status == Status::cancelled;
}

bool holds_lease(Status status) {
  return status == Status::leased || status == Status::running;
}

std::string_view word(Status value) {
  switch (value) {
    case Status::queued:
      return "queued";
    case Status::leased:
      return "leased";
    case Status::running:
      return "running";
    case Status::retry_backoff:
      return "retry_backoff";
    case Status::completed:
      return "completed";
    case Status::failed:
      return "failed";
    case Status::cancelled:
      return "cancelled";
  }
  std::unreachable();
}

std::string_view word(OnTimeout value) {
  switch (value) {
    case OnTimeout::retry:
      return "retry";
    case OnTimeout::fail:
      return "fail";
    case OnTimeout::cancel:
      return "cancel";
  }
  std::unreachable();
}

std::string_view word(BackoffStrategy value) {
  switch (value) {
    case BackoffStrategy::fixed:
      return "fixed";
    case BackoffStrategy::exponential:
      return "exponential";
  }
  std::unreachable();
}

std::string_view word(AckOutcome value) {
  switch (value) {
    case AckOutcome::completed:
      return "completed";
    case AckOutcome::failed:
      return "failed";
    case AckOutcome::cancelled:
      return "cancelled";
  }
  std::unreachable();
}

std::string_view word(DeadLetterReason value) {
  switch (value) {
    case DeadLetterReason::failed:
      return "failed";
    case DeadLetterReason::timed_out:
      return "timed_out";
    case DeadLetterReason::delivery_exhausted:
      return "delivery_exhausted";
  }
  std::unreachable();
}

}  // namespace leasecheck::model
