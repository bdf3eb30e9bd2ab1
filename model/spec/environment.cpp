#include "leasecheck/spec/environment.hpp"

namespace leasecheck::model {
namespace {

struct NameOfEvent {
  std::string_view operator()(const WorkerStarted&) const { return "worker_started"; }
  std::string_view operator()(const WorkerStopped&) const { return "worker_stopped"; }
  std::string_view operator()(const WorkerPaused&) const { return "worker_paused"; }
  std::string_view operator()(const LeaseGivenUp&) const { return "lease_given_up"; }
  std::string_view operator()(const ReplyDelivered&) const { return "reply_delivered"; }
  std::string_view operator()(const RequestLost&) const { return "request_lost"; }
  std::string_view operator()(const ReplyLost&) const { return "reply_lost"; }
  std::string_view operator()(const EffectWritten&) const { return "effect_written"; }
  std::string_view operator()(const ClockStepped&) const { return "clock_stepped"; }
  std::string_view operator()(const FaultsEnded&) const { return "faults_ended"; }
  std::string_view operator()(const ProgressDue&) const { return "progress_due"; }
};

/// `elapsed * drift / 1,000,000`, towards zero. Whole millions of milliseconds are multiplied apart
/// from the rest, so that the product stays exact over any run of any length a clock can show.
Duration drift_over(Duration elapsed, std::int64_t drift_ppm) {
  constexpr std::int64_t million = 1'000'000;
  const Duration whole = saturating_multiply(elapsed / million, drift_ppm);
  const Duration rest = saturating_multiply(elapsed % million, drift_ppm) / million;
  return saturating_add(Time{whole}, rest).time_since_epoch();
}

}  // namespace

Time shown_by(const ClockError& error, Time true_time, Time epoch) {
  // A run lasts less than the range of time, and saturates beyond it, like every sum of times.
  const Duration since_epoch = saturating_multiply(epoch.time_since_epoch(), -1);
  const Duration elapsed = saturating_add(true_time, since_epoch).time_since_epoch();
  const Time without_drift = saturating_add(true_time, error.offset);
  return saturating_add(without_drift, drift_over(elapsed, error.drift_ppm));
}

std::string_view name_of(const Environment& event) {
  return std::visit(NameOfEvent{}, event);
}

}  // namespace leasecheck::model
