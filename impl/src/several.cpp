#include <algorithm>

#include "stored_repository.hpp"

/// Rules 25, 26 and 28: operations on several attempts that the caller names or counts, each in one
/// transaction.
namespace lease {
namespace {

/// Rule 25: `body(item)` for each valid item, one after another.
template <typename T, typename Item, typename Body>
Results<T> each(std::span<const Item> items, Body body) {
  Results<T> results;
  results.reserve(items.size());
  for (const Item& item : items) {
    const Result<void> valid = validate(item);
    results.push_back(valid ? body(item) : std::unexpected(valid.error()));
  }
  return results;
}

/// What the valid items name, as `id_of` says.
template <typename Id, typename Item>
std::vector<Id> named_by(std::span<const Item> items, const Id& (*id_of)(const Item& item)) {
  std::vector<Id> ids;
  ids.reserve(items.size());
  for (const Item& item : items) {
    if (validate(item)) ids.push_back(id_of(item));
  }
  return ids;
}

const AttemptId& attempt_of(const AttemptSpec& spec) {
  return spec.attempt_id;
}
const LeaseId& lease_of(const LeaseHeartbeat& item) {
  return item.holder.lease_id;
}
const LeaseId& lease_of(const AttemptAck& item) {
  return item.holder.lease_id;
}

}  // namespace

Result<Results<void>> StoredRepository::enqueue_attempts(std::span<const AttemptSpec> specs) {
  if (specs.empty()) return answered_at_once<Results<void>>(Operation::enqueue_attempts);
  auto results = changing(
      Operation::enqueue_attempts, {}, [&] { return operation_text::enqueue_attempts(specs); },
      [&]() -> Result<Results<void>> {
        const Time now = read_clock();
        store().expect(named_by<AttemptId>(specs, attempt_of));
        return each<void>(specs, [&](const AttemptSpec& spec) { return enqueue(spec, now); });
      });
  if (results) bell_.ring(results->size());
  return results;
}

Result<Results<LeaseRecord>> StoredRepository::heartbeat_leases(
    std::span<const LeaseHeartbeat> heartbeats) {
  if (heartbeats.empty()) {
    return answered_at_once<Results<LeaseRecord>>(Operation::heartbeat_leases);
  }
  return changing(
      Operation::heartbeat_leases, {}, [&] { return operation_text::heartbeat_leases(heartbeats); },
      [&]() -> Result<Results<LeaseRecord>> {
        store().expect(named_by<LeaseId>(heartbeats, lease_of));
        return each<LeaseRecord>(heartbeats, [&](const LeaseHeartbeat& item) {
          return renew(item.holder, item.heartbeat);
        });
      });
}

Result<Results<AckResult>> StoredRepository::ack_attempts(std::span<const AttemptAck> acks,
                                                          Time now) {
  if (acks.empty()) return answered_at_once<Results<AckResult>>(Operation::ack_attempts);
  return changing(
      Operation::ack_attempts, {}, [&] { return operation_text::ack_attempts(acks, now); },
      [&]() -> Result<Results<AckResult>> {
        store().expect(named_by<LeaseId>(acks, lease_of));
        return each<AckResult>(acks, [&](const AttemptAck& item) {
          return acknowledge(item.holder, item.outcome, now);
        });
      });
}

Result<std::vector<Claim>> StoredRepository::claim_attempts(const WorkerId& worker_id,
                                                            std::uint64_t limit,
                                                            Duration lease_ttl) {
  const Result<void> valid = validate(worker_id);
  auto claims = changing(
      Operation::claim_attempts, valid ? validate_ttl(lease_ttl) : valid,
      [&] { return operation_text::claim_attempts(worker_id, limit, lease_ttl); },
      [&]() -> Result<std::vector<Claim>> {
        const Time now = read_clock();
        const Time expires_at = saturating_add(now, lease_ttl);
        if (expires_at <= now) {
          return failure(ErrorCode::invalid_argument, "the lease would end at the end of time");
        }
        const std::vector<Attempt*> chosen = choose_claims(now, limit);
        // Whatever becomes dispatchable does so in a later transaction, and rings after it. Where
        // something was found, it may be there again after a rollback.
        if (chosen.empty() && limit > 0) bell_.silence();
        // All of them before the first grant: an id source that throws has changed nothing.
        std::vector<Lease> leases;
        leases.reserve(chosen.size());
        for (std::size_t i = 0; i < chosen.size(); ++i) {
          leases.push_back({ids().next_lease_id(), worker_id, expires_at, now});
        }
        std::vector<Claim> claims;
        for (std::size_t i = 0; i < chosen.size(); ++i) {
          Attempt& attempt = *chosen[i];
          AttemptDispatchRecord listed = dispatch_record(attempt);
          grant(attempt, std::move(leases[i]));
          store().save(attempt);
          claims.push_back({std::move(listed), lease_record(attempt)});
        }
        return claims;
      });
  // There may be more: the next one is to look.
  if (claims && limit > 0 && claims->size() == limit) bell_.ring(1);
  return claims;
}

std::vector<Attempt*> StoredRepository::choose_claims(Time now, std::uint64_t limit) {
  return store().dispatchable(now, limit);
}

Result<std::uint64_t> StoredRepository::prune_attempts(const PruneRange& range) {
  return changing(
      Operation::prune_attempts, {}, [&] { return operation_text::prune_attempts(range); },
      [&]() -> Result<std::uint64_t> {
        const std::vector<Attempt*> finished = store().finished(range);
        for (Attempt* attempt : finished) prune(*attempt);
        return finished.size();
      });
}

void StoredRepository::prune(Attempt& attempt) {
  store().set_version_floor(std::max(store().version_floor(), attempt.version));
  store().erase(attempt);
}

}  // namespace lease
