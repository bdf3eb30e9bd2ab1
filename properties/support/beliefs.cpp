#include "properties/support/beliefs.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "properties/support/observation.hpp"
#include "properties/support/snapshot_diff.hpp"

namespace leasecheck::properties {

void Beliefs::after(const Operated& operated) {
  if (is_refused_with(operated, model::ErrorCode::stale_lease)) {
    remember_stale(operated);
  } else if (const auto* claim = accepted<model::UpsertLease>(operated)) {
    if (const auto* lease = answer<model::LeaseRecord>(operated)) {
      remember(operated, lease->lease_id,
               {.attempt_id = claim->attempt_id,
                .grant = operated.step,
                .expires_at = lease->lease_expires_at,
                .execution_deadline = lease->execution_deadline,
                .over_at = std::nullopt});
    }
  } else if (const auto* heartbeat = accepted<model::HeartbeatLease>(operated)) {
    remember_heartbeat(operated, heartbeat->lease_id, heartbeat->lease_expires_at);
  } else if (const auto* versioned = accepted<model::HeartbeatLeaseWithVersion>(operated)) {
    const auto* lease = answer<model::LeaseRecord>(operated);
    remember_heartbeat(operated, versioned->lease_id,
                       lease ? lease->lease_expires_at : versioned->lease_expires_at);
  }
}

Beliefs::News Beliefs::after(const Happened& happened) {
  const model::Time now = happened.true_time;
  if (const auto* started = std::get_if<model::WorkerStarted>(&happened.event)) {
    workers_[started->worker] = {.is_up = true, .clock = started->clock, .beliefs = {}};
    std::erase_if(answered_,
                  [&](const auto& entry) { return entry.second.actor == started->worker; });
  } else if (const auto* stopped = std::get_if<model::WorkerStopped>(&happened.event)) {
    workers_[stopped->worker] = {};
  } else if (const auto* given_up = std::get_if<model::LeaseGivenUp>(&happened.event)) {
    end(workers_[given_up->worker], given_up->lease_id, now);
  } else if (const auto* lost = std::get_if<model::ReplyLost>(&happened.event)) {
    answered_.erase(lost->call);
  } else if (const auto* delivered = std::get_if<model::ReplyDelivered>(&happened.event)) {
    return deliver(*delivered, now);
  } else if (const auto* stepped = std::get_if<model::ClockStepped>(&happened.event)) {
    Worker& worker = workers_[stepped->worker];
    set_clock(worker, stepped->clock, now);
    News news{stepped->worker, {}};
    for (const auto& [lease_id, belief] : worker.beliefs) news.leases.push_back(lease_id);
    return news;
  }
  return {};
}

void Beliefs::set_clock(Worker& worker, const model::ClockError& clock, model::Time now) {
  const model::Time shown = model::shown_by(worker.clock, now, epoch_);
  worker.latest_shown = std::max(worker.latest_shown, shown);
  worker.clock = clock;
}

void Beliefs::end(Worker& worker, const model::Id& lease_id, model::Time now) {
  const model::Time shown = model::shown_by(worker.clock, now, epoch_);
  Belief& belief = worker.beliefs[lease_id];
  if (!belief.over_at) belief.over_at = std::max(worker.latest_shown, shown);
}

void Beliefs::forget_attempt(const model::Id& attempt_id) {
  std::erase_if(answered_,
                [&](const auto& entry) { return entry.second.belief.attempt_id == attempt_id; });
  for (auto& [name, worker] : workers_) {
    std::erase_if(worker.beliefs, [&](const auto& entry) {
      return entry.second.attempt_id == attempt_id && !entry.second.over_at;
    });
  }
}

void Beliefs::forget_all() {
  answered_.clear();
  for (auto& [name, worker] : workers_) worker.beliefs.clear();
}

const Beliefs::OfWorker& Beliefs::of(const model::Id& worker) const {
  static const OfWorker none;
  const auto found = workers_.find(worker);
  return found == workers_.end() ? none : found->second.beliefs;
}

model::Time Beliefs::clock_of(const model::Id& worker, model::Time now) const {
  return model::shown_by(workers_.at(worker).clock, now, epoch_);
}

bool Beliefs::believes(const model::Id& worker, const Belief& belief, model::Time now) const {
  if (belief.over_at || !workers_.at(worker).is_up) return false;
  const model::Time shown = clock_of(worker, now);
  return shown < belief.expires_at &&
         (!belief.execution_deadline || shown < *belief.execution_deadline);
}

void Beliefs::remember(const Operated& operated, const model::Id& lease_id, Belief belief) {
  answered_.emplace(operated.step,
                    Answered{model::Id(operated.actor), lease_id, false, std::move(belief)});
}

void Beliefs::remember_stale(const Operated& operated) {
  const auto shown = credentials(operated.action.operation);
  if (!shown) return;
  answered_.emplace(operated.step, Answered{model::Id(operated.actor), model::Id(shown->lease_id),
                                            true, Belief{}});
}

void Beliefs::remember_heartbeat(const Operated& operated, const model::Id& lease_id,
                                 model::Time expiry) {
  const model::LeaseRecord* lease = find_lease(operated.before, lease_id);
  if (lease == nullptr) return;  // accepted for no lease: the business of holder_only
  remember(operated, lease_id,
           {.attempt_id = lease->attempt_id,
            .expires_at = expiry,
            .execution_deadline = lease->execution_deadline,
            .over_at = std::nullopt});
}

Beliefs::News Beliefs::deliver(const model::ReplyDelivered& delivered, model::Time now) {
  // Most answers are about no lease.
  if (!answered_.contains(delivered.call)) return {};
  News news{delivered.worker, {}};
  Worker& worker = workers_[delivered.worker];
  while (auto node = answered_.extract(delivered.call)) {
    const Answered& told = node.mapped();
    if (!worker.is_up) continue;
    if (told.told_stale) {
      end(worker, told.lease_id, now);
      continue;
    }
    Belief& belief = worker.beliefs[told.lease_id];
    belief.attempt_id = told.belief.attempt_id;
    belief.grant = std::max(belief.grant, told.belief.grant);
    belief.expires_at = std::max(belief.expires_at, told.belief.expires_at);
    belief.execution_deadline = told.belief.execution_deadline;
    news.leases.push_back(told.lease_id);
  }
  return news;
}

}  // namespace leasecheck::properties
