// Two runs of a seed are compared step by step and draw by draw.
#include "sim/oracle/determinism.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <utility>

#include "sim/random.hpp"
#include "sim/subject/subject_decorator.hpp"
#include "sim/world/world.hpp"
#include "tests/sim/subjects.hpp"

namespace leasecheck::sim {
namespace {

using testing::make_memory;

/// Answers by what happened in earlier runs of the program.
class Remembers final : public SubjectDecorator {
 public:
  Remembers() : SubjectDecorator(make_memory()) {}
  [[nodiscard]] std::string name() const override { return "remembers"; }
  [[nodiscard]] std::expected<Reply, BrokenSubject> call(const model::Action& action) override {
    static int calls = 0;
    if (++calls == 1000 || calls == 3000) {
      return Reply{.outcome = std::unexpected(model::ErrorCode::unavailable),
                   .message = "by chance"};
    }
    return SubjectDecorator::call(action);
  }
};

TEST(Determinism, TwoRunsOfASeedAreTheSame) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const auto divergence = first_divergence([seed](Referee::StepSink sink) {
      const auto subject = make_memory();
      static_cast<void>(simulate(draw_plan(seed, {}), *subject, std::move(sink)));
    });
    EXPECT_FALSE(divergence.has_value()) << divergence->first << "\n" << divergence->second;
  }
}

TEST(Determinism, TheFirstStepThatDiffersIsNamed) {
  std::optional<Divergence> divergence;
  for (std::uint64_t seed = 1; seed <= 20 && !divergence; ++seed) {
    divergence = first_divergence([seed](Referee::StepSink sink) {
      Remembers subject;
      static_cast<void>(simulate(draw_plan(seed, {}), subject, std::move(sink)));
    });
  }
  ASSERT_TRUE(divergence.has_value());
  EXPECT_GT(divergence->step, 0U);
  EXPECT_NE(divergence->first, divergence->second);
  EXPECT_TRUE(divergence->first.contains("unavailable") ||
              divergence->second.contains("unavailable"))
      << divergence->first << "\n"
      << divergence->second;
}

// A draw more is a difference even where it changes nothing that is seen.
TEST(Determinism, ADrawThatNobodySeesIsADifference) {
  int runs = 0;
  const auto divergence = first_divergence([&runs](Referee::StepSink sink) {
    const auto subject = make_memory();
    if (++runs == 2) static_cast<void>(Stream(1, "a draw too many").bits());
    static_cast<void>(simulate(draw_plan(1, {}), *subject, std::move(sink)));
  });
  ASSERT_TRUE(divergence.has_value());
  EXPECT_EQ(divergence->step, 1U);
}

}  // namespace
}  // namespace leasecheck::sim
