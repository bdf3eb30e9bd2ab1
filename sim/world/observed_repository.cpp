#include "sim/world/observed_repository.hpp"

#include <limits>
#include <utility>

#include "sim/check.hpp"
#include "sim/subject/convert.hpp"

namespace leasecheck::sim {

ObservedRepository::ObservedRepository(Referee& referee, std::string actor,
                                       const SkewedClock& actor_clock,
                                       const SkewedClock& repository_clock)
    : referee_(referee),
      actor_(std::move(actor)),
      actor_clock_(actor_clock),
      repository_clock_(repository_clock) {}

// The answer, converted to what production code expects of the operation, or its error.
template <typename Expected, typename Convert>
auto ObservedRepository::operate(model::Operation operation, Convert convert)
    -> lease::Result<std::invoke_result_t<Convert, const Expected&>> {
  auto result =
      referee_.operate({.actor = actor_, .clock = actor_clock_.shows()},
                       {.now = repository_clock_.shows(), .operation = std::move(operation)});
  last_ = result ? std::optional(*std::move(result)) : std::nullopt;
  if (!last_) {
    return std::unexpected(lease::Error(lease::ErrorCode::unavailable, "no call was made"));
  }
  if (!last_->outcome) {
    return std::unexpected(
        lease::Error(to_lease(last_->outcome.error()), "answered by the subject"));
  }
  const auto* answer = std::get_if<Expected>(&*last_->outcome);
  check(answer != nullptr, "an answer of another operation's shape");
  if constexpr (std::is_void_v<std::invoke_result_t<Convert, const Expected&>>) {
    return {};
  } else {
    return convert(*answer);
  }
}

namespace {

constexpr auto value_of = [](const auto& number) { return number.value; };
constexpr auto nothing = [](const model::Done&) {};
constexpr auto converted = [](const auto& value) { return to_lease(value); };
constexpr auto converted_if_any = [](const std::optional<model::LeaseRecord>& record) {
  return record ? std::optional(to_lease(*record)) : std::nullopt;
};

/// Rule 25: what each of several items was answered.
constexpr auto each_converted = []<typename Value>(const model::ItemResults<Value>& items) {
  lease::Results<decltype(to_lease(*items.front().ok))> results;
  for (const model::ItemResult<Value>& item : items) {
    if (item.ok) {
      results.emplace_back(to_lease(*item.ok));
    } else {
      results.emplace_back(std::unexpect, to_lease(item.error->code), "answered by the subject");
    }
  }
  return results;
};

}  // namespace

lease::Result<std::vector<lease::AttemptDispatchRecord>>
ObservedRepository::list_dispatchable_attempts(lease::Time now, std::uint64_t limit) {
  return operate<std::vector<model::DispatchRecord>>(
      model::ListDispatchableAttempts{.at = now, .limit = limit}, converted);
}

lease::Result<lease::LeaseRecord> ObservedRepository::upsert_lease(
    const lease::AttemptId& attempt_id, const lease::WorkerId& worker_id,
    lease::Time lease_expires_at) {
  return operate<model::LeaseRecord>(model::UpsertLease{.attempt_id = attempt_id.str(),
                                                        .worker_id = worker_id.str(),
                                                        .lease_expires_at = lease_expires_at},
                                     converted);
}

lease::Result<void> ObservedRepository::heartbeat_lease(const lease::LeaseId& lease_id,
                                                        lease::Time heartbeat_at,
                                                        lease::Time lease_expires_at) {
  return operate<model::Done>(model::HeartbeatLease{.lease_id = lease_id.str(),
                                                    .heartbeat_at = heartbeat_at,
                                                    .lease_expires_at = lease_expires_at},
                              nothing);
}

lease::Result<std::uint64_t> ObservedRepository::expire_leases_and_requeue(
    lease::Time stale_before) {
  return operate<model::Count>(model::ExpireLeasesAndRequeue{.stale_before = stale_before},
                               value_of);
}

lease::Result<std::uint64_t> ObservedRepository::latest_seq_for_run(const lease::RunId& run_id) {
  return operate<model::Sequence>(model::LatestSeqForRun{.run_id = run_id.str()}, value_of);
}

lease::Result<std::uint64_t> ObservedRepository::transition_timed_out_attempts(lease::Time now) {
  auto answered = operate<model::Count>(model::TransitionTimedOutAttempts{.at = now}, value_of);
  // As a repository that inherits the method answers, so that those who tick it go on to the reap.
  if (!referee_.profile().offers("transition_timed_out_attempts")) return std::uint64_t{0};
  return answered;
}

lease::Result<void> ObservedRepository::start_attempt(const lease::Holder& holder, lease::Time) {
  return operate<model::Done>(
      model::StartAttempt{.lease_id = holder.lease_id.str(), .worker_id = holder.worker_id.str()},
      nothing);
}

lease::Result<lease::LeaseRecord> ObservedRepository::heartbeat_lease_with_version(
    const lease::Holder& holder, const lease::VersionedHeartbeat& heartbeat) {
  return operate<model::LeaseRecord>(to_model(lease::LeaseHeartbeat{holder, heartbeat}), converted);
}

lease::Result<lease::AckResult> ObservedRepository::ack_attempt(const lease::Holder& holder,
                                                                lease::AckOutcome outcome,
                                                                lease::Time) {
  return operate<model::AckResult>(to_model(lease::AttemptAck{holder, outcome}), converted);
}

lease::Result<void> ObservedRepository::release_lease(const lease::Holder& holder, lease::Time) {
  return operate<model::Done>(
      model::ReleaseLease{.lease_id = holder.lease_id.str(), .worker_id = holder.worker_id.str()},
      nothing);
}

lease::Result<std::uint64_t> ObservedRepository::append_run_event(const lease::Holder& holder,
                                                                  const lease::NewRunEvent& event,
                                                                  lease::Time) {
  return operate<model::Sequence>(model::AppendRunEvent{.lease_id = holder.lease_id.str(),
                                                        .worker_id = holder.worker_id.str(),
                                                        .kind = event.kind,
                                                        .payload = event.payload},
                                  value_of);
}

lease::Result<std::vector<lease::Claim>> ObservedRepository::claim_attempts(
    const lease::WorkerId& worker_id, std::uint64_t limit, lease::Duration lease_ttl) {
  return operate<std::vector<model::Claim>>(
      model::ClaimAttempts{.worker_id = worker_id.str(), .limit = limit, .lease_ttl = lease_ttl},
      converted);
}

lease::Result<lease::Results<lease::LeaseRecord>> ObservedRepository::heartbeat_leases(
    std::span<const lease::LeaseHeartbeat> heartbeats) {
  model::HeartbeatLeases several;
  for (const auto& item : heartbeats) several.heartbeats.push_back(to_model(item));
  return operate<model::ItemResults<model::LeaseRecord>>(std::move(several), each_converted);
}

lease::Result<lease::Results<lease::AckResult>> ObservedRepository::ack_attempts(
    std::span<const lease::AttemptAck> acks, lease::Time) {
  model::AckAttempts several;
  for (const auto& item : acks) several.acks.push_back(to_model(item));
  return operate<model::ItemResults<model::AckResult>>(std::move(several), each_converted);
}

lease::Result<std::optional<lease::LeaseRecord>> ObservedRepository::get_lease(
    const lease::LeaseId& lease_id) {
  return operate<std::optional<model::LeaseRecord>>(model::GetLease{.lease_id = lease_id.str()},
                                                    converted_if_any);
}

lease::Result<std::vector<lease::AttemptRecord>> ObservedRepository::list_attempts_of(
    const lease::WorkerId& worker_id) {
  model::ListAttempts own;
  own.worker_id = worker_id.str();
  own.limit = std::numeric_limits<std::uint64_t>::max();
  return operate<std::vector<model::AttemptRecord>>(std::move(own), converted);
}

lease::Result<std::optional<lease::LeaseRecord>> ObservedRepository::get_lease_for_attempt(
    const lease::AttemptId& attempt_id) {
  return operate<std::optional<model::LeaseRecord>>(
      model::GetLeaseForAttempt{.attempt_id = attempt_id.str()}, converted_if_any);
}

}  // namespace leasecheck::sim
