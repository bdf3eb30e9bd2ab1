#include "observation.hpp"

#include <array>

#include "machine.hpp"

namespace lease {

std::string_view to_string(Operation operation) {
  static constexpr auto names = std::to_array<std::string_view>({
      "list_dispatchable_attempts",
      "upsert_lease",
      "heartbeat_lease",
      "expire_leases_and_requeue",
      "latest_seq_for_run",
      "transition_timed_out_attempts",
      "start_attempt",
      "heartbeat_lease_with_version",
      "heartbeat_leases",
      "ack_attempt",
      "ack_attempts",
      "claim_attempts",
      "release_lease",
      "append_run_event",
      "get_lease",
      "enqueue_attempt",
      "enqueue_attempts",
      "cancel_attempt",
      "list_dead_letters",
      "replay_dead_letter",
      "get_attempt",
      "get_lease_for_attempt",
      "list_attempts",
      "prune_attempts",
      "queue_depth",
      "counts_by_status",
      "list_run_events",
      "snapshot",
      "reset",
  });
  static_assert(names.size() == operation_count);
  return names.at(static_cast<std::size_t>(operation));
}

Observation::Observation(Observer& observer, Operation operation)
    : observer_(observer), began_(fine_uptime()) {
  report_.operation = operation;
  report_.has_thrown = true;
}

Observation::~Observation() {
  report_.duration = fine_uptime() - began_;
  report_.group_size = transaction_.operations;
  if (!report_.error && !report_.has_thrown) tell_of_attempts();
  tell_of_storage();
  tell(&Observer::operation_ended, report_);
}

void Observation::begin() {
  ended_leases_.clear();
  dead_letters_.clear();
}

void Observation::tell_of_attempts() {
  for (const auto& [telling, lease] : ended_leases_) tell(telling, lease);
  for (const DeadLetter& letter : dead_letters_) tell(&Observer::dead_letter_added, letter);
}

void Observation::tell_of_storage() {
  const StorageEvents& events = transaction_.events;
  if (events.retries > 0) tell(&Observer::transaction_retried, events.retries);
  if (events.written_back_log_pages > 0) {
    tell(&Observer::log_written_back, events.written_back_log_pages);
  }
  // What is left comes last: a part of the log may have been written back.
  if (events.pinned_log_pages) tell(&Observer::log_is_pinned, *events.pinned_log_pages);
}

template <typename... Parameters, typename... Arguments>
void Observation::tell(void (Observer::*telling)(Parameters...),
                       const Arguments&... arguments) noexcept {
  try {
    (observer_.*telling)(arguments...);
  } catch (...) {
  }
}

}  // namespace lease
