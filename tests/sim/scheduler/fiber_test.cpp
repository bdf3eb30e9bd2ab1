#include "sim/scheduler/fiber.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace leasecheck::sim {
namespace {

TEST(Fiber, StandsStillWhereItSuspendsAndGoesOnFromThere) {
  std::string seen;
  std::unique_ptr<Fiber> fiber;
  fiber = std::make_unique<Fiber>([&] {
    seen += 'b';
    fiber->suspend();
    seen += 'd';
  });
  seen += 'a';
  fiber->resume();
  EXPECT_FALSE(fiber->has_ended());
  seen += 'c';
  fiber->resume();
  EXPECT_TRUE(fiber->has_ended());
  EXPECT_EQ(seen, "abcd");
}

TEST(Fiber, OneThatNeverBeganMayGo) {
  auto untouched = std::make_shared<int>(0);
  {
    Fiber fiber([untouched] { ++*untouched; });
  }
  EXPECT_EQ(*untouched, 0);
  EXPECT_EQ(untouched.use_count(), 1) << "and takes what it held with it";
}

// Depth fills the stack with live frames, so that stacks which overlap would show.
int sum_while_suspending(Fiber& fiber, int depth) {
  volatile int here = depth;
  if (depth == 0) {
    fiber.suspend();
    return 0;
  }
  return sum_while_suspending(fiber, depth - 1) + here;
}

TEST(Fiber, EachHasAStackOfItsOwn) {
  constexpr int fibers = 50;
  constexpr int depth = 200;
  for (int round = 0; round < 3; ++round) {  // later rounds use stacks again
    std::vector<std::unique_ptr<Fiber>> all(fibers);
    std::vector<int> sums(fibers, -1);
    for (int i = 0; i < fibers; ++i) {
      all[i] = std::make_unique<Fiber>([&, i] { sums[i] = sum_while_suspending(*all[i], depth); });
      all[i]->resume();
    }
    for (auto& fiber : all) fiber->resume();
    for (const int sum : sums) EXPECT_EQ(sum, depth * (depth + 1) / 2);
  }
}

TEST(FiberDeath, OneInTheMiddleMayNotBeThrownAway) {
  EXPECT_DEATH(
      {
        std::unique_ptr<Fiber> fiber;
        fiber = std::make_unique<Fiber>([&] { fiber->suspend(); });
        fiber->resume();
        fiber.reset();
      },
      "in the middle");
}

}  // namespace
}  // namespace leasecheck::sim
