#pragma once

#include <string>
#include <type_traits>

#include "lease/attempt_repository.hpp"
#include "lease/operation_log.hpp"

namespace lease {

/// Any repository, with a log of what is done through this object: each call is written before it
/// is made, and its answer before the caller gets it. It answers what the repository answers.
///
/// - A call that cannot be written is not made: it is `unavailable`, without effect. An answer that
///   cannot be written is given all the same (`OperationLog::unwritten_answers`).
/// - The time of a call is the one that it passes. What the repository's own clock showed is not
///   known here, and left out.
/// - `snapshot`, `wait_for_work` and `is_durable` are handed on and not written.
/// - An argument that is no enumerator is written as its number, which no reader takes.
/// - What others do with the same storage is not seen. Let each of them have a log, or let SQLite
///   keep one (`SqliteOptions::record_operations`).
///
/// Thread: any, several at a time, as the repository allows.
/// Complexity: that of the repository, and two writes to the log, O(length of the lines).
class RecordingRepository final : public AttemptRepository {
 public:
  /// Both must outlive it. Several may share a log, for instance one for each worker: `actor` says
  /// in each line who has called, and is left out if it is empty.
  RecordingRepository(AttemptRepository& repository, OperationLog& log, std::string actor = "");

  Result<std::vector<AttemptDispatchRecord>> list_dispatchable_attempts(
      Time now, std::uint64_t limit) override;
  Result<LeaseRecord> upsert_lease(const AttemptId& attempt_id, const WorkerId& worker_id,
                                   Time lease_expires_at) override;
  Result<void> heartbeat_lease(const LeaseId& lease_id, Time heartbeat_at,
                               Time lease_expires_at) override;
  Result<std::uint64_t> expire_leases_and_requeue(Time stale_before) override;
  Result<std::uint64_t> latest_seq_for_run(const RunId& run_id) override;
  Result<std::uint64_t> transition_timed_out_attempts(Time now) override;

  Result<void> start_attempt(const Holder& holder, Time now) override;
  Result<LeaseRecord> heartbeat_lease_with_version(const Holder& holder,
                                                   const VersionedHeartbeat& heartbeat) override;
  Result<AckResult> ack_attempt(const Holder& holder, AckOutcome outcome, Time now) override;
  Result<void> release_lease(const Holder& holder, Time now) override;
  Result<std::uint64_t> append_run_event(const Holder& holder, const NewRunEvent& event,
                                         Time now) override;
  Result<std::vector<Claim>> claim_attempts(const WorkerId& worker_id, std::uint64_t limit,
                                            Duration lease_ttl) override;
  Result<Results<LeaseRecord>> heartbeat_leases(
      std::span<const LeaseHeartbeat> heartbeats) override;
  Result<Results<AckResult>> ack_attempts(std::span<const AttemptAck> acks, Time now) override;
  Result<std::optional<LeaseRecord>> get_lease(const LeaseId& lease_id) override;

  Result<void> enqueue_attempt(const AttemptSpec& spec) override;
  Result<Results<void>> enqueue_attempts(std::span<const AttemptSpec> specs) override;
  Result<void> cancel_attempt(const AttemptId& attempt_id, Time now) override;
  Result<std::vector<DeadLetter>> list_dead_letters(std::uint64_t limit) override;
  Result<void> replay_dead_letter(const AttemptId& attempt_id, Time now) override;
  Result<AttemptRecord> get_attempt(const AttemptId& attempt_id) override;
  Result<std::optional<LeaseRecord>> get_lease_for_attempt(const AttemptId& attempt_id) override;
  Result<std::vector<AttemptRecord>> list_attempts(const AttemptFilter& filter,
                                                   const std::optional<AttemptId>& after,
                                                   std::uint64_t limit) override;
  Result<std::uint64_t> prune_attempts(const PruneRange& range) override;
  Result<std::uint64_t> queue_depth(Time now) override;
  Result<CountsByStatus> counts_by_status() override;
  Result<std::vector<RunEvent>> list_run_events(const RunId& run_id, std::uint64_t after,
                                                std::uint64_t limit) override;
  Result<Snapshot> snapshot() override;
  Result<void> reset() override;
  [[nodiscard]] bool wait_for_work(std::stop_token stop, Duration timeout) override;
  [[nodiscard]] bool is_durable() const override;

 private:
  /// Makes a call of the repository between its two lines.
  template <typename Call>
  std::invoke_result_t<Call> recorded(const OperationText& what, Call call);

  AttemptRepository& repository_;
  OperationLog& log_;
  std::string actor_;
};

}  // namespace lease
