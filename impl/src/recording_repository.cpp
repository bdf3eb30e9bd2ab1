#include "lease/recording_repository.hpp"

#include <utility>

#include "operation_text.hpp"

namespace lease {

RecordingRepository::RecordingRepository(AttemptRepository& repository, OperationLog& log,
                                         std::string actor)
    : repository_(repository), log_(log), actor_(std::move(actor)) {}

// What has happened is answered, whatever becomes of its line.
template <typename Call>
std::invoke_result_t<Call> RecordingRepository::recorded(const OperationText& what, Call call) {
  const Result<std::uint64_t> number = log_.call(actor_, what);
  if (!number) return std::unexpected(number.error());
  auto answer = call();
  log_.answer(*number, [&] { return answer_text(what.operation, answer); });
  return answer;
}

Result<std::vector<AttemptDispatchRecord>> RecordingRepository::list_dispatchable_attempts(
    Time now, std::uint64_t limit) {
  return recorded(operation_text::list_dispatchable_attempts(now, limit),
                  [&] { return repository_.list_dispatchable_attempts(now, limit); });
}

Result<LeaseRecord> RecordingRepository::upsert_lease(const AttemptId& attempt_id,
                                                      const WorkerId& worker_id,
                                                      Time lease_expires_at) {
  return recorded(operation_text::upsert_lease(attempt_id, worker_id, lease_expires_at), [&] {
    return repository_.upsert_lease(attempt_id, worker_id, lease_expires_at);
  });
}

Result<void> RecordingRepository::heartbeat_lease(const LeaseId& lease_id, Time heartbeat_at,
                                                  Time lease_expires_at) {
  return recorded(operation_text::heartbeat_lease(lease_id, heartbeat_at, lease_expires_at), [&] {
    return repository_.heartbeat_lease(lease_id, heartbeat_at, lease_expires_at);
  });
}

Result<std::uint64_t> RecordingRepository::expire_leases_and_requeue(Time stale_before) {
  return recorded(operation_text::expire_leases_and_requeue(stale_before),
                  [&] { return repository_.expire_leases_and_requeue(stale_before); });
}

Result<std::uint64_t> RecordingRepository::latest_seq_for_run(const RunId& run_id) {
  return recorded(operation_text::latest_seq_for_run(run_id),
                  [&] { return repository_.latest_seq_for_run(run_id); });
}

Result<std::uint64_t> RecordingRepository::transition_timed_out_attempts(Time now) {
  return recorded(operation_text::transition_timed_out_attempts(now),
                  [&] { return repository_.transition_timed_out_attempts(now); });
}

Result<void> RecordingRepository::start_attempt(const Holder& holder, Time now) {
  return recorded(operation_text::start_attempt(holder, now),
                  [&] { return repository_.start_attempt(holder, now); });
}

Result<LeaseRecord> RecordingRepository::heartbeat_lease_with_version(
    const Holder& holder, const VersionedHeartbeat& heartbeat) {
  return recorded(operation_text::heartbeat_lease_with_version(holder, heartbeat),
                  [&] { return repository_.heartbeat_lease_with_version(holder, heartbeat); });
}

Result<AckResult> RecordingRepository::ack_attempt(const Holder& holder, AckOutcome outcome,
                                                   Time now) {
  return recorded(operation_text::ack_attempt(holder, outcome, now),
                  [&] { return repository_.ack_attempt(holder, outcome, now); });
}

Result<void> RecordingRepository::release_lease(const Holder& holder, Time now) {
  return recorded(operation_text::release_lease(holder, now),
                  [&] { return repository_.release_lease(holder, now); });
}

Result<std::uint64_t> RecordingRepository::append_run_event(const Holder& holder,
                                                            const NewRunEvent& event, Time now) {
  return recorded(operation_text::append_run_event(holder, event, now),
                  [&] { return repository_.append_run_event(holder, event, now); });
}

Result<std::vector<Claim>> RecordingRepository::claim_attempts(const WorkerId& worker_id,
                                                               std::uint64_t limit,
                                                               Duration lease_ttl) {
  return recorded(operation_text::claim_attempts(worker_id, limit, lease_ttl),
                  [&] { return repository_.claim_attempts(worker_id, limit, lease_ttl); });
}

Result<Results<LeaseRecord>> RecordingRepository::heartbeat_leases(
    std::span<const LeaseHeartbeat> heartbeats) {
  return recorded(operation_text::heartbeat_leases(heartbeats),
                  [&] { return repository_.heartbeat_leases(heartbeats); });
}

Result<Results<AckResult>> RecordingRepository::ack_attempts(std::span<const AttemptAck> acks,
                                                             Time now) {
  return recorded(operation_text::ack_attempts(acks, now),
                  [&] { return repository_.ack_attempts(acks, now); });
}

Result<std::optional<LeaseRecord>> RecordingRepository::get_lease(const LeaseId& lease_id) {
  return recorded(operation_text::get_lease(lease_id),
                  [&] { return repository_.get_lease(lease_id); });
}

Result<void> RecordingRepository::enqueue_attempt(const AttemptSpec& spec) {
  return recorded(operation_text::enqueue_attempt(spec),
                  [&] { return repository_.enqueue_attempt(spec); });
}

Result<Results<void>> RecordingRepository::enqueue_attempts(std::span<const AttemptSpec> specs) {
  return recorded(operation_text::enqueue_attempts(specs),
                  [&] { return repository_.enqueue_attempts(specs); });
}

Result<void> RecordingRepository::cancel_attempt(const AttemptId& attempt_id, Time now) {
  return recorded(operation_text::cancel_attempt(attempt_id, now),
                  [&] { return repository_.cancel_attempt(attempt_id, now); });
}

Result<std::vector<DeadLetter>> RecordingRepository::list_dead_letters(std::uint64_t limit) {
  return recorded(operation_text::list_dead_letters(limit),
                  [&] { return repository_.list_dead_letters(limit); });
}

Result<void> RecordingRepository::replay_dead_letter(const AttemptId& attempt_id, Time now) {
  return recorded(operation_text::replay_dead_letter(attempt_id, now),
                  [&] { return repository_.replay_dead_letter(attempt_id, now); });
}

Result<AttemptRecord> RecordingRepository::get_attempt(const AttemptId& attempt_id) {
  return recorded(operation_text::get_attempt(attempt_id),
                  [&] { return repository_.get_attempt(attempt_id); });
}

Result<std::optional<LeaseRecord>> RecordingRepository::get_lease_for_attempt(
    const AttemptId& attempt_id) {
  return recorded(operation_text::get_lease_for_attempt(attempt_id),
                  [&] { return repository_.get_lease_for_attempt(attempt_id); });
}

Result<std::vector<AttemptRecord>> RecordingRepository::list_attempts(
    const AttemptFilter& filter, const std::optional<AttemptId>& after, std::uint64_t limit) {
  return recorded(operation_text::list_attempts(filter, after, limit),
                  [&] { return repository_.list_attempts(filter, after, limit); });
}

Result<std::uint64_t> RecordingRepository::prune_attempts(const PruneRange& range) {
  return recorded(operation_text::prune_attempts(range),
                  [&] { return repository_.prune_attempts(range); });
}

Result<std::uint64_t> RecordingRepository::queue_depth(Time now) {
  return recorded(operation_text::queue_depth(now), [&] { return repository_.queue_depth(now); });
}

Result<CountsByStatus> RecordingRepository::counts_by_status() {
  return recorded(operation_text::counts_by_status(),
                  [&] { return repository_.counts_by_status(); });
}

Result<std::vector<RunEvent>> RecordingRepository::list_run_events(const RunId& run_id,
                                                                   std::uint64_t after,
                                                                   std::uint64_t limit) {
  return recorded(operation_text::list_run_events(run_id, after, limit),
                  [&] { return repository_.list_run_events(run_id, after, limit); });
}

Result<Snapshot> RecordingRepository::snapshot() {
  return repository_.snapshot();
}

Result<void> RecordingRepository::reset() {
  return recorded(operation_text::reset(), [&] { return repository_.reset(); });
}

bool RecordingRepository::wait_for_work(std::stop_token stop, Duration timeout) {
  return repository_.wait_for_work(std::move(stop), timeout);
}

bool RecordingRepository::is_durable() const {
  return repository_.is_durable();
}

}  // namespace lease
