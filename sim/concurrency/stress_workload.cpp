#include "sim/concurrency/stress_workload.hpp"

#include <algorithm>
#include <limits>

#include "sim/values/values.hpp"

namespace leasecheck::sim {
namespace {

using model::Duration;
using values::Dimension;
using values::pick;

constexpr std::uint64_t attempts = 5;
constexpr Duration between_rounds{100};
constexpr Duration longest_lease{400};
constexpr Duration timeout{300};
constexpr Duration backoff{50};

}  // namespace

StressWorkload::StressWorkload(std::uint64_t seed,
                               const std::optional<values::Dimensions>& may_be_odd)
    : draw_(seed, "workload"),
      odd_draw_(seed, "workload odd values"),
      odd_(values::draw_dimensions(seed, may_be_odd)),
      names_(odd_, seed) {
  if (odd_.contains(Dimension::epoch)) epoch_ = pick(odd_draw_, values::epochs());
  if (!odd_.contains(Dimension::numbers)) return;
  const auto ends = values::numbers_between(std::numeric_limits<std::int32_t>::min(),
                                            std::numeric_limits<std::int32_t>::max());
  for (std::uint64_t attempt = 0; attempt < attempts; ++attempt) {
    odd_priorities_.push_back(static_cast<std::int32_t>(pick(odd_draw_, ends)));
  }
}

model::AttemptSpec StressWorkload::spec_of(std::uint64_t attempt) const {
  model::AttemptSpec spec;
  spec.attempt_id = names_.attempt(1 + attempt);
  spec.run_id = names_.run(1 + attempt % 2);
  spec.priority =
      odd_priorities_.empty() ? static_cast<std::int32_t>(attempt % 3) : odd_priorities_[attempt];
  spec.timeout = timeout;
  if (attempt % 2 == 0) {
    spec.retry_policy = model::RetryPolicy{.strategy = model::BackoffStrategy::fixed,
                                           .backoff = backoff,
                                           .max_backoff = std::nullopt,
                                           .multiplier = 2,
                                           .max_retries = 2};
  }
  if (attempt % 3 == 0) spec.max_deliveries = 2;
  return spec;
}

std::string StressWorkload::draw_payload(std::uint64_t number) {
  return odd_.contains(Dimension::payloads) ? pick(odd_draw_, values::payloads())
                                            : std::to_string(number);
}

void StressWorkload::begin_round(std::uint32_t round) {
  base_ = epoch_ + round * between_rounds;
}

model::Action StressWorkload::draw(std::size_t process) {
  now_ = base_ + draw_.between(Duration(0), Duration(50));
  model::Operation operation = draw_operation(process);
  return {now_, std::move(operation)};
}

// Mostly one of the last few, which may still be current.
std::pair<model::Id, model::Id> StressWorkload::draw_lease() {
  if (leases_.empty()) return {"L1", names_.worker(1)};
  const std::uint64_t recent = std::min<std::uint64_t>(leases_.size(), 6);
  return leases_[leases_.size() - 1 - draw_.below(recent)];
}

model::Operation StressWorkload::draw_operation(std::size_t process) {
  const std::uint64_t number = draw_.below(attempts);
  const model::Id attempt = spec_of(number).attempt_id;
  const auto [lease, worker] = draw_lease();
  const model::Time expiry = now_ + draw_.between(Duration(1), longest_lease);
  switch (draw_.below(25)) {
    case 0:
    case 1:
    case 2:
      return model::EnqueueAttempt{spec_of(number)};
    case 3:
    case 4:
    case 5:
    case 6:
    case 7:
      return model::UpsertLease{attempt, names_.worker(1 + process), expiry};
    case 8:
    case 9:
      return model::HeartbeatLease{lease, now_, expiry};
    case 10:
      return model::StartAttempt{lease, worker};
    case 11:
      return model::AckAttempt{lease, worker, model::AckOutcome::completed};
    case 12:
    case 13:
      return model::AckAttempt{lease, worker, model::AckOutcome::failed};
    case 14:
      return model::ReleaseLease{lease, worker};
    case 15:
      return model::AppendRunEvent{lease, worker, names_.kind(values::EventKind::progress),
                                   draw_payload(number)};
    case 16:
      return model::ExpireLeasesAndRequeue{now_ - draw_.between(Duration(0), Duration(50))};
    case 17:
      return model::TransitionTimedOutAttempts{now_};
    case 18:
      return model::ReplayDeadLetter{attempt};
    case 19:
    case 20:
    case 21:
    case 22:
    case 23:
      return draw_several(process);
    default:
      return draw_.chance(500) ? model::Operation(model::CancelAttempt{attempt})
                               : model::Operation(model::ListDispatchableAttempts{now_, 10});
  }
}

model::Operation StressWorkload::draw_several(std::size_t process) {
  const auto [left, left_worker] = draw_lease();
  const auto [right, right_worker] = draw_lease();
  const model::Time expiry = now_ + draw_.between(Duration(1), longest_lease);
  const std::uint64_t version = 1 + draw_.below(3);
  switch (draw_.below(5)) {
    case 0:
      return model::EnqueueAttempts{
          {spec_of(draw_.below(attempts)), spec_of(draw_.below(attempts))}};
    case 1:
      return model::ClaimAttempts{names_.worker(1 + process), 1 + draw_.below(3), expiry - now_};
    case 2:
      return model::HeartbeatLeases{{{left, left_worker, version, now_, expiry},
                                     {right, right_worker, version, now_, expiry}}};
    case 3:
      return model::AckAttempts{{{left, left_worker, model::AckOutcome::completed},
                                 {right, right_worker, model::AckOutcome::failed}}};
    default:
      return model::PruneAttempts{now_ - draw_.between(Duration(0), Duration(50)),
                                  1 + draw_.below(3), draw_.chance(500)};
  }
}

void StressWorkload::know_lease(const model::Id& lease_id, const model::Action& claim) {
  const auto* several = std::get_if<model::ClaimAttempts>(&claim.operation);
  leases_.emplace_back(lease_id, several != nullptr
                                     ? several->worker_id
                                     : std::get<model::UpsertLease>(claim.operation).worker_id);
}

model::Action StressWorkload::barrier_write(std::uint32_t round) const {
  model::AttemptSpec spec;
  spec.attempt_id = "mark" + std::to_string(round);
  spec.run_id = "marks";
  return {base_ + Duration(99), model::EnqueueAttempt{spec}};
}

model::Time StressWorkload::after_all_rounds(std::uint32_t tick) const {
  return base_ + tick * std::chrono::seconds(10);
}

}  // namespace leasecheck::sim
