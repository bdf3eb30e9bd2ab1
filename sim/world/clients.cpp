#include "sim/world/clients.hpp"

#include <array>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "leasecheck/spec/alphabet.hpp"
#include "sim/values/values.hpp"
#include "sim/world/invalid_calls.hpp"

namespace leasecheck::sim {
namespace {

using model::Duration;
using model::Time;
using values::Dimension;
using values::pick;

constexpr std::uint64_t no_limit = std::numeric_limits<std::uint64_t>::max();

}  // namespace

Operator::Operator(Context context) : context_(context), draw_(context_.plan.seed, "operator") {}

void Operator::start() {
  context_.timeline.after(draw_.between(Duration{1}, std::max(context_.plan.ttl, Duration{1})),
                          [this] { visit(); });
}

void Operator::visit() {
  if (has_left_) return;
  const ClientFaults& faults = context_.plan.faults.client;
  if (draw_.chance(faults.cancel)) {
    context_.referee.count_fault(FaultKind::operator_cancel);
    call(model::CancelAttempt{.attempt_id = some_attempt()});
  }
  if (draw_.chance(faults.replay)) {
    context_.referee.count_fault(FaultKind::operator_replay);
    call(model::ReplayDeadLetter{.attempt_id = some_attempt()});
  }
  // Whoever takes ids for the same does so when it is asked about them.
  const int reads = context_.plan.names.are_odd() ? 3 : 1;
  for (int i = 0; i < reads; ++i) read();
  start();
}

void Operator::read() {
  const Time now = context_.repository_clock.shows();
  switch (draw_.below(10)) {
    case 0:
      return call(model::ListDeadLetters{.limit = some_limit()});
    case 1:
      return call(model::QueueDepth{.at = now});
    case 2:
      return call(model::CountByStatus{});
    case 3:
      return call(model::GetAttempt{.attempt_id = some_attempt()});
    case 4:
      return call(model::GetLeaseForAttempt{.attempt_id = some_attempt()});
    case 5:
      return call(model::LatestSeqForRun{.run_id = some_run()});
    case 6:
      return call(model::ListRunEvents{
          .run_id = some_run(), .after = draw_.below(3), .limit = some_limit()});
    case 7:
      return call(list());
    case 8:
      return call(model::ListDispatchableAttempts{.at = now, .limit = no_limit});
    default:
      return call(model::ListDispatchableAttempts{.at = model::end_of_time, .limit = no_limit});
  }
}

model::ListAttempts Operator::list() {
  model::ListAttempts page;
  page.limit = some_limit();
  if (draw_.chance(300)) page.status = static_cast<model::Status>(draw_.below(model::status_count));
  const std::uint32_t filters = context_.plan.names.are_odd() ? 700 : 300;
  if (draw_.chance(filters)) page.run_id = some_run();
  if (draw_.chance(300)) page.worker_id = context_.plan.names.worker(1);
  if (draw_.chance(200)) page.tenant_id = context_.plan.names.tenant(draw_.below(2));
  if (draw_.chance(400)) page.after = some_attempt();
  return page;
}

void Operator::call(model::Operation operation) {
  const Time now = context_.repository_clock.shows();
  static_cast<void>(context_.referee.operate({.actor = "operator", .clock = now},
                                             {.now = now, .operation = std::move(operation)}));
}

model::Id Operator::some_attempt() {
  return context_.plan.names.attempt(1 + draw_.below(context_.plan.attempts));
}
model::Id Operator::some_run() {
  return context_.plan.names.run(1 + draw_.below(context_.plan.runs));
}
std::uint64_t Operator::some_limit() {
  if (!draw_.chance(500)) return draw_.below(4);
  return context_.plan.is_odd(Dimension::numbers) ? pick(draw_, values::large_counts()) : no_limit;
}

Housekeeper::Housekeeper(Context context)
    : context_(context), draw_(context_.plan.seed, "housekeeper") {}

void Housekeeper::start() {
  if (draw_.chance(500)) plan_next();
}

void Housekeeper::plan_next() {
  context_.timeline.after(draw_.between(Duration{1}, 4 * context_.plan.ttl), [this] { prune(); });
}

// Half of the times at the finish of some attempt, where it is one millisecond that decides. Else
// mostly what has finished some time ago; now and then everything, or a time still to come.
Time Housekeeper::end_of_age(Time now) {
  std::vector<Time> finishes;
  for (const auto& [id, attempt] : context_.referee.model_state().attempts) {
    if (attempt.finished_at) finishes.push_back(*attempt.finished_at);
  }
  if (!finishes.empty() && draw_.chance(500)) {
    const Time finish = draw_.pick(std::span<const Time>(finishes));
    return finish + draw_.between(Duration{-1}, Duration{1});
  }
  return now - draw_.between(-context_.plan.ttl, 4 * context_.plan.ttl);
}

void Housekeeper::prune() {
  if (has_left_) return;
  constexpr std::array<std::uint64_t, 4> limits{no_limit, no_limit, 1, 2};
  const Time now = context_.repository_clock.shows();
  static_cast<void>(context_.referee.operate(
      {.actor = "housekeeper", .clock = now},
      {.now = now,
       .operation =
           model::PruneAttempts{.finished_before = end_of_age(now),
                                .limit = draw_.pick(std::span<const std::uint64_t>(limits)),
                                .with_dead_letters = draw_.chance(300)}}));
  plan_next();
}

RogueClient::RogueClient(Context context)
    : context_(context),
      draw_(context_.plan.seed, "stranger"),
      times_(context_.timeline, context_.referee, context_.plan.grace, context_.plan.seed,
             "aim stranger") {}

void RogueClient::start() {
  context_.timeline.at(times_.next(context_.repository_clock, context_.plan.effect_period),
                       [this] { act(); });
}

void RogueClient::act() {
  if (has_left_) return;
  if (draw_.chance(context_.plan.faults.client.strange_call)) {
    context_.referee.count_fault(FaultKind::strange_call);
    const Time now = context_.repository_clock.shows();
    static_cast<void>(context_.referee.operate({.actor = "stranger", .clock = now},
                                               {.now = now, .operation = draw_operation()}));
  }
  start();
}

model::Operation RogueClient::draw_operation() {
  const Time now = context_.repository_clock.shows();
  const Duration spread = 2 * context_.plan.ttl;
  if (context_.plan.is_odd(Dimension::invalid_ids) && draw_.chance(600)) {
    const model::Id attempt_id = some_attempt();
    const model::Id lease_id = some_lease();
    return draw_invalid_call(draw_, {attempt_id, lease_id, now, context_.plan.ttl});
  }
  if (draw_.chance(600)) return draw_holder_operation();
  if (draw_.chance(500)) {
    return model::HeartbeatLease{.lease_id = some_lease(),
                                 .heartbeat_at = times_.argument(now, spread),
                                 .lease_expires_at = times_.argument(now, spread)};
  }
  constexpr std::array<std::uint64_t, 4> limits{0, 1, 2, no_limit};
  if (draw_.chance(400)) {
    return model::ListDispatchableAttempts{
        .at = times_.argument(now, spread),
        .limit = draw_.pick(std::span<const std::uint64_t>(limits))};
  }
  return model::UpsertLease{.attempt_id = some_waiting_attempt(),
                            .worker_id = "stranger",
                            .lease_expires_at = times_.argument(now + context_.plan.ttl, spread)};
}

// In the name of a worker that holds nothing, so that all of it must be refused unless the rogue
// client itself has claimed.
struct RogueClient::HolderArguments {
  RogueClient& by;
  Time now = by.context_.repository_clock.shows();

  [[nodiscard]] model::Id lease() { return by.some_lease(); }
  /// Where ids are odd, half of the times one that may be taken for a worker's.
  model::Id holder() {
    const Plan& plan = by.context_.plan;
    if (!plan.names.are_odd() || by.draw_.chance(500)) return "stranger";
    return plan.names.worker(plan.workers + 1 + by.draw_.below(8));
  }
  model::AckOutcome outcome() {
    constexpr std::array<model::AckOutcome, 3> outcomes{
        model::AckOutcome::completed, model::AckOutcome::failed, model::AckOutcome::cancelled};
    return by.draw_.pick(std::span<const model::AckOutcome>(outcomes));
  }
  [[nodiscard]] model::Id kind() const {
    return by.context_.plan.names.kind(values::EventKind::strange);
  }
  static std::string payload() { return "true"; }
  std::uint64_t version() {
    const std::uint64_t small = by.draw_.below(6);
    if (!by.context_.plan.is_odd(Dimension::numbers)) return small;
    return small + pick(by.draw_, values::large_counts());
  }
  Time heartbeat_at() { return by.times_.argument(now, by.context_.plan.ttl); }
  Time heartbeat_expiry() { return by.times_.argument(now, 2 * by.context_.plan.ttl); }
  auto several(auto choose) {
    std::vector<decltype(choose())> items;
    for (std::uint64_t left = by.draw_.below(4); left > 0; --left) items.push_back(choose());
    return items;
  }
};

model::Operation RogueClient::draw_holder_operation() {
  using Kinds = model::OperationKinds<model::StartAttempt, model::ReleaseLease, model::AckAttempt,
                                      model::AppendRunEvent, model::HeartbeatLeaseWithVersion,
                                      model::HeartbeatLeases, model::AckAttempts>;
  HolderArguments arguments{*this};
  return Kinds::choose(draw_.below(Kinds::count), arguments);
}

// A lease that was issued at some time, most likely no longer current; now and then one that never
// was.
model::Id RogueClient::some_lease() {
  const std::uint64_t issued = context_.referee.model_state().leases_issued;
  return "L" + std::to_string(1 + draw_.below(issued + 1));
}

// Claims are most telling where an attempt waits for its time: a client that remembers an id would
// run it early.
model::Id RogueClient::some_waiting_attempt() {
  std::vector<model::Id> waiting;
  for (const auto& [id, attempt] : context_.referee.model_state().attempts) {
    if (!model::is_terminal(attempt.status) && !attempt.lease) waiting.push_back(id);
  }
  if (waiting.empty() || draw_.chance(300)) return some_attempt();
  return waiting[draw_.below(waiting.size())];
}

model::Id RogueClient::some_attempt() {
  return context_.plan.names.attempt(1 + draw_.below(context_.plan.attempts));
}

}  // namespace leasecheck::sim
