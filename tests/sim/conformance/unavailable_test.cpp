// `unavailable` is an answer that every operation may give.
#include <gtest/gtest.h>

#include "sim/conformance/transition_tours.hpp"
#include "sim/interruption.hpp"
#include "sim/subject/subject_decorator.hpp"
#include "tests/sim/subjects.hpp"

namespace leasecheck::sim {
namespace {

enum class Effect : std::uint8_t { none, unknown_not_done, unknown_done };

/// Unavailable at every n-th call, or at all calls from the n-th on.
class Busy final : public SubjectDecorator {
 public:
  Busy(int period, Effect effect, bool stays)
      : SubjectDecorator(testing::make_memory()), period_(period), effect_(effect), stays_(stays) {}

  [[nodiscard]] std::expected<Reply, BrokenSubject> call(const model::Action& action) override {
    const bool is_busy = ++calls_ % period_ == 0 || (stays_ && calls_ > period_);
    if (!is_busy) return SubjectDecorator::call(action);
    Reply reply;
    reply.outcome = std::unexpected(model::ErrorCode::unavailable);
    reply.message = "busy";
    reply.clock_reads = model::reads_clock(action.operation) ? 1 : 0;
    reply.effect_unknown = effect_ != Effect::none;
    if (effect_ != Effect::unknown_done) return reply;
    if (auto done = SubjectDecorator::call(action); !done) return done;
    return reply;
  }

 private:
  int period_;
  Effect effect_;
  bool stays_;
  int calls_ = 0;
};

ConformResult tour(int period, Effect effect, bool stays) {
  auto result = conform({.workers = 1, .attempts = 1, .backend = "busy", .make = [=] {
                           return std::make_unique<Busy>(period, effect, stays);
                         }});
  EXPECT_TRUE(result.has_value()) << result.error();
  return *std::move(result);
}

TEST(Unavailable, NowAndThenCostsNoTransition) {
  for (const Effect effect : {Effect::none, Effect::unknown_not_done, Effect::unknown_done}) {
    const ConformResult result = tour(7, effect, false);
    EXPECT_EQ(result.verdict.result, traces::Result::held) << result.verdict.message;
    for (const ConformedWorld& world : result.worlds) EXPECT_EQ(world.covered, world.transitions);
  }
}

TEST(Unavailable, ForEverDecidesNothing) {
  const ConformResult result = tour(100, Effect::none, true);
  EXPECT_EQ(result.verdict.result, traces::Result::inconclusive);
  EXPECT_NE(result.verdict.message.find("unavailable"), std::string::npos);
  EXPECT_EQ(result.not_covered.size(), 1U);
}

TEST(Unavailable, OnTheSimulatedDiskIsNoDefect) {
  const auto disk = parse_backend("disk:1:2:all");
  ASSERT_TRUE(disk.has_value());
  const auto result =
      conform({.workers = 1, .attempts = 1, .backend = disk->name, .make = disk->make});
  ASSERT_TRUE(result.has_value()) << result.error();
  EXPECT_NE(result->verdict.result, traces::Result::violated) << result->verdict.message;
  EXPECT_NE(result->verdict.result, traces::Result::broken) << result->verdict.message;
}

TEST(Tours, ThatAreInterruptedDecideNothing) {
  const auto memory = parse_backend("memory");
  interrupted = true;
  const auto result =
      conform({.workers = 1, .attempts = 1, .backend = memory->name, .make = memory->make});
  interrupted = false;
  ASSERT_TRUE(result.has_value()) << result.error();
  EXPECT_EQ(result->verdict.result, traces::Result::inconclusive);
  EXPECT_EQ(result->verdict.message, "interrupted");
  EXPECT_LE(result->tally.operations, 1U);
}

}  // namespace
}  // namespace leasecheck::sim
