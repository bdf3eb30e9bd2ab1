#include "sim/concurrency/prior_states.hpp"

#include <utility>

#include "leasecheck/spec/step.hpp"
#include "sim/check.hpp"

namespace leasecheck::sim {
namespace {

using model::at_ms;

constexpr model::Time enqueued = at_ms(0);
constexpr model::Time claimed = at_ms(10);
constexpr model::Time reported = at_ms(20);
constexpr model::Time expiry = at_ms(1000);
constexpr model::Time now = at_ms(1500);
constexpr model::Time later = at_ms(3000);

model::AttemptSpec retried_spec(const model::Id& id) {
  model::AttemptSpec spec;
  spec.attempt_id = id;
  spec.run_id = "r";
  spec.timeout = model::Duration(500);
  spec.retry_policy = model::RetryPolicy{.strategy = model::BackoffStrategy::fixed,
                                         .backoff = model::Duration(100),
                                         .max_backoff = std::nullopt,
                                         .multiplier = 2,
                                         .max_retries = 1};
  return spec;
}

// Dies of everything: of a timeout, of a failure and of its first reap.
model::AttemptSpec mortal_spec(const model::Id& id) {
  model::AttemptSpec spec;
  spec.attempt_id = id;
  spec.run_id = "r";
  spec.timeout = model::Duration(500);
  spec.on_timeout = model::OnTimeout::fail;
  spec.max_deliveries = 1;
  return spec;
}

const model::Action enqueue_a{enqueued, model::EnqueueAttempt{retried_spec("a")}};
const model::Action enqueue_b{enqueued, model::EnqueueAttempt{mortal_spec("b")}};
const model::Action claim_a{claimed, model::UpsertLease{"a", "w1", expiry}};
const model::Action claim_b{claimed, model::UpsertLease{"b", "w2", expiry}};

model::Action ack_a(model::AckOutcome outcome) {
  return {reported, model::AckAttempt{"L1", "w1", outcome}};
}

PriorState reached_by(std::string name, std::vector<model::Action> actions) {
  model::State state;
  for (const model::Action& action : actions) {
    model::Step step = model::step(std::move(state), action);
    check(step.outcome.has_value(), "the model accepts what leads to a prior state");
    state = std::move(step.state);
  }
  return {std::move(name), std::move(actions), std::move(state)};
}

}  // namespace

std::vector<PriorState> prior_states() {
  model::AttemptSpec once = retried_spec("a");
  once.retry_policy.reset();
  const model::Action enqueue_once{enqueued, model::EnqueueAttempt{once}};
  return {reached_by("empty", {}),
          reached_by("queued", {enqueue_a}),
          reached_by("leased", {enqueue_a, claim_a}),
          reached_by("running", {enqueue_a, claim_a, {reported, model::StartAttempt{"L1", "w1"}}}),
          reached_by("last_try", {enqueue_once, claim_a}),
          reached_by("retry_backoff", {enqueue_a, claim_a, ack_a(model::AckOutcome::failed)}),
          reached_by("completed", {enqueue_a, claim_a, ack_a(model::AckOutcome::completed)}),
          reached_by("failed", {enqueue_once, claim_a, ack_a(model::AckOutcome::failed)}),
          reached_by("two_leased", {enqueue_a, enqueue_b, claim_a, claim_b})};
}

std::vector<SmallOperation> small_operations() {
  using model::AckOutcome;
  return {
      {"enqueue", enqueue_a},
      {"enqueue_other", {now, model::EnqueueAttempt{retried_spec("c")}}},
      {"claim", {now, model::UpsertLease{"a", "w3", later}}},
      {"heartbeat", {now, model::HeartbeatLease{"L1", now, later}}},
      {"heartbeat_with_version",
       {now, model::HeartbeatLeaseWithVersion{"L1", "w1", 1, now, later}}},
      {"start", {now, model::StartAttempt{"L1", "w1"}}},
      {"ack_completed", {now, model::AckAttempt{"L1", "w1", AckOutcome::completed}}},
      {"ack_failed", {now, model::AckAttempt{"L1", "w1", AckOutcome::failed}}},
      {"release", {now, model::ReleaseLease{"L1", "w1"}}},
      {"append_event", {now, model::AppendRunEvent{"L1", "w1", "progress", "{\"n\":1}"}}},
      {"reap", {now, model::ExpireLeasesAndRequeue{at_ms(1400)}}},
      {"time_out", {now, model::TransitionTimedOutAttempts{now}}},
      {"cancel", {now, model::CancelAttempt{"a"}}},
      {"replay", {now, model::ReplayDeadLetter{"a"}}},
      {"enqueue_several",
       {now, model::EnqueueAttempts{{retried_spec("c"), mortal_spec("b"), mortal_spec("c")}}}},
      {"claim_several", {now, model::ClaimAttempts{"w3", 2, model::Duration(1500)}}},
      {"heartbeat_several",
       {now, model::HeartbeatLeases{{{"L1", "w1", 1, now, later}, {"L2", "w2", 1, now, later}}}}},
      {"ack_several",
       {now, model::AckAttempts{{{"L1", "w1", AckOutcome::completed},
                                 {"L2", "w2", AckOutcome::failed}}}}},
      {"prune", {now, model::PruneAttempts{now, 10, true}}},
      {"reset", {now, model::Reset{}}},
      {"list", {now, model::ListDispatchableAttempts{now, 10}}},
      {"list_dead_letters", {now, model::ListDeadLetters{10}}},
      {"counts", {now, model::CountByStatus{}}},
  };
}

}  // namespace leasecheck::sim
