#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "leasecheck/spec/operation.hpp"

/// What happens around a repository, as far as rules 18 to 24 speak of it: workers start and stop,
/// messages are sent, arrive and are lost, work has effects. Together with operations these are the
/// stimuli of a trace: replaying them needs no generator and no seed.
namespace leasecheck::model {

/// What was deployed around the repository, as far as a rule depends on it.
struct Deployment {
  Time epoch{};       ///< true time at which the run began
  Duration grace{0};  ///< the reapers' grace window
  /// No clock is behind another by more than rule 20 allows, so that 19(b) is promised.
  bool skew_within_margin = true;
  bool operator==(const Deployment&) const = default;
};

/// How a clock differs from true time: it shows `true + offset + elapsed * drift / 1,000,000`,
/// where `elapsed` counts from true time zero of the run. Units: offset in milliseconds, drift in
/// parts per million.
struct ClockError {
  Duration offset{0};
  std::int64_t drift_ppm = 0;
  bool operator==(const ClockError&) const = default;
};

/// What a clock with this error shows at `true_time`, for a run that began at `epoch`. Saturates.
[[nodiscard]] Time shown_by(const ClockError& error, Time true_time, Time epoch);

/// The worker is up from now on and remembers nothing (rule 18, "since it last started").
struct WorkerStarted {
  Id worker;
  ClockError clock;
  bool operator==(const WorkerStarted&) const = default;
};

/// The worker crashed.
struct WorkerStopped {
  Id worker;
  bool operator==(const WorkerStopped&) const = default;
};

/// The worker stands still until it resumes; it believes what it believed, and does nothing.
struct WorkerPaused {
  Id worker;
  Duration duration{0};
  bool operator==(const WorkerPaused&) const = default;
};

/// The worker sent an ack or a release for the lease: it believes no longer (rule 18).
struct LeaseGivenUp {
  Id worker;
  Id lease_id;
  bool operator==(const LeaseGivenUp&) const = default;
};

/// The answer to operation number `call` of this run reached the worker that asked.
struct ReplyDelivered {
  Id worker;
  std::uint64_t call = 0;
  bool operator==(const ReplyDelivered&) const = default;
};

/// The request never arrived; no operation happened.
struct RequestLost {
  Id worker;
  std::string operation;
  bool operator==(const RequestLost&) const = default;
};

/// Operation number `call` happened, and its answer never reached the worker.
struct ReplyLost {
  Id worker;
  std::uint64_t call = 0;
  bool operator==(const ReplyLost&) const = default;
};

/// What the worker wrote has reached a resource outside, showing the version that operation number
/// `grant` (a claim) answered (rule 19c).
struct EffectWritten {
  Id worker;
  Id attempt_id;
  std::uint64_t grant = 0;
  /// What the worker's clock showed when it wrote, believing that it holds the attempt (rule 18);
  /// absent where that is not known, or where its job goes on without a right to.
  std::optional<Time> believed_at;
  bool operator==(const EffectWritten&) const = default;
};

/// The worker's clock was set: from now on it differs from true time like this.
struct ClockStepped {
  Id worker;
  ClockError clock;
  bool operator==(const ClockStepped&) const = default;
};

/// From now on nothing fails, and some worker and some reaper stay up (rule 24).
struct FaultsEnded {
  bool operator==(const FaultsEnded&) const = default;
};

/// The time has passed within which every attempt must be terminal (rule 24).
struct ProgressDue {
  bool operator==(const ProgressDue&) const = default;
};

using Environment =
    std::variant<WorkerStarted, WorkerStopped, WorkerPaused, LeaseGivenUp, ReplyDelivered,
                 RequestLost, ReplyLost, EffectWritten, ClockStepped, FaultsEnded, ProgressDue>;

/// The trace's name of an event: "worker_started", …
[[nodiscard]] std::string_view name_of(const Environment& event);

}  // namespace leasecheck::model
