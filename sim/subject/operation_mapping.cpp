#include "sim/subject/operation_mapping.hpp"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "sim/subject/convert.hpp"

namespace leasecheck::sim {
namespace {

model::Answer answer(model::Answer value) {
  return value;
}

/// The value of a call, or the class of its error; what else is said of the error goes to `reply`.
template <typename T, typename Convert>
model::Outcome outcome_of(lease::Result<T> result, Reply& reply, Convert convert) {
  if (!result) {
    reply.message = std::move(result.error().message);
    reply.effect_unknown = result.error().effect == lease::Effect::unknown;
    return std::unexpected(to_model(result.error().code));
  }
  if constexpr (std::is_void_v<T>) {
    return answer(convert());
  } else {
    return answer(convert(*std::move(result)));
  }
}

constexpr auto done = [] { return model::Done{}; };
constexpr auto count = [](std::uint64_t value) { return model::Count{value}; };
constexpr auto sequence = [](std::uint64_t value) { return model::Sequence{value}; };
constexpr auto converted = [](const auto& value) { return to_model(value); };

/// Rule 25: what each of several items was answered.
template <typename T, typename Convert>
auto each_of(const lease::Results<T>& results, Convert convert) {
  const auto ok = [&](const lease::Result<T>& result) {
    if constexpr (std::is_void_v<T>) {
      return convert();
    } else {
      return convert(*result);
    }
  };
  model::ItemResults<decltype(ok(results.front()))> converted_results;
  for (const lease::Result<T>& result : results) {
    auto& item = converted_results.emplace_back();
    if (result) {
      item.ok = ok(result);
    } else {
      item.error = model::Refusal{to_model(result.error().code)};
    }
  }
  return converted_results;
}

/// Brings `rows`, converted from `before`, up to `now`.
/// Returns: whether any row is different.
template <typename To, typename From, typename Convert>
bool update(std::vector<To>& rows, const std::vector<From>& before, const std::vector<From>& now,
            Convert convert) {
  bool changed = rows.size() != now.size();
  rows.resize(now.size());
  for (std::size_t i = 0; i < now.size(); ++i) {
    if (i < before.size() && before[i] == now[i]) continue;
    To row = convert(now[i]);
    changed |= row != rows[i];
    rows[i] = std::move(row);
  }
  return changed;
}

/// One operation of the model as one call of the repository.
class Mapping {
 public:
  Mapping(lease::AttemptRepository& repository, Handles& handles, lease::Time now, Reply& reply)
      : repository_(repository), handles_(handles), now_(now), reply_(reply) {}

  model::Outcome operator()(const model::Reset&) {
    return outcome_of(repository_.reset(), reply_, done);
  }

  model::Outcome operator()(const model::EnqueueAttempt& operation) {
    return outcome_of(repository_.enqueue_attempt(to_lease(operation.spec)), reply_, done);
  }

  model::Outcome operator()(const model::ListDispatchableAttempts& operation) {
    return outcome_of(repository_.list_dispatchable_attempts(operation.at, operation.limit), reply_,
                      converted);
  }

  model::Outcome operator()(const model::UpsertLease& operation) {
    return outcome_of(
        repository_.upsert_lease(lease::AttemptId(operation.attempt_id),
                                 lease::WorkerId(operation.worker_id), operation.lease_expires_at),
        reply_, [this](const lease::LeaseRecord& record) {
          handles_.issue(record.lease_id.str());
          return with_handle(record);
        });
  }

  model::Outcome operator()(const model::HeartbeatLease& operation) {
    return outcome_of(
        repository_.heartbeat_lease(lease::LeaseId(handles_.id_of(operation.lease_id)),
                                    operation.heartbeat_at, operation.lease_expires_at),
        reply_, done);
  }

  model::Outcome operator()(const model::HeartbeatLeaseWithVersion& operation) {
    return outcome_of(
        repository_.heartbeat_lease_with_version(holder(operation), heartbeat(operation)), reply_,
        [this](const lease::LeaseRecord& record) { return with_handle(record); });
  }

  model::Outcome operator()(const model::ExpireLeasesAndRequeue& operation) {
    return outcome_of(repository_.expire_leases_and_requeue(operation.stale_before), reply_, count);
  }

  model::Outcome operator()(const model::TransitionTimedOutAttempts& operation) {
    return outcome_of(repository_.transition_timed_out_attempts(operation.at), reply_, count);
  }

  model::Outcome operator()(const model::LatestSeqForRun& operation) {
    return outcome_of(repository_.latest_seq_for_run(lease::RunId(operation.run_id)), reply_,
                      sequence);
  }

  model::Outcome operator()(const model::StartAttempt& operation) {
    return outcome_of(repository_.start_attempt(holder(operation), now_), reply_, done);
  }

  model::Outcome operator()(const model::ReleaseLease& operation) {
    return outcome_of(repository_.release_lease(holder(operation), now_), reply_, done);
  }

  model::Outcome operator()(const model::AckAttempt& operation) {
    return outcome_of(repository_.ack_attempt(holder(operation), to_lease(operation.outcome), now_),
                      reply_, converted);
  }

  model::Outcome operator()(const model::AppendRunEvent& operation) {
    return outcome_of(
        repository_.append_run_event(holder(operation),
                                     {.kind = operation.kind, .payload = operation.payload}, now_),
        reply_, sequence);
  }

  model::Outcome operator()(const model::CancelAttempt& operation) {
    return outcome_of(repository_.cancel_attempt(lease::AttemptId(operation.attempt_id), now_),
                      reply_, done);
  }

  model::Outcome operator()(const model::ReplayDeadLetter& operation) {
    return outcome_of(repository_.replay_dead_letter(lease::AttemptId(operation.attempt_id), now_),
                      reply_, done);
  }

  model::Outcome operator()(const model::ListDeadLetters& operation) {
    return outcome_of(repository_.list_dead_letters(operation.limit), reply_, converted);
  }

  model::Outcome operator()(const model::GetAttempt& operation) {
    return outcome_of(repository_.get_attempt(lease::AttemptId(operation.attempt_id)), reply_,
                      converted);
  }

  model::Outcome operator()(const model::GetLease& operation) {
    return outcome_of(repository_.get_lease(lease::LeaseId(handles_.id_of(operation.lease_id))),
                      reply_, [this](const auto& record) { return with_handle(record); });
  }

  model::Outcome operator()(const model::GetLeaseForAttempt& operation) {
    return outcome_of(repository_.get_lease_for_attempt(lease::AttemptId(operation.attempt_id)),
                      reply_, [this](const auto& record) { return with_handle(record); });
  }

  model::Outcome operator()(const model::QueueDepth& operation) {
    return outcome_of(repository_.queue_depth(operation.at), reply_, count);
  }

  model::Outcome operator()(const model::CountByStatus&) {
    return outcome_of(repository_.counts_by_status(), reply_, converted);
  }

  model::Outcome operator()(const model::ListRunEvents& operation) {
    return outcome_of(repository_.list_run_events(lease::RunId(operation.run_id), operation.after,
                                                  operation.limit),
                      reply_, converted);
  }

  model::Outcome operator()(const model::EnqueueAttempts& operation) {
    std::vector<lease::AttemptSpec> specs;
    for (const model::AttemptSpec& spec : operation.attempts) specs.push_back(to_lease(spec));
    return outcome_of(repository_.enqueue_attempts(specs), reply_,
                      [](const auto& results) { return each_of(results, done); });
  }

  model::Outcome operator()(const model::HeartbeatLeases& operation) {
    std::vector<lease::LeaseHeartbeat> heartbeats;
    for (const model::HeartbeatLeaseWithVersion& item : operation.heartbeats) {
      heartbeats.push_back({.holder = holder(item), .heartbeat = heartbeat(item)});
    }
    return outcome_of(
        repository_.heartbeat_leases(heartbeats), reply_, [this](const auto& results) {
          return each_of(results,
                         [this](const lease::LeaseRecord& record) { return with_handle(record); });
        });
  }

  model::Outcome operator()(const model::AckAttempts& operation) {
    std::vector<lease::AttemptAck> acks;
    for (const model::AckAttempt& item : operation.acks) {
      acks.push_back({.holder = holder(item), .outcome = to_lease(item.outcome)});
    }
    return outcome_of(repository_.ack_attempts(acks, now_), reply_,
                      [](const auto& results) { return each_of(results, converted); });
  }

  model::Outcome operator()(const model::ClaimAttempts& operation) {
    return outcome_of(repository_.claim_attempts(lease::WorkerId(operation.worker_id),
                                                 operation.limit, operation.lease_ttl),
                      reply_, [this](const std::vector<lease::Claim>& claims) {
                        std::vector<model::Claim> shown;
                        for (const lease::Claim& claim : claims) {
                          handles_.issue(claim.lease.lease_id.str());
                          shown.push_back({to_model(claim.attempt), with_handle(claim.lease)});
                        }
                        return shown;
                      });
  }

  model::Outcome operator()(const model::PruneAttempts& operation) {
    return outcome_of(
        repository_.prune_attempts({.finished_before = operation.finished_before,
                                    .limit = operation.limit,
                                    .with_dead_letters = operation.with_dead_letters}),
        reply_, count);
  }

  model::Outcome operator()(const model::ListAttempts& operation) {
    std::optional<lease::AttemptId> after;
    if (operation.after) after = lease::AttemptId(*operation.after);
    return outcome_of(repository_.list_attempts(to_lease(operation), after, operation.limit),
                      reply_, converted);
  }

 private:
  template <typename HolderOperation>
  lease::Holder holder(const HolderOperation& operation) const {
    return {.lease_id = lease::LeaseId(handles_.id_of(operation.lease_id)),
            .worker_id = lease::WorkerId(operation.worker_id)};
  }

  static lease::VersionedHeartbeat heartbeat(const model::HeartbeatLeaseWithVersion& operation) {
    return {.expected_version = operation.expected_version,
            .heartbeat_at = operation.heartbeat_at,
            .lease_expires_at = operation.lease_expires_at};
  }

  model::LeaseRecord with_handle(const lease::LeaseRecord& record) const {
    model::LeaseRecord converted_record = to_model(record);
    converted_record.lease_id = handles_.handle_of(record.lease_id.str());
    return converted_record;
  }

  std::optional<model::LeaseRecord> with_handle(
      const std::optional<lease::LeaseRecord>& record) const {
    if (!record) return std::nullopt;
    return with_handle(*record);
  }

  lease::AttemptRepository& repository_;
  Handles& handles_;
  lease::Time now_;
  Reply& reply_;
};

}  // namespace

Reply carry_out(lease::AttemptRepository& repository, Handles& handles,
                const model::Action& action) {
  Reply reply;
  reply.outcome = std::visit(Mapping(repository, handles, action.now, reply), action.operation);
  return reply;
}

lease::Result<model::Snapshot> snapshot_of(lease::AttemptRepository& repository,
                                           const Handles& handles) {
  model::Snapshot seen;
  if (auto taken = Mirror().refresh(repository, handles, seen); !taken) {
    return std::unexpected(std::move(taken.error()));
  }
  return seen;
}

lease::Result<bool> Mirror::refresh(lease::AttemptRepository& repository, const Handles& handles,
                                    model::Snapshot& seen) {
  lease::Result<lease::Snapshot> taken = repository.snapshot();
  if (!taken) return std::unexpected(std::move(taken.error()));
  if (seen == model::Snapshot{}) held_ = {};
  bool changed = update(seen.attempts, held_.attempts, taken->attempts, converted);
  changed |= update(seen.dead_letters, held_.dead_letters, taken->dead_letters, converted);
  changed |= update(seen.runs, held_.runs, taken->runs, converted);
  changed |= std::exchange(seen.version_floor, taken->version_floor) != taken->version_floor;
  if (!is_final_) held_.leases.clear();
  const auto with_handle = [&handles](const lease::LeaseRecord& record) {
    model::LeaseRecord shown = to_model(record);
    shown.lease_id = handles.handle_of(record.lease_id.str());
    return shown;
  };
  changed |= update(seen.leases, held_.leases, taken->leases, with_handle);
  is_final_ = std::ranges::all_of(taken->leases, [&handles](const lease::LeaseRecord& record) {
    return handles.is_issued(record.lease_id.str());
  });
  held_ = *std::move(taken);
  return changed;
}

}  // namespace leasecheck::sim
