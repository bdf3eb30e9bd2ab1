// Statistics of deployments so small that they can be worked out by hand.
#include "sim/statistics/statistician.hpp"

#include <gtest/gtest.h>

#include "tests/sim/subjects.hpp"

namespace leasecheck::sim {
namespace {

using model::Duration;

Distribution always(std::int64_t ms) {
  return Distribution({{.weight = 1, .least = Duration{ms}, .most = Duration{ms}}});
}

/// Messages take no time, whoever is idle asks each millisecond, and leases are looked at as often.
/// Three attempts come at once, of ten seconds each.
DeploymentSpec tiny() {
  DeploymentSpec spec;
  spec.duration = Duration{30'000};
  spec.ttl = Duration{10'000};
  spec.grace = Duration{1'000};
  spec.poll = Duration{1};
  spec.reap_period = Duration{1};
  spec.network = {.least_delay = Duration{0}, .most_delay = Duration{0}, .spike = Duration{0}};
  spec.workload.heartbeat = Duration{8'000};
  spec.workload.jobs = {{.name = "job",
                         .rates = {{.from = Duration{0}, .attempts = 3, .per = Duration{60'000}}},
                         .instants = Instants::together,
                         .work = always(10'000)}};
  return spec;
}

constexpr std::size_t intervals = 3;

Plan plan_of_spec(const DeploymentSpec& spec) {
  PlanOptions options;
  options.deployment = spec;
  return draw_plan(1, options);
}

Statistics run(const Plan& plan, const Actors& actors = {}) {
  const auto subject = testing::make_memory();
  Statistician statistician(plan, intervals);
  const RunResult result = simulate(plan, *subject, {}, actors, &statistician);
  EXPECT_EQ(result.verdict.result, traces::Result::held)
      << result.verdict.property << ": " << result.verdict.message;
  return statistician.statistics();
}

Statistics run(const DeploymentSpec& spec, const Actors& actors = {}) {
  return run(plan_of_spec(spec), actors);
}

std::int64_t ms(const std::optional<Duration>& duration) {
  return duration ? duration->count() : -1;
}

// One worker takes the three one after the other: they wait for 0, 10 and 20 s, and the last has
// finished when the duration ends. The worker asks for the first time within its poll period.
TEST(Statistician, CountsWhatOneWorkerDoes) {
  const Statistics statistics = run(tiny());
  EXPECT_EQ(statistics.duration, Duration{30'000});
  EXPECT_EQ(statistics.enqueued, 3U);
  EXPECT_EQ(statistics.completed, 3U);
  EXPECT_EQ(statistics.finished(), 3U);
  EXPECT_EQ(statistics.unfinished, 0U);
  EXPECT_EQ(statistics.deepest, 3U);
  EXPECT_EQ(statistics.time_in_queue.count(), 3U);
  EXPECT_EQ(ms(statistics.time_in_queue.percentile(1)), 0);
  EXPECT_EQ(ms(statistics.time_in_queue.percentile(50)), 10'000);
  EXPECT_EQ(ms(statistics.time_in_queue.longest()), 20'000);
  EXPECT_EQ(statistics.executions, 3U);
  EXPECT_EQ(statistics.repeated, 0U);
  EXPECT_EQ(statistics.time_to_recovery.count(), 0U);
  const std::vector<Interval> expected{{.finished = 0, .ready = 3, .leased = 1},
                                       {.finished = 1, .ready = 2, .leased = 1},
                                       {.finished = 2, .ready = 1, .leased = 1}};
  EXPECT_EQ(statistics.interval, Duration{10'000});
  EXPECT_EQ(statistics.intervals, expected);
}

TEST(Statistician, CountsDeadLettersAndRetriesAndWhatIsLeft) {
  DeploymentSpec spec = tiny();
  spec.workload.jobs[0].rates[0].attempts = 1;
  spec.workload.jobs[0].fails = 1000;
  spec.workload.jobs[0].spec.retry_policy =
      model::RetryPolicy{.backoff = Duration{2'000}, .max_backoff = {}, .max_retries = 1};
  // It fails at 10 s, is ready again at 12 s, and fails for good at 22 s.
  const Statistics statistics = run(spec);
  EXPECT_EQ(statistics.dead_letters, 1U);
  EXPECT_EQ(statistics.executions, 2U);
  EXPECT_EQ(statistics.repeated, 0U) << "what is tried again by its policy is not done twice";
  EXPECT_EQ(statistics.time_in_queue.count(), 2U);
  EXPECT_LE(ms(statistics.time_in_queue.longest()), 1) << "a backoff is no time in the queue";
  EXPECT_EQ(statistics.deepest, 1U);
  EXPECT_EQ(statistics.intervals[2].finished, 1U);

  spec.duration = Duration{21'000};
  EXPECT_EQ(run(spec).unfinished, 1U);
}

/// Crashes once it has worked for 4 s, and does not come back before faults end.
class Crashes final : public Worker {
 public:
  using Worker::Worker;

  void start() override {
    Worker::start();
    if (id() == "w1" && process().incarnation() == 1)
      process().later(Duration{4'000}, [this] { stop(); });
  }
};

/// Reaps once in three seconds, whatever its period.
class ReapsLate final : public Reaper {
 public:
  using Reaper::Reaper;

 private:
  void reap() override {
    if (stays() || context().timeline.now().time_since_epoch().count() % 3'000 == 0) {
      Reaper::reap();
    }
  }
};

Actors one_crashes() {
  Actors actors;
  actors.make_worker = [](model::Id id, model::ClockError clock, Context context) {
    return std::make_unique<Crashes>(std::move(id), clock, context);
  };
  return actors;
}

/// Two workers; the first takes the only attempt, since the second begins to ask later.
DeploymentSpec two_workers() {
  DeploymentSpec spec = tiny();
  spec.workers = 2;
  spec.workload.jobs[0].rates[0].attempts = 1;
  return spec;
}

// The lease was granted at 0 s until 10 s, and no heartbeat came: it is reaped when the grace
// window has passed, at 11,001 ms, and claimed in the same millisecond, 7,001 ms after the crash.
// What the first worker had begun is done again.
TEST(Statistician, MeasuresFromACrashToTheNextClaim) {
  const Statistics statistics = run(two_workers(), one_crashes());
  EXPECT_EQ(statistics.time_to_recovery.count(), 1U);
  EXPECT_EQ(ms(statistics.time_to_recovery.longest()), 7'001);
  EXPECT_EQ(statistics.executions, 2U);
  EXPECT_EQ(statistics.repeated, 1U);
  EXPECT_EQ(statistics.overlapping, 0U);
  EXPECT_EQ(statistics.unrecovered, 0U);
}

TEST(Statistician, CountsWhatIsNotRecoveredAtTheEnd) {
  DeploymentSpec spec = two_workers();
  spec.duration = Duration{11'000};
  const Statistics statistics = run(spec, one_crashes());
  EXPECT_EQ(statistics.time_to_recovery.count(), 0U);
  EXPECT_EQ(statistics.unrecovered, 1U);
  EXPECT_EQ(statistics.unfinished, 1U);
}

// The next multiple of three seconds after 11 s is 12 s, 8 s after the crash.
TEST(Statistician, ShowsAReaperThatRequeuesLate) {
  Actors actors = one_crashes();
  actors.make_reaper = [](model::Id id, model::ClockError clock, Context context) {
    return std::make_unique<ReapsLate>(std::move(id), clock, context, context.plan.grace);
  };
  EXPECT_EQ(ms(run(two_workers(), actors).time_to_recovery.longest()), 8'000);
}

// The reaper's clock is five seconds ahead, all others are right. With a grace window of a second
// it takes the lease away at 6,001 ms, before the first heartbeat can have come, and two work on
// the attempt, each of whom believes that it is its own. A grace window as long as the clock is
// ahead leaves it alone.
TEST(Statistician, SeesTwoThatBelieve) {
  DeploymentSpec spec = two_workers();
  spec.duration = Duration{12'000};
  spec.most_offset = Duration{5'000};  // so that nothing more is promised
  spec.workload.jobs[0].work = always(9'000);
  const auto run_with_hasty_reaper = [&spec] {
    Plan plan = plan_of_spec(spec);
    plan.repository_clock = {};
    plan.worker_clocks = {{}, {}};
    plan.reaper_clocks = {{.offset = Duration{5'000}, .drift_ppm = 0}};
    return run(plan);
  };
  const Statistics hasty = run_with_hasty_reaper();
  EXPECT_EQ(hasty.executions, 2U);
  EXPECT_EQ(hasty.repeated, 1U);
  EXPECT_EQ(hasty.overlapping, 1U);
  EXPECT_EQ(hasty.believed_twice, 1U);

  spec.grace = Duration{5'000};
  const Statistics patient = run_with_hasty_reaper();
  EXPECT_EQ(patient.executions, 1U);
  EXPECT_EQ(patient.completed, 1U);
  EXPECT_EQ(patient.overlapping, 0U);
}

// From 5 s to 15 s nobody reaches the repository: the ack of the first waits, the others come
// after.
TEST(Statistician, WaitsWhileTheRepositoryIsNotAvailable) {
  DeploymentSpec spec = tiny();
  spec.ttl = Duration{30'000};
  spec.workload.heartbeat = Duration{20'000};
  spec.reply_timeout = Duration{100};
  spec.workload.maintenance = {{.kind = Maintenance::Kind::repository_unavailable,
                                .at = Duration{5'000},
                                .lasts = Duration{10'000}}};
  const Statistics statistics = run(spec);
  EXPECT_EQ(statistics.completed, 2U);
  EXPECT_EQ(statistics.intervals[0].finished + statistics.intervals[1].finished, 1U);
  EXPECT_GE(ms(statistics.time_in_queue.longest()), 15'000);
}

// What comes while it is not available is put in when it is.
TEST(Statistician, ProducersWaitForTheRepository) {
  DeploymentSpec spec = tiny();
  spec.workload.maintenance = {{.kind = Maintenance::Kind::repository_unavailable,
                                .at = Duration{0},
                                .lasts = Duration{20'000}}};
  const Statistics statistics = run(spec);
  EXPECT_EQ(statistics.intervals[1].ready, 0U);
  EXPECT_EQ(statistics.intervals[2].ready, 3U);
}

// The worker ends its first job at 10 s, and starts again at 25 s.
TEST(Statistician, DrainedWorkersEndTheirJobsAndStartAgain) {
  DeploymentSpec spec = tiny();
  spec.workload.maintenance = {{.kind = Maintenance::Kind::workers_drained,
                                .at = Duration{5'000},
                                .lasts = Duration{20'000}}};
  const Statistics statistics = run(spec);
  EXPECT_EQ(statistics.completed, 1U);
  EXPECT_EQ(statistics.executions, 2U);
  EXPECT_EQ(statistics.repeated, 0U);
  EXPECT_GE(ms(statistics.time_in_queue.longest()), 25'000);
  EXPECT_LE(ms(statistics.time_in_queue.longest()), 25'002);
}

TEST(Statistician, PrunedAttemptsAreForgotten) {
  DeploymentSpec spec = tiny();
  spec.workload.retention = {.keep = Duration{1'000}, .every = Duration{5'000}};
  const Statistics kept = run(tiny());
  Statistics pruned = run(spec);
  EXPECT_EQ(pruned, kept);
}

TEST(Statistics, OfSeveralRunsAddUp) {
  const Statistics one = run(tiny());
  Statistics sum = one;
  sum.add(run(two_workers(), one_crashes()));
  EXPECT_EQ(sum.runs, 2U);
  EXPECT_EQ(sum.executions, 5U);
  EXPECT_EQ(sum.deepest, 3U);
  EXPECT_EQ(sum.duration, Duration{60'000});
  EXPECT_EQ(sum.time_in_queue.count(), 5U);
  EXPECT_EQ(sum.intervals[0].ready, 3U);
  EXPECT_EQ(sum.intervals[2].finished, 3U);
}

}  // namespace
}  // namespace leasecheck::sim
