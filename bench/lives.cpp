#include "bench/lives.hpp"

#include <cstddef>
#include <cstdint>

namespace leasecheck::bench {

void add_round(Costs& costs, lease::AttemptRepository& repository, SetClock& clock,
               const std::function<double(const std::function<void()>&)>& measure) {
  constexpr std::int64_t several = 100;
  constexpr std::size_t alone = 20;
  const lease::WorkerId worker("worker");
  const lease::Time now = clock.time;
  const lease::Time early = now - lease::Duration{200};
  const auto call = [&](const std::string& operation, const std::function<void()>& body) {
    costs[operation].push_back(measure(body));
  };
  std::vector<lease::AttemptSpec> specs;
  for (std::int64_t i = 0; i < several; ++i) {
    specs.push_back(spec(i));
    specs.back().attempt_id = lease::AttemptId(numbered('m', i));
    specs.back().timeout = lease::Duration{1'000'000};
  }
  demand(repository.enqueue_attempts(specs));
  for (std::size_t i = 0; i < alone; ++i) {
    call("list of 16", [&] { demand(repository.list_dispatchable_attempts(now, 16)); });
    lease::LeaseRecord lease;
    call("claim", [&] {
      lease =
          demand(repository.upsert_lease(specs[i].attempt_id, worker, now + lease::Duration{10}));
    });
    call("heartbeat", [&] {
      demand(repository.heartbeat_lease(lease.lease_id, now, now + lease::Duration{20}));
    });
    demand(repository.release_lease(holder_of(lease), early));
  }
  const auto claim_all = [&] {
    return demand(repository.claim_attempts(worker, several, lease::Duration{10}));
  };
  claim_all();
  call("reap of 100", [&] {
    if (demand(repository.expire_leases_and_requeue(now + lease::Duration{30})) != several) {
      give_up("others were reaped");
    }
  });
  std::vector<lease::AttemptAck> acks;
  for (const lease::Claim& claim : claim_all()) {
    const lease::Holder holder = holder_of(claim.lease);
    if (acks.size() < alone) {
      call("ack",
           [&] { demand(repository.ack_attempt(holder, lease::AckOutcome::completed, early)); });
    }
    acks.push_back({holder, lease::AckOutcome::completed});
  }
  demand(repository.ack_attempts(acks, early));
  call("prune of 100", [&] {
    if (demand(repository.prune_attempts({early + lease::Duration{1}, several, true})) != several) {
      give_up("others were pruned");
    }
  });
}

}  // namespace leasecheck::bench
