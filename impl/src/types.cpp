#include "lease/types.hpp"

#include <utility>

namespace lease {

std::string_view to_string(Status status) {
  switch (status) {
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

std::string_view to_string(OnTimeout on_timeout) {
  switch (on_timeout) {
    case OnTimeout::retry:
      return "retry";
    case OnTimeout::fail:
      return "fail";
    case OnTimeout::cancel:
      return "cancel";
  }
  std::unreachable();
}

std::string_view to_string(BackoffStrategy strategy) {
  switch (strategy) {
    case BackoffStrategy::fixed:
      return "fixed";
    case BackoffStrategy::exponential:
      return "exponential";
  }
  std::unreachable();
}

std::string_view to_string(AckOutcome outcome) {
  switch (outcome) {
    case AckOutcome::completed:
      return "completed";
    case AckOutcome::failed:
      return "failed";
    case AckOutcome::cancelled:
      return "cancelled";
  }
  std::unreachable();
}

std::string_view to_string(DeadLetterReason reason) {
  switch (reason) {
    case DeadLetterReason::failed:
      return "failed";
    case DeadLetterReason::timed_out:
      return "timed_out";
    case DeadLetterReason::delivery_exhausted:
      return "delivery_exhausted";
  }
  std::unreachable();
}

}  // namespace lease
