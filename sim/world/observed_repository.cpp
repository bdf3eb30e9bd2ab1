#include "sim/world/observed_repository.hpp"

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

}  // namespace

lease::Result<std::vector<lease::AttemptDispatchRecord>>
ObservedRepository::list_dispatchable_attempts(lease::Time now, std::uint64_t limit) {
  return operate<std::vector<model::DispatchRecord>>(
      model::ListDispatchableAttempts{.at = now, .limit = limit}, [](const auto& records) {
        std::vector<lease::AttemptDispatchRecord> converted;
        for (const model::DispatchRecord& record : records) converted.push_back(to_lease(record));
        return converted;
      });
}

lease::Result<lease::LeaseRecord> ObservedRepository::upsert_lease(
    const lease::AttemptId& attempt_id, const lease::WorkerId& worker_id,
    lease::Time lease_expires_at) {
  return operate<model::LeaseRecord>(
      model::UpsertLease{.attempt_id = attempt_id.str(),
                         .worker_id = worker_id.str(),
                         .lease_expires_at = lease_expires_at},
      [](const model::LeaseRecord& record) { return to_lease(record); });
}

lease::Result<void> ObservedRepository::heartbeat_lease(const lease::LeaseId& lease_id,
                                                        lease::Time heartbeat_at,
                                                        lease::Time lease_expires_at) {
  return operate<model::Done>(model::HeartbeatLease{.lease_id = lease_id.str(),
                                                    .heartbeat_at = heartbeat_at,
                                                    .lease_expires_at = lease_expires_at},
                              [](const model::Done&) {});
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

}  // namespace leasecheck::sim
