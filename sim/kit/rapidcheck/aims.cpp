#include "sim/kit/rapidcheck/aims.hpp"

#include <optional>

#include "leasecheck/spec/step.hpp"

namespace leasecheck::rapidcheck {

using namespace leasecheck::model;

Aims aims_of(const State& state) {
  Aims aims;
  aims.leases_issued = state.leases_issued;
  const auto add = [&](const std::optional<Time>& time) {
    if (time) aims.times.push_back(*time);
  };
  for (const auto& [id, attempt] : state.attempts) {
    aims.specs.push_back(attempt.spec);
    if (dispatchable_at(attempt)) aims.waiting.push_back(id);
    add(attempt.spec.not_before);
    add(attempt.ready_at);
    add(attempt.retry_at);
    if (attempt.finished_at) {
      aims.finishes.push_back(*attempt.finished_at);
      add(attempt.finished_at);
    }
    if (attempt.lease) {
      aims.expiries.push_back(attempt.lease->expires_at);
      add(attempt.lease->expires_at);
      add(attempt.lease->heartbeat_at);
      if (attempt.spec.timeout) {
        aims.deadlines.push_back(saturating_add(*attempt.started_at, *attempt.spec.timeout));
        add(aims.deadlines.back());
      }
      aims.holdings.push_back({attempt.lease->lease_id, attempt.lease->worker_id, attempt.version});
    }
    if (attempt.last_ack) {
      aims.holdings.push_back(
          {attempt.last_ack->lease_id, attempt.last_ack->worker_id, attempt.version});
    }
  }
  return aims;
}

}  // namespace leasecheck::rapidcheck
