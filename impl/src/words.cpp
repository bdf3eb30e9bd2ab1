#include "lease/words.hpp"

#include <string>
#include <utility>

#include "lease/result.hpp"
#include "lease/types.hpp"

namespace lease {
namespace {

std::string padded(std::int64_t number, std::size_t width) {
  const std::string digits = std::to_string(number);
  return std::string(width - digits.size(), '0') + digits;
}

}  // namespace

std::string to_string(Time time) {
  using namespace std::chrono;
  const std::string count = std::to_string(time.time_since_epoch().count()) + " ms";
  if (time < sys_days(year(0) / 1 / 1) || time >= sys_days(year(10'000) / 1 / 1)) return count;
  const auto midnight = floor<days>(time);
  const year_month_day date(midnight);
  const hh_mm_ss clock(time - midnight);
  return padded(int(date.year()), 4) + "-" + padded(unsigned(date.month()), 2) + "-" +
         padded(unsigned(date.day()), 2) + "T" + padded(clock.hours().count(), 2) + ":" +
         padded(clock.minutes().count(), 2) + ":" + padded(clock.seconds().count(), 2) + "." +
         padded(clock.subseconds().count(), 3) + "Z";
}

std::string_view to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_argument:
      return "invalid_argument";
    case ErrorCode::not_found:
      return "not_found";
    case ErrorCode::stale_lease:
      return "stale_lease";
    case ErrorCode::not_dispatchable:
      return "not_dispatchable";
    case ErrorCode::already_exists:
      return "already_exists";
    case ErrorCode::unavailable:
      return "unavailable";
    case ErrorCode::corrupt:
      return "corrupt";
  }
  std::unreachable();
}

std::string_view to_string(Effect effect) {
  switch (effect) {
    case Effect::none:
      return "none";
    case Effect::unknown:
      return "unknown";
  }
  std::unreachable();
}

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
