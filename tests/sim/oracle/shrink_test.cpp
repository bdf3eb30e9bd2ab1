#include "sim/oracle/shrink.hpp"

#include <gtest/gtest.h>

#include <set>

#include "sim/oracle/replay.hpp"
#include "tests/sim/subjects.hpp"

namespace leasecheck::sim {
namespace {

/// A memory repository that refuses one call for no reason, its last one, and counts all calls.
class RefusesAtLast final : public Subject {
 public:
  RefusesAtLast(std::size_t calls, std::size_t& made) : left_(calls), made_(made) {}

  [[nodiscard]] std::string name() const override { return "refuses at last"; }
  [[nodiscard]] std::expected<Reply, BrokenSubject> call(const model::Action& action) override {
    ++made_;
    if (--left_ > 0) return inner_->call(action);
    return Reply{.outcome = std::unexpected(model::ErrorCode::stale_lease), .message = "no"};
  }
  [[nodiscard]] std::expected<model::Snapshot, BrokenSubject> snapshot() override {
    return inner_->snapshot();
  }

 private:
  std::size_t left_;
  std::size_t& made_;
  std::unique_ptr<Subject> inner_ = testing::make_memory();
};

constexpr std::size_t calls = 3'000;

traces::Trace reads_until_one_is_refused(Subject& subject) {
  traces::Trace trace;
  trace.head.deployment.emplace();
  for (std::size_t i = 0; i < calls; ++i) {
    traces::Step& step = trace.steps.emplace_back();
    step.number = 2 * i + 1;
    step.what = traces::Call{"client", {}, {{}, model::CountByStatus{}}};
  }
  return *rerun(trace, subject);
}

// Whatever is left out, the violation is gone: without a bound this would be thousands of runs.
TEST(Shrink, GivesUpOnATraceThatHardlyShrinks) {
  std::size_t subjects = 0;
  std::size_t made = 0;
  const auto make = [&]() -> std::expected<std::unique_ptr<Subject>, BrokenSubject> {
    ++subjects;
    return std::make_unique<RefusesAtLast>(calls, made);
  };
  const traces::Trace trace = reads_until_one_is_refused(**make());
  ASSERT_EQ(trace.verdict.result, traces::Result::violated);
  subjects = made = 0;
  const traces::ReductionOptions budget = modest_budget(trace);
  EXPECT_EQ(shrink(trace, make, budget).trace.steps.size(), trace.steps.size());
  EXPECT_LE(subjects, budget.most_runs + 3);
  EXPECT_LE(made, budget.most_steps + 4 * calls);
}

TEST(Shrink, LeavesOutWhatTheViolationDoesNotNeed) {
  const auto make = [] {
    return std::expected<std::unique_ptr<Subject>, BrokenSubject>(
        testing::make_subject("mutant:heartbeat_shortens_lease"));
  };
  std::uint64_t seed = 1;
  auto run = testing::record(draw_plan(seed, {}), "mutant:heartbeat_shortens_lease");
  while (run.trace.verdict.result != traces::Result::violated && seed < 60) {
    run = testing::record(draw_plan(++seed, {}), "mutant:heartbeat_shortens_lease");
  }
  ASSERT_EQ(run.trace.verdict.result, traces::Result::violated) << "in 60 seeds";
  EXPECT_LT(shrink(run.trace, make, modest_budget(run.trace)).trace.steps.size(),
            run.trace.steps.size() / 2);
}

}  // namespace
}  // namespace leasecheck::sim
