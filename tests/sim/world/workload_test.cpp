#include "sim/world/workload.hpp"

#include <gtest/gtest.h>

#include "sim/world/plan.hpp"

namespace leasecheck::sim {
namespace {

using model::Duration;

TEST(Distribution, DrawsEachShareAsOftenAsItsWeightSays) {
  const Distribution table({{.weight = 3, .least = Duration{10}, .most = Duration{10}},
                            {.weight = 1, .least = Duration{20}, .most = Duration{29}}});
  EXPECT_EQ(table.longest(), Duration{29});
  Stream stream(1, "test");
  int first = 0;
  std::int64_t sum = 0;
  for (int i = 0; i < 40'000; ++i) {
    const auto drawn = table.draw(stream).count();
    ASSERT_TRUE(drawn == 10 || (20 <= drawn && drawn <= 29)) << drawn;
    first += drawn == 10 ? 1 : 0;
    sum += drawn == 10 ? 0 : drawn;
  }
  EXPECT_NEAR(first, 30'000, 400);
  EXPECT_NEAR(static_cast<double>(sum) / (40'000 - first), 24.5, 0.2);
}

// Without memory: the mean is the one that was asked for, and so is the median, ln 2 of it.
TEST(Interval, IsAsLongAsWasAskedForOnAverage) {
  Stream stream(1, "test");
  constexpr int draws = 50'000;
  std::int64_t sum = 0;
  int below_median = 0;
  for (int i = 0; i < draws; ++i) {
    const std::int64_t drawn = draw_interval(stream, Duration{3'600'000}).count();
    sum += drawn;
    below_median += drawn < 2'495'330 ? 1 : 0;
  }
  EXPECT_NEAR(static_cast<double>(sum) / draws, 3'600'000, 50'000);
  EXPECT_NEAR(below_median, draws / 2, 600);
}

TEST(Rate, IsThatOfTheTimeOfTheDay) {
  const std::vector<Rate> rates{
      {.from = Duration{0}, .attempts = 1, .per = Duration{3'600'000}},
      {.from = Duration{8 * 3'600'000}, .attempts = 10, .per = Duration{3'600'000}}};
  EXPECT_EQ(rate_at(rates, Duration{8 * 3'600'000 - 1}).attempts, 1U);
  EXPECT_EQ(rate_at(rates, Duration{8 * 3'600'000}).attempts, 10U);
  EXPECT_EQ(rate_at(rates, Duration{24 * 3'600'000}).attempts, 1U);
  EXPECT_EQ(rate_at(rates, Duration{(24 + 9) * 3'600'000}).attempts, 10U);
  const JobKind kind{.name = "job", .rates = rates, .work = {}};
  EXPECT_EQ(attempts_within(kind, Duration{24 * 3'600'000}), 8U + 160U);
}

TEST(Workload, FindsTheKindOfAnAttempt) {
  Workload workload;
  workload.jobs = {{.name = "mail", .rates = {}, .work = {}},
                   {.name = "mail_2", .rates = {}, .work = {}}};
  EXPECT_EQ(workload.kind_of(Workload::id_of(workload.jobs[0], 2)).name, "mail");
  EXPECT_EQ(workload.kind_of(Workload::id_of(workload.jobs[1], 12)).name, "mail_2");
}

DeploymentSpec skewed(std::int64_t offset_ms) {
  DeploymentSpec spec;
  spec.duration = Duration{1'000'000};
  spec.grace = Duration{1'000};
  spec.most_offset = Duration{offset_ms};
  spec.workload.heartbeat = Duration{10'000};
  return spec;
}

Plan plan_of_spec(const DeploymentSpec& spec) {
  PlanOptions options;
  options.deployment = spec;
  return draw_plan(1, options);
}

// Two clocks may be apart by twice the offset; rule 20 survives the grace window and a millisecond,
// and where executions that time out are retried, the backoff.
TEST(Deployment, PromisesWhatItsClocksAllow) {
  EXPECT_TRUE(plan_of_spec(skewed(500)).skew_within_margin);
  EXPECT_FALSE(plan_of_spec(skewed(501)).skew_within_margin);
  DeploymentSpec spec = skewed(500);
  JobKind kind{.name = "job", .rates = {Rate{}}, .work = {}};
  kind.spec.timeout = Duration{60'000};
  kind.spec.retry_policy =
      model::RetryPolicy{.backoff = Duration{999}, .max_backoff = {}, .max_retries = 1};
  spec.workload.jobs = {kind};
  EXPECT_FALSE(plan_of_spec(spec).skew_within_margin);
  spec.workload.jobs[0].spec.retry_policy->backoff = Duration{1'000};
  EXPECT_TRUE(plan_of_spec(spec).skew_within_margin);
  spec.workload.jobs[0].spec.retry_policy->backoff = Duration{1};
  spec.workload.jobs[0].spec.on_timeout = model::OnTimeout::fail;
  EXPECT_TRUE(plan_of_spec(spec).skew_within_margin);
}

TEST(Deployment, SaysInTheHeadOfATraceWhatIsSimulated) {
  DeploymentSpec spec = skewed(0);
  spec.workload.crashes = {.every = Duration{5'000}, .length = {}};
  spec.workload.jobs = {{.name = "mail",
                         .rates = {{.from = Duration{0}, .attempts = 7, .per = Duration{60'000}}},
                         .work = {}}};
  const auto options = describe(plan_of_spec(spec));
  EXPECT_EQ(options.at("heartbeat"), 10'000);
  EXPECT_EQ(options.at("crash_every"), 5'000);
  EXPECT_EQ(options.at("jobs_mail_rate_1_attempts"), 7);
  EXPECT_EQ(options.at("attempts"), 7 * 17);
}

}  // namespace
}  // namespace leasecheck::sim
