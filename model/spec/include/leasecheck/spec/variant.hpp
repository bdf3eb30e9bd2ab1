#pragma once

#include <compare>
#include <cstdint>

/// How a repository may differ from the contract on purpose. Each switch has a rule of its own in
/// model/README.md, "Variants", under the number that stands here. The step function follows them
/// all, in every combination.
namespace leasecheck::model {

/// V1: what is dispatched first among attempts of one priority.
enum class DispatchOrder : std::uint8_t {
  ready_fifo,     ///< rule 2: by ready_at, then as enqueued
  attempt_id,     ///< by attempt_no, then by id, bytewise
  enqueue_fifo,   ///< as enqueued: what is requeued goes back to its place
  requeue_first,  ///< what was handed out before goes before what never was; then as ready_fifo
  none            ///< whatever the repository chooses
};

/// V2.
enum class Priorities : std::uint8_t { higher_first, lower_first, none };

/// V3: what enqueuing an id that is known is answered.
enum class KnownId : std::uint8_t {
  compared,  ///< rule 8: Ok if the spec is the same, otherwise `already_exists`
  refused,   ///< `already_exists`, whatever the spec
  ignored    ///< Ok, whatever the spec; the first one stays
};

/// V4: what a heartbeat does to expiry and heartbeat_at.
enum class Heartbeats : std::uint8_t {
  raise,  ///< rule 4: neither is ever lowered
  set     ///< both become what it says
};

/// V5: what becomes of a holder whose lease has expired and was not reaped.
enum class LateHolder : std::uint8_t {
  accepted,  ///< the lease stands until something takes it away
  refused    ///< `stale_lease`, from the first instant after the expiry
};

/// V6: whose ack is taken.
enum class AckHolder : std::uint8_t {
  lease_and_worker,  ///< rule 11: that of the current lease's id and worker
  lease,             ///< that of the current lease's id
  worker,            ///< that of the worker who holds the attempt, whichever lease it names
  anyone             ///< anybody's, while the attempt is held
};

/// Whether an ack means the attempt that its lease was granted for, current or not.
[[nodiscard]] constexpr bool goes_by_attempt(AckHolder holder) {
  return holder == AckHolder::worker || holder == AckHolder::anyone;
}

/// V7: what an ack is answered that was accepted before and has not been forgotten.
enum class RepeatedAck : std::uint8_t {
  same,    ///< rule 11: the same once more
  refused  ///< as any other ack that is not the holder's
};

/// V8: what an ack is answered that is not the holder's.
enum class StaleAck : std::uint8_t {
  refused,  ///< rule 11: `stale_lease`
  ignored   ///< Ok, with the attempt as it is, which is left so
};

/// The contract, unless something is set.
struct Variant {
  DispatchOrder order = DispatchOrder::ready_fifo;
  Priorities priorities = Priorities::higher_first;
  KnownId known_id = KnownId::compared;
  Heartbeats heartbeats = Heartbeats::raise;
  LateHolder late_holder = LateHolder::accepted;
  AckHolder ack_holder = AckHolder::lease_and_worker;
  RepeatedAck repeated_ack = RepeatedAck::same;
  StaleAck stale_ack = StaleAck::refused;
  auto operator<=>(const Variant&) const = default;
};

}  // namespace leasecheck::model
