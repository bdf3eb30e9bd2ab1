#include "leasecheck/spec/operation.hpp"

#include <concepts>

namespace leasecheck::model {
namespace {

template <typename T, typename... Choices>
constexpr bool is_one_of = (std::same_as<T, Choices> || ...);

struct NameOf {
  std::string_view operator()(const Reset&) const { return "reset"; }
  std::string_view operator()(const EnqueueAttempt&) const { return "enqueue_attempt"; }
  std::string_view operator()(const ListDispatchableAttempts&) const {
    return "list_dispatchable_attempts";
  }
  std::string_view operator()(const UpsertLease&) const { return "upsert_lease"; }
  std::string_view operator()(const HeartbeatLease&) const { return "heartbeat_lease"; }
  std::string_view operator()(const HeartbeatLeaseWithVersion&) const {
    return "heartbeat_lease_with_version";
  }
  std::string_view operator()(const ExpireLeasesAndRequeue&) const {
    return "expire_leases_and_requeue";
  }
  std::string_view operator()(const TransitionTimedOutAttempts&) const {
    return "transition_timed_out_attempts";
  }
  std::string_view operator()(const LatestSeqForRun&) const { return "latest_seq_for_run"; }
  std::string_view operator()(const StartAttempt&) const { return "start_attempt"; }
  std::string_view operator()(const ReleaseLease&) const { return "release_lease"; }
  std::string_view operator()(const AckAttempt&) const { return "ack_attempt"; }
  std::string_view operator()(const AppendRunEvent&) const { return "append_run_event"; }
  std::string_view operator()(const CancelAttempt&) const { return "cancel_attempt"; }
  std::string_view operator()(const ReplayDeadLetter&) const { return "replay_dead_letter"; }
  std::string_view operator()(const ListDeadLetters&) const { return "list_dead_letters"; }
  std::string_view operator()(const GetAttempt&) const { return "get_attempt"; }
  std::string_view operator()(const GetLease&) const { return "get_lease"; }
  std::string_view operator()(const GetLeaseForAttempt&) const { return "get_lease_for_attempt"; }
  std::string_view operator()(const QueueDepth&) const { return "queue_depth"; }
  std::string_view operator()(const CountByStatus&) const { return "counts_by_status"; }
  std::string_view operator()(const ListRunEvents&) const { return "list_run_events"; }
};

}  // namespace

std::string_view name_of(const Operation& operation) {
  return std::visit(NameOf{}, operation);
}

bool can_change_state(const Operation& operation) {
  return std::visit(
      []<typename T>(const T&) {
        return !is_one_of<T, ListDispatchableAttempts, LatestSeqForRun, ListDeadLetters, GetAttempt,
                          GetLease, GetLeaseForAttempt, QueueDepth, CountByStatus, ListRunEvents>;
      },
      operation);
}

bool reads_clock(const Operation& operation) {
  return std::visit(
      []<typename T>(const T&) {
        return is_one_of<T, EnqueueAttempt, UpsertLease, ExpireLeasesAndRequeue>;
      },
      operation);
}

}  // namespace leasecheck::model
