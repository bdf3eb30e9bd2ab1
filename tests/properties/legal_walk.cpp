#include "tests/properties/legal_walk.hpp"

#include <algorithm>

namespace leasecheck::tests {
namespace {

using model::at_ms;
using model::Duration;

constexpr Duration grace{LegalWalk::grace_ms};
constexpr std::int64_t ttl_ms = 10;

/// The same attempt always has the same spec, so that enqueuing it again is a repetition.
model::EnqueueAttempt spec_of(const model::Id& id, std::uint64_t kind, std::int64_t now) {
  model::EnqueueAttempt operation = enqueue(id);
  model::AttemptSpec& spec = operation.spec;
  spec.run_id = kind % 2 == 0 ? "r1" : "r2";
  spec.priority = static_cast<std::int32_t>(kind % 3) - 1;
  if (kind % 4 == 1) spec.not_before = at_ms(now + 6);
  if (kind % 3 == 0) spec.timeout = Duration{14};
  spec.on_timeout = static_cast<model::OnTimeout>(kind % 5 % 3);
  if (kind % 5 != 0) {
    // Longer than the slowest worker's clock is behind, so that only the grace window decides.
    spec.retry_policy = model::RetryPolicy{.strategy = model::BackoffStrategy::exponential,
                                           .backoff = Duration{7},
                                           .max_backoff = Duration{9},
                                           .max_retries = static_cast<std::int64_t>(kind % 3)};
  }
  if (kind % 2 == 0) spec.max_deliveries = 2;
  return operation;
}

properties::Deployment deployment() {
  return {.epoch = at_ms(1000), .grace = grace};
}

}  // namespace

LegalWalk::LegalWalk(std::uint64_t seed, std::int64_t slowest_ms)
    : run_(properties::all_properties(), deployment()), random_(seed) {
  workers_ = {{"w1", -slowest_ms, {}}, {"w2", 0, {}}, {"w3", 2, {}}};
  for (Worker& worker : workers_) start(worker);
}

/// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
std::uint64_t LegalWalk::draw(std::uint64_t below) {
  std::uint64_t mixed = random_ += 0x9e3779b97f4a7c15u;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9u;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebu;
  return (mixed ^ (mixed >> 31)) % below;
}

model::Id LegalWalk::draw_attempt() {
  return "a" + std::to_string(attempts_ - draw(12));
}

LegalWalk::Worker& LegalWalk::draw_worker() {
  return workers_[draw(workers_.size())];
}

std::int64_t LegalWalk::clock_of(const Worker& worker) const {
  return now_ + worker.clock_offset;
}

std::string LegalWalk::step() {
  now_ += static_cast<std::int64_t>(draw(3));
  deliver_late_replies();
  Worker& worker = draw_worker();
  const std::uint64_t choice = draw(100);
  if (choice < 8) {
    enqueue_one();
  } else if (choice < 35) {
    claim_one(worker);
  } else if (choice < 75) {
    if (!worker.leases.empty()) work_on(worker, worker.leases[draw(worker.leases.size())]);
  } else if (choice < 85) {
    tick();
  } else if (choice < 90) {
    interfere();
  } else if (choice < 99) {
    read();
  } else {
    show(model::WorkerStopped{worker.name});
    start(worker);
    show(model::FaultsEnded{});
  }
  return verdict_;
}

void LegalWalk::start(Worker& worker) {
  worker.leases.clear();
  std::erase_if(late_, [&](const Reply& reply) { return reply.worker == &worker; });
  show(model::WorkerStarted{worker.name, {Duration{worker.clock_offset}, 0}});
}

void LegalWalk::enqueue_one() {
  if (draw(2) == 0) ++attempts_;
  const model::Id id = draw_attempt();
  // A not_before counted from now makes some of the repetitions other specs: already_exists.
  call("producer", spec_of(id, std::stoull(id.substr(1)), now_), now_);
}

void LegalWalk::claim_one(Worker& worker) {
  model::Id id = draw_attempt();
  const Observation list =
      call(worker, model::ListDispatchableAttempts{at_ms(clock_of(worker)), draw(4)});
  const auto& listed = std::get<std::vector<model::DispatchRecord>>(*list.outcome);
  if (!listed.empty() && draw(4) != 0) id = listed.front().attempt_id;
  const model::Time expiry = at_ms(clock_of(worker) + ttl_ms);
  const Observation claim = call(worker.name, model::UpsertLease{id, worker.name, expiry}, now_);
  if (claim.outcome) {
    worker.leases.push_back({std::get<model::LeaseRecord>(*claim.outcome), claim.step});
    if (worker.leases.size() > 4) worker.leases.erase(worker.leases.begin());
    effects_.push_back({worker.name, id, claim.step, at_ms(clock_of(worker))});
    if (effects_.size() > 8) effects_.erase(effects_.begin());
  }
  reply(worker, claim.step);
}

void LegalWalk::work_on(Worker& worker, KnownLease& lease) {
  switch (draw(5)) {
    case 0:
      return heartbeat(worker, lease);
    case 1:
      return reply(worker,
                   call(worker, model::StartAttempt{lease.record.lease_id, worker.name}).step);
    case 2:
      return reply(worker, call(worker, model::AppendRunEvent{lease.record.lease_id, worker.name,
                                                              "progress", "[1]"})
                               .step);
    case 3:
      return show(effects_[draw(effects_.size())]);
    default:
      if (draw(2) == 0) finish(worker, lease);
  }
}

void LegalWalk::heartbeat(Worker& worker, KnownLease& lease) {
  model::LeaseRecord& record = lease.record;
  // Sometimes late: it then asks for less than the lease has.
  const std::int64_t sent_at = clock_of(worker) - static_cast<std::int64_t>(draw(2) * draw(8));
  const model::Time heartbeat_at = at_ms(sent_at);
  const model::Time expires_at = at_ms(sent_at + ttl_ms);
  if (draw(2) == 0) {
    reply(worker,
          call(worker, model::HeartbeatLease{record.lease_id, heartbeat_at, expires_at}).step);
    return;
  }
  const Observation seen =
      call(worker, model::HeartbeatLeaseWithVersion{record.lease_id, worker.name, record.version,
                                                    heartbeat_at, expires_at});
  if (seen.outcome) record = std::get<model::LeaseRecord>(*seen.outcome);
  reply(worker, seen.step);
}

void LegalWalk::finish(Worker& worker, KnownLease& lease) {
  const model::Id lease_id = lease.record.lease_id;
  show(model::LeaseGivenUp{worker.name, lease_id});
  if (draw(4) == 0) {
    call(worker, model::ReleaseLease{lease_id, worker.name});
    return;
  }
  const auto outcome = static_cast<model::AckOutcome>(draw(6) < 4 ? 1 : draw(3));
  call(worker, model::AckAttempt{lease_id, worker.name, outcome});
  if (draw(2) == 0) call(worker, model::AckAttempt{lease_id, worker.name, outcome});
}

void LegalWalk::tick() {
  call("reaper1", model::TransitionTimedOutAttempts{at_ms(now_)}, now_);
  call("reaper1", model::ExpireLeasesAndRequeue{at_ms(now_) - grace}, now_);
}

void LegalWalk::interfere() {
  const std::uint64_t choice = draw(100);
  if (choice < 10) {
    call("housekeeper", model::PruneAttempts{at_ms(now_ - 20), draw(3), draw(3) == 0}, now_);
  } else if (choice < 15) {
    // Refused, each by itself.
    call("operator",
         model::AckAttempts{{{"L1", "nobody", model::AckOutcome::failed},
                             {"L2", "nobody", model::AckOutcome::failed}}},
         now_);
  } else if (choice < 40) {
    call("operator", model::CancelAttempt{draw_attempt()}, now_);
  } else if (choice < 98) {
    call("operator", model::ReplayDeadLetter{draw_attempt()}, now_);
  } else {
    call("operator", model::Reset{}, now_);
    effects_.clear();
    for (Worker& worker : workers_) start(worker);
  }
}

model::ListAttempts LegalWalk::some_page() {
  model::ListAttempts page;
  page.limit = draw(6);
  if (draw(2) == 0) page.after = draw_attempt();
  if (draw(3) == 0) page.status = model::Status::leased;
  return page;
}

void LegalWalk::read() {
  const std::vector<model::Operation> reads{
      model::ListDispatchableAttempts{model::end_of_time, 1000},
      model::QueueDepth{at_ms(now_ + 3)},
      model::CountByStatus{},
      model::ListDeadLetters{draw(5)},
      model::LatestSeqForRun{"r1"},
      model::ListRunEvents{"r2", draw(9), 4},
      model::GetAttempt{draw_attempt()},
      model::GetLeaseForAttempt{draw_attempt()},
      some_page()};
  call("operator", reads[draw(reads.size())], now_);
}

Observation LegalWalk::call(const model::Id& actor, const model::Operation& operation,
                            std::int64_t now) {
  Observation seen = run_.observe(operation, now);
  seen.actor = actor;
  seen.true_time = at_ms(now_);
  const std::string verdict = run_.show(seen);
  if (verdict_ == "held") verdict_ = verdict;
  return seen;
}

Observation LegalWalk::call(Worker& worker, const model::Operation& operation) {
  return call(worker.name, operation, clock_of(worker));
}

void LegalWalk::reply(Worker& worker, std::uint64_t call) {
  const std::uint64_t fate = draw(10);
  if (fate == 0) return show(model::ReplyLost{worker.name, call});
  if (fate == 1) return late_.push_back({&worker, call});
  show(model::ReplyDelivered{worker.name, call});
}

void LegalWalk::deliver_late_replies() {
  if (draw(4) != 0) return;
  for (const Reply& reply : std::exchange(late_, {})) {
    show(model::ReplyDelivered{reply.worker->name, reply.call});
  }
}

void LegalWalk::show(const model::Environment& event) {
  const std::string verdict = run_.show(event, now_);
  if (verdict_ == "held") verdict_ = verdict;
}

}  // namespace leasecheck::tests
