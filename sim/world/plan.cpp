#include "sim/world/plan.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "sim/random.hpp"
#include "sim/values/values.hpp"

namespace leasecheck::sim {
namespace {

using model::Duration;

constexpr model::Time epoch = model::at_ms(1'767'225'600'000);  // 2026-01-01T00:00:00Z

Duration pick_ms(Stream& draw, std::span<const std::int64_t> choices) {
  return Duration{draw.pick(choices)};
}

// Swarm: each kind of fault is off in about a third of the runs.
Permille swarm(Stream& draw, Permille most) {
  if (draw.chance(333)) return 0;
  return static_cast<Permille>(draw.between(1, most));
}

NetworkFaults draw_network(Stream& draw, const Plan& plan) {
  constexpr std::array<std::int64_t, 4> delays{2, 20, 200, 1000};
  NetworkFaults faults{.lose_request = swarm(draw, 200),
                       .lose_reply = swarm(draw, 200),
                       .duplicate_request = swarm(draw, 150),
                       .delay_spike = swarm(draw, 150),
                       .cut_requests = swarm(draw, 100),
                       .cut_replies = swarm(draw, 100),
                       .cut_both = swarm(draw, 100),
                       .longest_cut = plan.ttl + plan.grace,
                       .least_delay = Duration{draw.between(0, 2)},
                       .most_delay = pick_ms(draw, delays),
                       .spike = {}};
  faults.spike = faults.most_delay + draw.between(Duration{0}, 2 * plan.ttl);
  return faults;
}

WorkerFaults draw_worker(Stream& draw, const Plan& plan) {
  Stream rare(plan.seed, "worker rarities");
  return {.crash = swarm(draw, 80),
          .new_identity = swarm(draw, 600),
          .drain = swarm(rare, 60),
          .pause = swarm(draw, 120),
          .pause_beyond_ttl = swarm(draw, 80),
          .miss_heartbeat = swarm(draw, 400),
          .keep_expired = swarm(draw, 1000),
          .hang = swarm(rare, 100),
          .longest_pause = 2 * plan.ttl + plan.grace,
          .longest_outage = plan.ttl + 2 * plan.grace};
}

ClientFaults draw_client(Stream& draw) {
  return {.repeat_enqueue = swarm(draw, 300),
          .conflicting_enqueue = swarm(draw, 200),
          .cancel = swarm(draw, 120),
          .replay = swarm(draw, 500),
          .strange_call = swarm(draw, 800)};
}

// The largest distance between two clocks at any time of the run, for clocks that are each within
// `faults` of true time: both ends, their drift over the run, and a millisecond of rounding each.
Duration widest_skew(const ClockFaults& faults, Duration duration) {
  const Duration drifted{duration.count() * faults.most_drift_ppm / 1'000'000 +
                         (faults.most_drift_ppm > 0 ? 1 : 0)};
  return 2 * (faults.most_offset + drifted);
}

// Rule 20: what the reap path and the timeout path with retry survive.
Duration margin(const Plan& plan) {
  return std::min(plan.grace + Duration{1}, std::max(plan.least_backoff, Duration{1}));
}

ClockFaults draw_clock_errors(Stream& draw, const Plan& plan) {
  constexpr std::array<std::int64_t, 5> wild{100, 2000, 10'000, 60'000, 3'600'000};
  if (draw.chance(250)) {
    return {.most_offset = pick_ms(draw, wild), .most_drift_ppm = draw.between(0, 500)};
  }
  ClockFaults faults{.most_offset = margin(plan) / 2, .most_drift_ppm = 0};
  if (draw.chance(500)) {
    faults.most_drift_ppm = draw.between(0, 200);
    while (faults.most_drift_ppm > 0 && widest_skew(faults, plan.duration) > margin(plan)) {
      if (faults.most_offset > Duration{0}) {
        faults.most_offset /= 2;
      } else {
        faults.most_drift_ppm /= 2;
      }
    }
  }
  return faults;
}

ClockFaults draw_clock(Stream& draw, const Plan& plan) {
  ClockFaults faults = draw_clock_errors(draw, plan);
  faults.worker_forwards = swarm(draw, 100);
  faults.worker_backwards = swarm(draw, 100);
  faults.reaper_forwards = swarm(draw, 100);
  faults.reaper_backwards = swarm(draw, 100);
  faults.repository_forwards = swarm(draw, 100);
  faults.repository_backwards = swarm(draw, 100);
  return faults;
}

// Clocks at the ends of the range are where a margin is lost or kept.
model::ClockError draw_error(Stream& draw, const ClockFaults& faults) {
  const Duration most = faults.most_offset;
  constexpr std::array<int, 4> ends{-1, -1, 1, 0};
  const int end = draw.pick(std::span<const int>(ends));
  const Duration offset = end == 0 ? draw.between(-most, most) : end * most;
  return {.offset = offset,
          .drift_ppm = draw.between(-faults.most_drift_ppm, faults.most_drift_ppm)};
}

void draw_clocks(Stream& draw, Plan& plan) {
  plan.repository_clock = draw_error(draw, plan.faults.clock);
  for (std::uint32_t i = 0; i < plan.workers; ++i) {
    plan.worker_clocks.push_back(draw_error(draw, plan.faults.clock));
  }
  for (std::uint32_t i = 0; i < plan.reapers; ++i) {
    plan.reaper_clocks.push_back(draw_error(draw, plan.faults.clock));
  }
}

void draw_deployment(Stream& draw, Plan& plan) {
  constexpr std::array<std::int64_t, 5> ttls{200, 1000, 5000, 30'000, 60'000};
  constexpr std::array<std::int64_t, 5> graces{0, 1, 100, 1000, 5000};
  constexpr std::array<std::int64_t, 4> backoffs{0, 1, 500, 5000};
  plan.ttl = pick_ms(draw, ttls);
  plan.grace = pick_ms(draw, graces);
  plan.effect_period = std::max(plan.ttl / draw.between(2, 4), Duration{1});
  plan.tick_period = std::max(plan.ttl / draw.between(2, 8), Duration{1});
  plan.poll_period = std::max(plan.ttl / draw.between(3, 12), Duration{1});
  plan.reply_timeout = std::max(plan.ttl / draw.between(3, 10), Duration{1});
  plan.longest_work = plan.ttl * draw.between(1, 4);
  plan.least_backoff = pick_ms(draw, backoffs);
  plan.shortest_timeout = std::max(plan.ttl / 2, Duration{1});
  plan.heartbeats_with_version = draw.chance(500);
}

// What is odd about the instant lies within the run.
void draw_odd(const PlanOptions& options, Plan& plan) {
  plan.odd = values::draw_dimensions(plan.seed, options.may_be_odd);
  plan.names = values::Names(plan.odd, plan.seed);
  if (!plan.is_odd(values::Dimension::epoch)) return;
  Stream draw(plan.seed, "odd epoch");
  const model::Time instant = values::pick(draw, values::epochs());
  plan.epoch = instant - draw.between(Duration{0}, plan.duration);
}

template <typename Visitor>
void for_each_option_of(const model::ClockError& clock, const std::string& owner,
                        const Visitor& visit) {
  visit(owner + "_offset", clock.offset);
  visit(owner + "_drift_ppm", clock.drift_ppm);
}

template <typename Visitor>
void for_each_option_of(const Distribution& table, const std::string& name, const Visitor& visit) {
  std::size_t number = 0;
  for (const Distribution::Share& share : table.shares()) {
    const std::string row = name + "_" + std::to_string(++number);
    visit(row + "_weight", share.weight);
    visit(row + "_least", share.least);
    visit(row + "_most", share.most);
  }
}

// What attempts are like stands in the operations that put them in.
template <typename Visitor>
void for_each_option_of(const JobKind& kind, const Visitor& visit) {
  const std::string name = "jobs_" + kind.name;
  std::size_t number = 0;
  for (const Rate& rate : kind.rates) {
    const std::string row = name + "_rate_" + std::to_string(++number);
    visit(row + "_from", rate.from);
    visit(row + "_attempts", rate.attempts);
    visit(row + "_per", rate.per);
  }
  visit(name + "_together", kind.instants == Instants::together);
  visit(name + "_fails", kind.fails);
  for_each_option_of(kind.work, name + "_work", visit);
}

template <typename Visitor>
void for_each_option_of(const Workload& workload, const Visitor& visit) {
  visit("heartbeat", workload.heartbeat);
  for (const JobKind& kind : workload.jobs) for_each_option_of(kind, visit);
  visit("crash_every", workload.crashes.every);
  for_each_option_of(workload.crashes.length, "crash_restart", visit);
  visit("pause_every", workload.pauses.every);
  for_each_option_of(workload.pauses.length, "pause_length", visit);
  std::size_t number = 0;
  for (const Maintenance& window : workload.maintenance) {
    const std::string row = "maintenance_" + std::to_string(++number);
    visit(row + "_drains", window.kind == Maintenance::Kind::workers_drained);
    visit(row + "_at", window.at);
    visit(row + "_for", window.lasts);
    visit(row + "_every", window.every.value_or(Duration{0}));
  }
  if (!workload.retention) return;
  visit("retention_keep", workload.retention->keep);
  visit("retention_every", workload.retention->every);
}

template <typename Visitor>
void for_each_option_of(const Faults& faults, const Visitor& visit) {
  for (const FaultInfo& kind : fault_kinds()) visit(std::string(kind.option), kind.level(faults));
  visit("fault_longest_cut", faults.network.longest_cut);
  visit("fault_least_delay", faults.network.least_delay);
  visit("fault_most_delay", faults.network.most_delay);
  visit("fault_spike", faults.network.spike);
  visit("fault_longest_pause", faults.worker.longest_pause);
  visit("fault_longest_outage", faults.worker.longest_outage);
}

// The one list of what a seed draws beside the deployment. Whatever is drawn and not in it fails a
// test.
template <typename Visitor>
void for_each_option(const Plan& plan, const Visitor& visit) {
  visit("duration", plan.duration);
  visit("workers", plan.workers);
  visit("reapers", plan.reapers);
  visit("attempts", plan.attempts);
  visit("runs", plan.runs);
  visit("concurrency", plan.concurrency);
  visit("ttl", plan.ttl);
  visit("effect_period", plan.effect_period);
  visit("tick_period", plan.tick_period);
  visit("poll_period", plan.poll_period);
  visit("reply_timeout", plan.reply_timeout);
  visit("longest_work", plan.longest_work);
  visit("least_backoff", plan.least_backoff);
  visit("shortest_timeout", plan.shortest_timeout);
  visit("heartbeats_with_version", plan.heartbeats_with_version);
  visit("several", plan.several);
  for (const values::Dimension dimension : plan.odd)
    visit(std::string(info_of(dimension).option), 1);
  if (plan.workload) for_each_option_of(*plan.workload, visit);
  for_each_option_of(plan.faults, visit);
  for_each_option_of(plan.repository_clock, "repository", visit);
  for (std::size_t i = 0; i < plan.worker_clocks.size(); ++i) {
    for_each_option_of(plan.worker_clocks[i], "worker_" + std::to_string(i + 1), visit);
  }
  for (std::size_t i = 0; i < plan.reaper_clocks.size(); ++i) {
    for_each_option_of(plan.reaper_clocks[i], "reaper_" + std::to_string(i + 1), visit);
  }
}

// What a deployment says, and of clocks what the seed draws within what it says.
Plan plan_of(std::uint64_t seed, const DeploymentSpec& spec) {
  Plan plan;
  plan.seed = seed;
  plan.epoch = epoch;
  plan.duration = spec.duration;
  plan.workers = spec.workers;
  plan.reapers = spec.reapers;
  std::uint64_t attempts = 0;
  for (const JobKind& kind : spec.workload.jobs) attempts += attempts_within(kind, spec.duration);
  plan.attempts = plan.runs = static_cast<std::uint32_t>(attempts);
  plan.concurrency = spec.concurrency;
  plan.ttl = spec.ttl;
  plan.grace = spec.grace;
  plan.effect_period = spec.workload.heartbeat;
  plan.tick_period = spec.reap_period;
  plan.poll_period = spec.poll;
  plan.reply_timeout = spec.reply_timeout;
  plan.longest_work = spec.workload.longest_work();
  // Where no timeout leads to a retry the grace window alone decides.
  plan.least_backoff = least_timeout_backoff(spec.workload).value_or(spec.grace + Duration{1});
  plan.heartbeats_with_version = true;
  plan.several = true;
  plan.workload = spec.workload;
  plan.faults.network = spec.network;
  plan.faults.worker = {.keep_expired = spec.ignore_stop, .hang = spec.hang};
  plan.faults.clock = {.most_offset = spec.most_offset, .most_drift_ppm = spec.most_drift_ppm};
  Stream draw(seed, "plan");
  draw_clocks(draw, plan);
  plan.skew_within_margin = widest_skew(plan.faults.clock, plan.duration) <= margin(plan);
  return plan;
}

}  // namespace

Duration widest_skew(const DeploymentSpec& spec) {
  return widest_skew(
      ClockFaults{.most_offset = spec.most_offset, .most_drift_ppm = spec.most_drift_ppm},
      spec.duration);
}

std::optional<Duration> least_timeout_backoff(const Workload& workload) {
  std::optional<Duration> least;
  for (const JobKind& kind : workload.jobs) {
    const auto& policy = kind.spec.retry_policy;
    const bool is_retried = policy && policy->max_retries > 0 && kind.spec.timeout &&
                            kind.spec.on_timeout == model::OnTimeout::retry;
    if (is_retried) least = std::min(least.value_or(policy->backoff), policy->backoff);
  }
  return least;
}

FaultKinds possible_faults(const DeploymentSpec& spec) {
  const Plan plan = plan_of(0, spec);
  FaultKinds kinds;
  for (const FaultInfo& kind : fault_kinds()) {
    if (kind.level(plan.faults) != 0) kinds.insert(kind.kind);
  }
  if (spec.workload.crashes.every > Duration{0}) kinds.insert(FaultKind::worker_crash);
  if (spec.workload.pauses.every > Duration{0}) kinds.insert(FaultKind::worker_pause);
  for (const Maintenance& window : spec.workload.maintenance) {
    const bool drains = window.kind == Maintenance::Kind::workers_drained;
    kinds.insert(drains ? FaultKind::worker_drained : FaultKind::link_cut);
  }
  return kinds;
}

Plan draw_plan(std::uint64_t seed, const PlanOptions& options) {
  if (options.deployment) return plan_of(seed, *options.deployment);
  Stream draw(seed, "plan");
  Plan plan;
  plan.seed = seed;
  plan.epoch = epoch;
  draw_deployment(draw, plan);
  const auto drawn_duration = plan.ttl * draw.between(10, 40);
  plan.duration = options.duration.value_or(drawn_duration);
  const auto drawn_workers = static_cast<std::uint32_t>(draw.between(1, 5));
  plan.workers = options.workers.value_or(drawn_workers);
  const auto drawn_attempts = static_cast<std::uint32_t>(draw.between(1, 12));
  plan.attempts = options.attempts.value_or(drawn_attempts);
  plan.reapers = static_cast<std::uint32_t>(draw.between(1, 3));
  plan.runs = static_cast<std::uint32_t>(draw.between(1, 3));
  plan.concurrency = static_cast<std::uint32_t>(draw.between(1, 3));
  plan.several = Stream(seed, "several").chance(333);
  plan.faults.network = draw_network(draw, plan);
  plan.faults.worker = draw_worker(draw, plan);
  plan.faults.clock = draw_clock(draw, plan);
  plan.faults.reaper = {.miss_tick = swarm(draw, 500)};
  plan.faults.client = draw_client(draw);
  plan.faults.disk = draw_disk_faults(seed);
  draw_odd(options, plan);
  if (options.faults) leave_only(plan.faults, *options.faults);
  draw_clocks(draw, plan);
  plan.skew_within_margin = widest_skew(plan.faults.clock, plan.duration) <= margin(plan);
  return plan;
}

std::map<std::string, std::int64_t> describe(const Plan& plan) {
  std::map<std::string, std::int64_t> options;
  for_each_option(plan, [&options](std::string name, auto value) {
    if constexpr (requires { value.count(); }) {
      options.emplace(std::move(name), value.count());
    } else {
      options.emplace(std::move(name), static_cast<std::int64_t>(value));
    }
  });
  return options;
}

}  // namespace leasecheck::sim
