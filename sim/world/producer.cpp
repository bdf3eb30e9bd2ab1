#include "sim/world/producer.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "sim/values/ids.hpp"
#include "sim/values/values.hpp"

namespace leasecheck::sim {

using model::Duration;
using model::Time;
using values::Dimension;
using values::pick;

Producer::Producer(Context context)
    : context_(context),
      draw_(context_.plan.seed, "producer"),
      rare_(context_.plan.seed, "producer rarities"),
      odd_(context_.plan.seed, "producer odd values") {}

void Producer::start() {
  const Plan& plan = context_.plan;
  const ClientFaults& faults = plan.faults.client;
  const bool takes_several =
      plan.several && context_.referee.profile().offers<model::EnqueueAttempts>();
  std::vector<model::AttemptSpec> first;
  for (std::uint32_t number = 1; number <= plan.attempts; ++number) {
    model::AttemptSpec spec = draw_spec(number);
    make_odd(spec);
    // Most at the beginning, so that they meet; the others over the first half of the run.
    Duration wait = draw_.chance(600) ? Duration{0} : draw_.between(Duration{0}, plan.duration / 2);
    if (plan.is_odd(Dimension::same_instant)) wait = Duration{0};
    if (takes_several && wait == Duration{0}) {
      first.push_back(spec);
    } else {
      enqueue_at(plan.epoch + wait, spec);
    }
    if (draw_.chance(faults.repeat_enqueue)) {
      context_.referee.count_fault(FaultKind::enqueue_repeated);
      enqueue_at(plan.epoch + draw_.between(wait, plan.duration), spec);
    }
    if (draw_.chance(faults.conflicting_enqueue)) {
      context_.referee.count_fault(FaultKind::enqueue_in_conflict);
      model::AttemptSpec other = spec;
      other.priority = spec.priority == 0 ? 1 : 0;
      enqueue_at(plan.epoch + draw_.between(wait, plan.duration), other);
    }
    enqueue_oddly(spec, wait);
  }
  if (takes_several) enqueue_several(std::move(first));
}

// What is drawn beside the plain spec, and replaces a part of it.
void Producer::make_odd(model::AttemptSpec& spec) {
  const Plan& plan = context_.plan;
  if (plan.is_odd(Dimension::distances)) make_distant(spec);
  if (plan.is_odd(Dimension::numbers)) make_numbers_odd(spec);
  if (plan.is_odd(Dimension::policies)) {
    spec.retry_policy = pick(odd_, values::policies(plan.least_backoff));
  }
  if (plan.is_odd(Dimension::same_instant)) {
    spec.priority = 0;
    spec.not_before = plan.epoch + plan.ttl;
  }
}

void Producer::make_distant(model::AttemptSpec& spec) {
  const Plan& plan = context_.plan;
  const auto distance = [&](Duration least) {
    return std::max(pick(odd_, values::distances()), least);
  };
  if (odd_.chance(500)) {
    spec.not_before = model::saturating_add(plan.epoch, distance(Duration{0}));
  }
  if (odd_.chance(500)) spec.timeout = distance(plan.shortest_timeout);
  if (spec.retry_policy && odd_.chance(500)) {
    spec.retry_policy->backoff = distance(plan.least_backoff);
    spec.retry_policy->max_backoff = std::nullopt;
  }
}

void Producer::make_numbers_odd(model::AttemptSpec& spec) {
  constexpr std::int64_t least = std::numeric_limits<std::int32_t>::min();
  constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();
  spec.priority = static_cast<std::int32_t>(pick(odd_, values::numbers_between(least, most)));
  if (odd_.chance(300)) {
    spec.max_deliveries = pick(odd_, values::numbers_between(1, values::largest_policy_count));
  }
  if (!spec.retry_policy) return;
  if (odd_.chance(300)) {
    spec.retry_policy->max_retries =
        pick(odd_, values::numbers_between(0, values::largest_policy_count));
  }
  if (odd_.chance(300) && spec.retry_policy->max_backoff) {
    spec.retry_policy->multiplier =
        pick(odd_, values::numbers_between(1, values::largest_policy_count));
  }
}

// What must change nothing: a conflict with what is there, or no valid spec at all. The latter have
// an id of their own, so that nothing but what is invalid about them can be why they are refused.
void Producer::enqueue_oddly(const model::AttemptSpec& spec, Duration wait) {
  const Plan& plan = context_.plan;
  const auto enqueue_later = [&](const model::AttemptSpec& other) {
    enqueue_at(plan.epoch + odd_.between(wait, wait + plan.duration / 4), other);
  };
  if (plan.is_odd(Dimension::spec_fields)) {
    for (int i = 0; i < 4; ++i) enqueue_later(pick(odd_, values::variants_of(spec)));
  }
  model::AttemptSpec refused = spec;
  refused.attempt_id = "refused";
  if (plan.is_odd(Dimension::invalid_policies)) {
    for (int i = 0; i < 4; ++i) enqueue_later(pick(odd_, values::invalid_variants_of(refused)));
  }
  if (plan.is_odd(Dimension::invalid_ids)) {
    for (model::Id model::AttemptSpec::*field :
         {&model::AttemptSpec::attempt_id, &model::AttemptSpec::run_id}) {
      model::AttemptSpec other = refused;
      other.*field = pick(odd_, values::invalid_texts());
      enqueue_later(other);
    }
    refused.tenant_id = pick(odd_, values::invalid_texts());
    enqueue_later(refused);
  }
}

// One of them twice, which changes nothing (rule 25).
void Producer::enqueue_several(std::vector<model::AttemptSpec> specs) {
  if (!specs.empty()) specs.push_back(specs.front());
  context_.timeline.at(context_.plan.epoch, [this, specs = std::move(specs)] {
    const Time now = context_.repository_clock.shows();
    static_cast<void>(context_.referee.operate(
        {.actor = "producer", .clock = now},
        {.now = now, .operation = model::EnqueueAttempts{.attempts = specs}}));
  });
}

void Producer::enqueue_at(Time time, model::AttemptSpec spec) {
  context_.timeline.at(time, [this, spec = std::move(spec)] {
    const Time now = context_.repository_clock.shows();
    static_cast<void>(
        context_.referee.operate({.actor = "producer", .clock = now},
                                 {.now = now, .operation = model::EnqueueAttempt{.spec = spec}}));
  });
}

model::AttemptSpec Producer::draw_spec(std::uint32_t number) {
  const Plan& plan = context_.plan;
  constexpr std::array<std::int32_t, 4> priorities{0, 0, 1, -1};
  constexpr std::array<model::OnTimeout, 3> reactions{
      model::OnTimeout::retry, model::OnTimeout::fail, model::OnTimeout::cancel};
  model::AttemptSpec spec;
  spec.attempt_id = plan.names.attempt(number);
  spec.run_id = plan.names.run(1 + draw_.below(plan.runs));
  spec.priority = draw_.pick(std::span<const std::int32_t>(priorities));
  if (draw_.chance(300)) {
    spec.not_before = plan.epoch + draw_.between(-plan.ttl, 2 * plan.ttl);
  }
  if (draw_.chance(400)) {
    spec.timeout = draw_.between(plan.shortest_timeout, 3 * plan.ttl);
  }
  spec.on_timeout = draw_.pick(std::span<const model::OnTimeout>(reactions));
  if (draw_.chance(700)) spec.retry_policy = draw_policy();
  if (draw_.chance(300)) spec.max_deliveries = draw_.between(1, 4);
  if (spec.not_before && rare_.chance(200)) spec.not_before = model::beginning_of_time;
  if (draw_.chance(200)) spec.tenant_id = plan.names.tenant(draw_.below(2));
  return spec;
}

model::RetryPolicy Producer::draw_policy() {
  const Duration least = context_.plan.least_backoff;
  model::RetryPolicy policy{.strategy = draw_.chance(500) ? model::BackoffStrategy::fixed
                                                          : model::BackoffStrategy::exponential,
                            .backoff = draw_.between(least, least + context_.plan.ttl),
                            .max_backoff = std::nullopt,
                            .multiplier = draw_.between(1, 4),
                            .max_retries = draw_.between(0, 4)};
  if (draw_.chance(200)) policy.backoff = least;
  if (draw_.chance(400)) policy.max_backoff = draw_.between(least, least + 2 * context_.plan.ttl);
  if (policy.max_backoff && rare_.chance(200)) policy.multiplier = values::largest_policy_count;
  return policy;
}

}  // namespace leasecheck::sim
