#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "lease/attempt_repository.hpp"
#include "lease/observer.hpp"

/// Calls and answers as the lines of an operation log spell them, which are those of traces
/// (traces/README.md). A test holds them to the codec of traces, byte for byte.
namespace lease {

/// What is done.
struct OperationText {
  Operation operation{};
  /// When, where the arguments do not say it.
  std::optional<Time> now;
  std::string args;  ///< a JSON object
};

/// One for each method, named as it is and with its parameters.
namespace operation_text {

[[nodiscard]] OperationText list_dispatchable_attempts(Time now, std::uint64_t limit);
[[nodiscard]] OperationText upsert_lease(const AttemptId& attempt_id, const WorkerId& worker_id,
                                         Time lease_expires_at);
[[nodiscard]] OperationText heartbeat_lease(const LeaseId& lease_id, Time heartbeat_at,
                                            Time lease_expires_at);
[[nodiscard]] OperationText expire_leases_and_requeue(Time stale_before);
[[nodiscard]] OperationText latest_seq_for_run(const RunId& run_id);
[[nodiscard]] OperationText transition_timed_out_attempts(Time now);
[[nodiscard]] OperationText start_attempt(const Holder& holder, Time now);
[[nodiscard]] OperationText heartbeat_lease_with_version(const Holder& holder,
                                                         const VersionedHeartbeat& heartbeat);
[[nodiscard]] OperationText heartbeat_leases(std::span<const LeaseHeartbeat> heartbeats);
[[nodiscard]] OperationText ack_attempt(const Holder& holder, AckOutcome outcome, Time now);
[[nodiscard]] OperationText ack_attempts(std::span<const AttemptAck> acks, Time now);
[[nodiscard]] OperationText claim_attempts(const WorkerId& worker_id, std::uint64_t limit,
                                           Duration lease_ttl);
[[nodiscard]] OperationText release_lease(const Holder& holder, Time now);
[[nodiscard]] OperationText append_run_event(const Holder& holder, const NewRunEvent& event,
                                             Time now);
[[nodiscard]] OperationText get_lease(const LeaseId& lease_id);
[[nodiscard]] OperationText enqueue_attempt(const AttemptSpec& spec);
[[nodiscard]] OperationText enqueue_attempts(std::span<const AttemptSpec> specs);
[[nodiscard]] OperationText cancel_attempt(const AttemptId& attempt_id, Time now);
[[nodiscard]] OperationText list_dead_letters(std::uint64_t limit);
[[nodiscard]] OperationText replay_dead_letter(const AttemptId& attempt_id, Time now);
[[nodiscard]] OperationText get_attempt(const AttemptId& attempt_id);
[[nodiscard]] OperationText get_lease_for_attempt(const AttemptId& attempt_id);
[[nodiscard]] OperationText list_attempts(const AttemptFilter& filter,
                                          const std::optional<AttemptId>& after,
                                          std::uint64_t limit);
[[nodiscard]] OperationText prune_attempts(const PruneRange& range);
[[nodiscard]] OperationText queue_depth(Time now);
[[nodiscard]] OperationText counts_by_status();
[[nodiscard]] OperationText list_run_events(const RunId& run_id, std::uint64_t after,
                                            std::uint64_t limit);
[[nodiscard]] OperationText reset();

}  // namespace operation_text

/// `{"ok":…}`, or `{"error":…}` with the effect of what was `unavailable`. Defined for what the
/// operations above answer.
template <typename T>
[[nodiscard]] std::string answer_text(Operation operation, const Result<T>& answer);

// Lines, without their ends.

[[nodiscard]] std::string head_line(std::string_view origin);
/// `actor` is left out where it is empty.
[[nodiscard]] std::string call_line(std::uint64_t number, Time time, const std::string& actor,
                                    const OperationText& what);
[[nodiscard]] std::string return_line(std::uint64_t number, Time time, std::uint64_t call,
                                      std::string_view answer);

/// Call and return in one line, less its number and time, which are added later.
[[nodiscard]] std::string done_step(const OperationText& what, std::string_view answer);
[[nodiscard]] std::string done_line(std::uint64_t number, Time time, std::string_view step);

}  // namespace lease
