#include "sim/world/world.hpp"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "leasecheck/spec/step.hpp"
#include "sim/subject/profile.hpp"
#include "sim/world/arrivals.hpp"
#include "sim/world/clients.hpp"
#include "sim/world/clock_setter.hpp"
#include "sim/world/crowd.hpp"
#include "sim/world/network.hpp"
#include "sim/world/producer.hpp"
#include "sim/world/reaper.hpp"
#include "sim/world/timeline.hpp"
#include "sim/world/worker.hpp"

namespace leasecheck::sim {
namespace {

using model::Duration;
using model::Time;

/// One run: everybody in it, and how it goes.
class World {
 public:
  World(const Plan& plan, Subject& subject, Referee::StepSink sink, const Actors& actors,
        Observer* observer)
      : plan_(plan),
        subject_(subject),
        referee_(subject, plan.deployment(), std::move(sink)),
        timeline_(plan.epoch, [this](Time now) { referee_.advance_to(now); }),
        network_(timeline_, referee_, plan_.faults.network, plan.reply_timeout, plan.seed),
        repository_clock_(timeline_, plan.repository_clock),
        observer_(observer == nullptr ? nobody_ : *observer),
        producer_(context_),
        arrivals_(context_),
        pruner_(context_),
        operator_(context_),
        housekeeper_(context_),
        rogue_client_(context_),
        repository_setter_(context_, repository_clock_,
                           {.forwards = FaultKind::repository_clock_forwards,
                            .backwards = FaultKind::repository_clock_backwards},
                           "repository", [] {}) {
    if (observer != nullptr) {
      referee_.watch(
          [observer](const properties::Operated& operated) { observer->operated(operated); });
    }
    for (const model::ClockError& clock : plan.worker_clocks) {
      workers_.push_back(
          actors.make_worker(plan.names.worker(workers_.size() + 1), clock, context_));
    }
    for (const model::ClockError& clock : plan.reaper_clocks) {
      reapers_.push_back(
          actors.make_reaper("reaper" + std::to_string(reapers_.size() + 1), clock, context_));
    }
  }

  RunResult run() {
    count_wrong_clocks();
    start();
    run_until(plan_.epoch + plan_.duration);
    observer_.duration_over(timeline_.now());
    if (plan_.is_odd(values::Dimension::crowd)) {
      gather_crowd();
    } else if (!properties_not_promised(subject_.profile()).contains("progress")) {
      demand_progress();
    }
    referee_.count_faults(subject_.faults());
    Tally tally = referee_.tally();
    tally.disk_calls = subject_.disk_calls();
    for (const values::Dimension dimension : plan_.odd) {
      tally.values[std::string(info_of(dimension).name)] = 1;
    }
    return {.verdict = referee_.verdict(), .tally = std::move(tally)};
  }

 private:
  void start() {
    if (plan_.workload) return start_deployment();
    producer_.start();
    for (const auto& worker : workers_) worker->start();
    for (const auto& reaper : reapers_) reaper->start();
    operator_.start();
    housekeeper_.start();
    rogue_client_.start();
    repository_setter_.start();
  }

  void start_deployment() {
    for (const Maintenance& window : plan_.workload->maintenance) {
      announce(window, plan_.epoch + window.at);
    }
    arrivals_.start();
    for (const auto& worker : workers_) worker->start();
    for (const auto& reaper : reapers_) reaper->start();
    pruner_.start();
  }

  void announce(const Maintenance& window, Time begin) {
    if (begin >= plan_.epoch + plan_.duration) return;
    timeline_.at(begin, [this, &window, begin] {
      maintain(window, begin + window.lasts);
      if (window.every) announce(window, begin + *window.every);
    });
  }

  void maintain(const Maintenance& window, Time until) {
    if (window.kind == Maintenance::Kind::repository_unavailable) return network_.shut_down(until);
    for (const auto& worker : workers_) worker->drain_until(until);
  }

  void run_until(Time end) {
    timeline_.run_until(end, [this] { return referee_.is_over(); });
  }

  void count_wrong_clocks() {
    const auto count = [this](const model::ClockError& error) {
      if (error.offset != Duration{0}) referee_.count_fault(FaultKind::clock_offset);
      if (error.drift_ppm != 0) referee_.count_fault(FaultKind::clock_drift);
    };
    count(plan_.repository_clock);
    for (const model::ClockError& clock : plan_.worker_clocks) count(clock);
    for (const model::ClockError& clock : plan_.reaper_clocks) count(clock);
  }

  // Everybody else leaves: what they do to hundreds of attempts is not worth the time that it takes
  // to look at all of them after each call.
  void gather_crowd() {
    operator_.leave();
    housekeeper_.leave();
    rogue_client_.leave();
    for (const auto& worker : workers_) worker->leave();
    for (const auto& reaper : reapers_) reaper->leave();
    Crowd crowd(context_);
    crowd.start();
    run_until(crowd.ends_at());
  }

  // Rule 24: nothing fails any more, and one worker and one reaper are left.
  void end_faults() {
    const NetworkFaults before = plan_.faults.network;
    plan_.faults = {};
    // Far below the ttl: what takes longer than a lease lasts can never be done under one.
    plan_.faults.network.least_delay = Duration{0};
    plan_.faults.network.most_delay = std::min(before.most_delay, plan_.ttl / 20);
    network_.repair();
    subject_.end_faults();
    repository_clock_.set({});
    operator_.leave();
    housekeeper_.leave();
    pruner_.leave();
    rogue_client_.leave();
    for (std::size_t i = 1; i < workers_.size(); ++i) workers_[i]->leave();
    for (std::size_t i = 1; i < reapers_.size(); ++i) reapers_[i]->leave();
    // What is still on its way arrives, and may yet set a deadline.
    const Time settled = timeline_.now() + std::max(before.spike, before.most_delay);
    workers_.front()->stay(settled);
    reapers_.front()->stay(workers_.front()->id(), settled);
    referee_.happen(model::FaultsEnded{});
    run_until(settled);
  }

  void demand_progress() {
    if (referee_.is_over()) return;
    end_faults();
    const auto due = progress_bound(referee_.model_state(), plan_, timeline_.now());
    if (!due) return;
    timeline_.run_until(*due, [this] { return referee_.is_over() || is_everything_done(); });
    referee_.happen(model::ProgressDue{});
  }

  [[nodiscard]] bool is_everything_done() const {
    return std::ranges::all_of(referee_.model_state().attempts, [](const auto& entry) {
      return model::is_terminal(entry.second.status);
    });
  }

  Plan plan_;  // its faults end
  Subject& subject_;
  Referee referee_;
  Timeline timeline_;
  Network network_;
  SkewedClock repository_clock_;
  Observer nobody_;
  Observer& observer_;
  Context context_{.plan = plan_,
                   .timeline = timeline_,
                   .referee = referee_,
                   .network = network_,
                   .repository_clock = repository_clock_,
                   .observer = observer_};
  Producer producer_;
  Arrivals arrivals_;
  Pruner pruner_;
  Operator operator_;
  Housekeeper housekeeper_;
  RogueClient rogue_client_;
  ClockSetter repository_setter_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<std::unique_ptr<Reaper>> reapers_;
};

// The latest instant at which time alone lets go of the attempt: a lease that nobody renews is
// taken back, a backoff or a not_before is over.
Time let_go_at(const model::Attempt& attempt, Duration grace) {
  if (attempt.lease) {
    return model::saturating_add(attempt.lease->expires_at, grace + Duration{1});
  }
  return model::dispatchable_at(attempt).value_or(model::beginning_of_time);
}

// No run lasts longer, and none sees an attempt fail more often: then clocks that drift and the
// steps of the bound itself remain cheap. What waits for longer is not waited for.
constexpr Duration longest_wait{std::int64_t{1} << 42};
constexpr std::int64_t most_failures = 10'000;

}  // namespace

// The argument. At the latest let-go nothing waits for time any more but what the worker or the
// reaper have done since. From there on an attempt is worked on at most once for each failure that
// its policy still forgives, once for the last one, and once more because the lease in hand may
// have been lost when faults ended. Each time it waits for a backoff, which the policy says, and
// then costs no more than `turn`: the worker asks within three polls of its old period (later ones
// are nearer), or sleeps until something is due; it works, and its ack may wait a fourth one for
// others; what it gives up or loses by a timeout is settled within three ticks. Worker and reaper
// sleep only while that worker holds nothing and nothing is under way, so that nobody can make
// anything due any sooner. With one worker that takes them one by one, turns and backoffs of all
// attempts add up; in truth most of them overlap. All clocks are right by now, so no time is lost
// between them.
std::optional<Time> progress_bound(const model::State& state, const Plan& plan, Time now) {
  const Duration turn = 4 * plan.poll_period + 3 * plan.tick_period + plan.longest_work +
                        plan.effect_period + 2 * plan.ttl + plan.grace;
  Time bound = now;
  Duration work{0};
  const Time horizon = now + longest_wait;
  for (const auto& [id, attempt] : state.attempts) {
    if (model::is_terminal(attempt.status)) continue;
    bound = std::max(bound, let_go_at(attempt, plan.grace));
    work += 2 * turn;
    const auto& policy = attempt.spec.retry_policy;
    if (!policy) continue;
    if (policy->max_retries - attempt.attempt_no > most_failures) return std::nullopt;
    for (std::int64_t failed = attempt.attempt_no; failed <= policy->max_retries; ++failed) {
      const Duration backoff = model::backoff_after(*policy, static_cast<std::uint32_t>(failed));
      if (backoff > longest_wait || work > longest_wait) return std::nullopt;
      work += turn + backoff;
    }
  }
  if (bound > horizon || work > longest_wait) return std::nullopt;
  return bound + work;
}

RunResult simulate(const Plan& plan, Subject& subject, Referee::StepSink sink, const Actors& actors,
                   Observer* observer) {
  return World(plan, subject, std::move(sink), actors, observer).run();
}

traces::Head head_of(const Plan& plan, std::string backend) {
  return {.deployment = plan.deployment(),
          .config = describe(plan),
          .seed = plan.seed,
          .origin = "simulate",
          .backend = std::move(backend),
          .exhibit = std::nullopt};
}

}  // namespace leasecheck::sim
