#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "leasecheck/spec/records.hpp"

/// The operations of the contract as values. One struct per operation, named as the contract names
/// the method, with its arguments less `now`: that one is `Action::now` for every operation, except
/// where the contract passes the time of a question as an argument (`at`).
namespace leasecheck::model {

/// Empties the repository. Lease ids used before it are not used again.
struct Reset {
  bool operator==(const Reset&) const = default;
};

/// Rule 8.
struct EnqueueAttempt {
  AttemptSpec spec;
  bool operator==(const EnqueueAttempt&) const = default;
};

/// Rules 1 and 2.
struct ListDispatchableAttempts {
  Time at{};
  std::uint64_t limit = 0;
  bool operator==(const ListDispatchableAttempts&) const = default;
};

/// Rule 3.
struct UpsertLease {
  Id attempt_id;
  Id worker_id;
  Time lease_expires_at{};
  bool operator==(const UpsertLease&) const = default;
};

/// Rule 4.
struct HeartbeatLease {
  Id lease_id;
  Time heartbeat_at{};
  Time lease_expires_at{};
  bool operator==(const HeartbeatLease&) const = default;
};

/// Rule 10.
struct HeartbeatLeaseWithVersion {
  Id lease_id;
  Id worker_id;
  std::uint64_t expected_version = 0;
  Time heartbeat_at{};
  Time lease_expires_at{};
  bool operator==(const HeartbeatLeaseWithVersion&) const = default;
};

/// Rule 5.
struct ExpireLeasesAndRequeue {
  Time stale_before{};
  bool operator==(const ExpireLeasesAndRequeue&) const = default;
};

/// Rule 7.
struct TransitionTimedOutAttempts {
  Time at{};
  bool operator==(const TransitionTimedOutAttempts&) const = default;
};

/// Rule 6.
struct LatestSeqForRun {
  Id run_id;
  bool operator==(const LatestSeqForRun&) const = default;
};

/// Rule 9.
struct StartAttempt {
  Id lease_id;
  Id worker_id;
  bool operator==(const StartAttempt&) const = default;
};

/// Rule 12.
struct ReleaseLease {
  Id lease_id;
  Id worker_id;
  bool operator==(const ReleaseLease&) const = default;
};

/// Rule 11.
struct AckAttempt {
  Id lease_id;
  Id worker_id;
  AckOutcome outcome = AckOutcome::completed;
  bool operator==(const AckAttempt&) const = default;
};

/// Rule 13. `payload` is the text of one JSON value.
struct AppendRunEvent {
  Id lease_id;
  Id worker_id;
  Id kind;
  std::string payload;
  bool operator==(const AppendRunEvent&) const = default;
};

/// Rule 12.
struct CancelAttempt {
  Id attempt_id;
  bool operator==(const CancelAttempt&) const = default;
};

/// Rule 14.
struct ReplayDeadLetter {
  Id attempt_id;
  bool operator==(const ReplayDeadLetter&) const = default;
};

/// Rule 14.
struct ListDeadLetters {
  std::uint64_t limit = 0;
  bool operator==(const ListDeadLetters&) const = default;
};

/// Rule 15, as are all that follow.
struct GetAttempt {
  Id attempt_id;
  bool operator==(const GetAttempt&) const = default;
};

struct GetLease {
  Id lease_id;
  bool operator==(const GetLease&) const = default;
};

struct GetLeaseForAttempt {
  Id attempt_id;
  bool operator==(const GetLeaseForAttempt&) const = default;
};

struct QueueDepth {
  Time at{};
  bool operator==(const QueueDepth&) const = default;
};

struct CountByStatus {
  bool operator==(const CountByStatus&) const = default;
};

/// The events of a run with a sequence above `after`, in order, at most `limit`.
struct ListRunEvents {
  Id run_id;
  std::uint64_t after = 0;
  std::uint64_t limit = 0;
  bool operator==(const ListRunEvents&) const = default;
};

/// Rule 25: each item is the enqueue of its own.
struct EnqueueAttempts {
  std::vector<AttemptSpec> attempts;
  bool operator==(const EnqueueAttempts&) const = default;
};

/// Rule 25: each item is the heartbeat of its own.
struct HeartbeatLeases {
  std::vector<HeartbeatLeaseWithVersion> heartbeats;
  bool operator==(const HeartbeatLeases&) const = default;
};

/// Rule 25: each item is the ack of its own.
struct AckAttempts {
  std::vector<AckAttempt> acks;
  bool operator==(const AckAttempts&) const = default;
};

/// Rule 26.
struct ClaimAttempts {
  Id worker_id;
  std::uint64_t limit = 0;
  Duration lease_ttl{0};
  bool operator==(const ClaimAttempts&) const = default;
};

/// Rule 28.
struct PruneAttempts {
  Time finished_before{};
  std::uint64_t limit = 0;
  bool with_dead_letters = false;
  bool operator==(const PruneAttempts&) const = default;
};

/// Rule 29: the attempts after `after` that match every filter that is given, at most `limit`.
struct ListAttempts {
  std::optional<Status> status;
  std::optional<Id> run_id;
  std::optional<Id> worker_id;  ///< of the current lease
  std::optional<Id> tenant_id;
  std::optional<Id> after;
  std::uint64_t limit = 0;
  bool operator==(const ListAttempts&) const = default;
};

using Operation =
    std::variant<Reset, EnqueueAttempt, ListDispatchableAttempts, UpsertLease, HeartbeatLease,
                 HeartbeatLeaseWithVersion, ExpireLeasesAndRequeue, TransitionTimedOutAttempts,
                 LatestSeqForRun, StartAttempt, ReleaseLease, AckAttempt, AppendRunEvent,
                 CancelAttempt, ReplayDeadLetter, ListDeadLetters, GetAttempt, GetLease,
                 GetLeaseForAttempt, QueueDepth, CountByStatus, ListRunEvents, EnqueueAttempts,
                 HeartbeatLeases, AckAttempts, ClaimAttempts, PruneAttempts, ListAttempts>;

/// An operation at its time: "repository now" where the contract reads the clock, `now` where it
/// passes one. Operations that neither read nor take a time ignore it.
struct Action {
  Time now{};
  Operation operation;
  bool operator==(const Action&) const = default;
};

/// The contract's name of an operation: "upsert_lease", "counts_by_status", …
[[nodiscard]] std::string_view name_of(const Operation& operation);

/// Whether the operation can change a repository; the others only read.
[[nodiscard]] bool can_change_state(const Operation& operation);

/// Whether the operation reads the injected clock, exactly once ("repository now"): enqueue,
/// claim and reap; of those that take several items, only if there is one. Every other operation
/// reads no clock at all.
[[nodiscard]] bool reads_clock(const Operation& operation);

}  // namespace leasecheck::model
