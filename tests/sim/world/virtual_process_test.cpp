#include "sim/world/virtual_process.hpp"

#include <gtest/gtest.h>

#include <string>

namespace leasecheck::sim {
namespace {

using model::at_ms;
using model::Duration;

class VirtualProcessTest : public ::testing::Test {
 protected:
  VirtualProcessTest() { process.start(); }

  void plan(std::int64_t ms, const std::string& what) {
    process.at(at_ms(ms), [this, what] { happened += what; });
  }
  void run_until(std::int64_t ms) {
    timeline.run_until(at_ms(ms), [] { return false; });
  }

  Timeline timeline{at_ms(0), [](model::Time) {}};
  VirtualProcess process{timeline};
  std::string happened;
};

TEST_F(VirtualProcessTest, WhatIsPlannedHappensWhileItIsUp) {
  plan(10, "a");
  process.later(Duration{20}, [this] { happened += "b"; });
  run_until(20);
  EXPECT_EQ(happened, "ab");
}

TEST_F(VirtualProcessTest, NothingOfAnEarlierIncarnationHappens) {
  const std::uint64_t first = process.incarnation();
  plan(10, "a");
  process.stop();
  EXPECT_FALSE(process.is_up());
  EXPECT_FALSE(process.is(first));
  process.start();
  plan(10, "b");
  run_until(10);
  EXPECT_EQ(happened, "b");
  EXPECT_NE(process.incarnation(), first);
}

TEST_F(VirtualProcessTest, WhatComesInAPauseWaitsForItsEndInOrder) {
  process.pause();
  plan(10, "a");
  plan(11, "b");
  run_until(20);
  EXPECT_EQ(happened, "");
  EXPECT_TRUE(process.is_paused());
  process.resume();
  EXPECT_EQ(happened, "ab");
}

TEST_F(VirtualProcessTest, APauseEndsWithTheProcess) {
  process.pause();
  plan(10, "a");
  run_until(20);
  process.stop();
  process.start();
  process.resume();
  EXPECT_EQ(happened, "");
}

}  // namespace
}  // namespace leasecheck::sim
