#pragma once

#include <array>
#include <cstdint>

#include "leasecheck/spec/records.hpp"
#include "model/system/options.hpp"

/// The searched world as one small value: the repository's attempts, workers with what they
/// believe, messages in flight. What the repository does with an operation is not said here but in
/// model/spec alone: see `Repository`.
///
/// Three things that grow for ever in a real system are kept only as far as they can still matter
/// (`World::normalise`), so that the state space is finite:
///
/// - **Times** are relative to now, in milliseconds, and stop falling at a bound below which every
///   comparison that is still to come has the same result. Each stored time is compared with clocks
///   only, which never go back, or with another time by max; both give the same for all times at or
///   below the bound, now and after any further wait. So two states that differ only there have the
///   same futures. The bounds: an expiry in a row, where every reaper would take it; in a worker's
///   mind or a message, where its clock says that it is over; a deadline, where every reaper would
///   act on it; the end of a backoff and the next heartbeat, now.
/// - **Leases** of one attempt are numbered in the order of granting, among those that the row, the
///   remembered ack, a worker, a message or the resource still refers to. Operations compare lease
///   ids for equality only; the resource compares their order.
/// - **Versions** likewise, by rank: they are compared, and raised above all there are.
namespace leasecheck::system {

/// Milliseconds from now; negative for the past.
using Relative = std::int32_t;

/// The number of a lease among those of its attempt; 0 is none.
using LeaseNumber = std::uint8_t;

/// The rules that a transition can break, under the names of the properties that watch real
/// repositories, in the order in which a broken rule is named if one step breaks several.
enum class Broken : std::uint8_t {
  nothing,
  no_double_lease_rows,
  no_stale_effect,
  terminal_is_final,
  holder_only,
  never_early,
  expiry_never_lowered,
  monotonic_versions,
  requeue_after_grace,
  timeouts,
  retry_budget,
  nothing_lost,
  count,  ///< How many there are; none of them.
};

struct AttemptState {
  model::Status status = model::Status::queued;
  std::uint8_t attempt_no = 1;
  std::uint8_t deliveries = 0;  ///< Counted up to the budget for them, where there is one.
  std::uint8_t version = 0;
  LeaseNumber leases = 0;   ///< The highest number given so far.
  LeaseNumber lease = 0;    ///< The current one.
  std::uint8_t holder = 0;  ///< Of the current lease, or who sent the remembered ack.
  LeaseNumber acked = 0;    ///< The lease of the remembered ack (rule 11).
  model::AckOutcome acked_as = model::AckOutcome::completed;
  Relative expires = 0;
  Relative due = 0;  ///< The execution deadline of a lease, or the end of a backoff.
  /// The resource outside: the highest version it was shown, and the lease that showed it.
  std::uint8_t seen_version = 0;
  LeaseNumber seen_lease = 0;
  auto operator<=>(const AttemptState&) const = default;
};

struct WorkerState {
  enum class Phase : std::uint8_t {
    idle,
    holding,    ///< It was granted `lease` and was neither told that it is over nor gave it up.
    finishing,  ///< It sent an ack and was not answered yet.
  };

  bool is_up = true;
  bool is_behind = false;  ///< Its clock, by the skew.
  bool awaits = false;     ///< The reply to its one request.
  Phase phase = Phase::idle;
  std::uint8_t attempt = 0;
  LeaseNumber lease = 0;
  std::uint8_t version = 0;  ///< Of the grant, which it shows to resources.
  model::AckOutcome outcome = model::AckOutcome::completed;
  Relative expires = 0;  ///< The largest that was acknowledged to it (rule 18).
  Relative deadline = 0;
  Relative next_heartbeat = 0;
  auto operator<=>(const WorkerState&) const = default;
};

struct Message {
  enum class Kind : std::uint8_t {
    none,
    claim,
    heartbeat,
    ack,
    granted,
    refreshed,
    over,  ///< A refusal, or the answer to an ack: the worker is done with the lease.
  };

  Kind kind = Kind::none;
  std::uint8_t worker = 0;
  std::uint8_t attempt = 0;
  LeaseNumber lease = 0;
  /// Whether the worker still waits. Where it does not, a reply would be thrown away on arrival;
  /// such replies are not kept.
  bool awaited = false;
  model::AckOutcome outcome = model::AckOutcome::completed;
  std::uint8_t version = 0;
  Relative expires = 0;
  Relative deadline = 0;
  auto operator<=>(const Message&) const = default;

  [[nodiscard]] bool is_request() const {
    return kind == Kind::claim || kind == Kind::heartbeat || kind == Kind::ack;
  }
  [[nodiscard]] bool carries_expiry() const {
    return kind == Kind::heartbeat || kind == Kind::refreshed || kind == Kind::granted;
  }
  [[nodiscard]] bool is_reply() const { return kind != Kind::none && !is_request(); }
};

/// A state of the searched world. Only the first `workers`, `attempts` … of each are used.
struct State {
  std::array<AttemptState, most_attempts> attempts{};
  std::array<WorkerState, most_workers> workers{};
  std::array<Message, most_messages> messages{};  ///< Descending, so that empty places are last.
  std::uint16_t phase = 0;                        ///< Of now, among the instants.
  bool is_calm = false;                           ///< Faults have stopped.
  Broken broken = Broken::nothing;
  auto operator<=>(const State&) const = default;
};

/// One thing that happens.
struct Action {
  enum class Kind : std::uint8_t {
    wait,
    claim,
    heartbeat,
    ack,
    repeat_ack,  ///< After the first was not answered.
    abandon,     ///< The worker no longer believes and drops the lease.
    give_up,     ///< The worker waits no longer for a reply.
    crash,
    restart,
    write_effect,
    serve,    ///< A request arrives, and the repository carries it out.
    deliver,  ///< A reply arrives.
    lose,
    duplicate,
    reap,
    time_out,
    calm,  ///< Faults stop.
  };

  Kind kind = Kind::wait;
  std::uint8_t worker = 0;
  std::uint8_t attempt = 0;
  std::uint8_t message = 0;  ///< Its place among the messages.
  std::uint8_t reaper = 0;
  model::AckOutcome outcome = model::AckOutcome::completed;
  Relative duration = 0;
  bool operator==(const Action&) const = default;
};

}  // namespace leasecheck::system
