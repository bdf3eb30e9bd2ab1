#include "sim/scheduler/task_scheduler.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

namespace leasecheck::sim {
namespace {

using namespace std::chrono_literals;

// Each of `tasks` tasks writes its letter `steps` times and yields in between.
std::string interleave(Strategy& strategy, int tasks, int steps) {
  TaskScheduler scheduler(strategy);
  std::string seen;
  for (int task = 0; task < tasks; ++task) {
    scheduler.spawn([&, task] {
      for (int step = 0; step < steps; ++step) {
        if (step > 0) scheduler.yield();
        seen += static_cast<char>('a' + task);
      }
    });
  }
  scheduler.run();
  return seen;
}

int changes_in(const std::string& seen) {
  int changes = 0;
  for (std::size_t i = 1; i < seen.size(); ++i) changes += seen[i] != seen[i - 1];
  return changes;
}

std::vector<std::string> all_schedules(std::uint32_t preemptions, int tasks, int steps) {
  BoundedStrategy strategy(preemptions);
  std::vector<std::string> all;
  do {
    all.push_back(interleave(strategy, tasks, steps));
  } while (strategy.advance());
  return all;
}

TEST(BoundedStrategy, WithoutPreemptionsTasksRunInEveryOrder) {
  const auto all = all_schedules(0, 3, 2);
  EXPECT_EQ(all,
            (std::vector<std::string>{"aabbcc", "aaccbb", "bbaacc", "bbccaa", "ccaabb", "ccbbaa"}));
}

TEST(BoundedStrategy, RunsEverySchedulesOnceAndNoneAboveTheBound) {
  for (const std::uint32_t bound : {0U, 1U, 2U, 3U}) {
    const auto all = all_schedules(bound, 2, 5);
    const std::set<std::string> distinct(all.begin(), all.end());
    EXPECT_EQ(distinct.size(), all.size());
    // Every word with five of each letter, of which those count that can be had within the bound:
    // each change but that at the end of a task is a preemption.
    std::string word = "aaaaabbbbb";
    std::size_t expected = 0;
    do {
      int preemptions = 0;
      int left[2] = {5, 5};
      for (std::size_t i = 0; i < word.size(); ++i) {
        if (i > 0 && word[i] != word[i - 1] && left[word[i - 1] - 'a'] > 0) ++preemptions;
        --left[word[i] - 'a'];
      }
      if (preemptions <= static_cast<int>(bound)) {
        ++expected;
        EXPECT_TRUE(distinct.contains(word)) << word;
      }
    } while (std::ranges::next_permutation(word).found);
    EXPECT_EQ(all.size(), expected) << "bound " << bound;
  }
}

// The task that stands still in the second run is not there to go on.
TEST(BoundedStrategy, SaysWhereTasksAreNotDeterministic) {
  BoundedStrategy strategy(1);
  EXPECT_EQ(interleave(strategy, 2, 2), "aabb");
  EXPECT_TRUE(strategy.was_followed());
  ASSERT_TRUE(strategy.advance());
  EXPECT_EQ(interleave(strategy, 1, 2), "aa");
  EXPECT_FALSE(strategy.was_followed());
  int runs = 0;
  while (strategy.advance() && runs < 100) {
    interleave(strategy, 2, 2);
    EXPECT_TRUE(strategy.was_followed());
    ++runs;
  }
  EXPECT_LT(runs, 100) << "it goes on with what is left";
}

TEST(UniformStrategy, SameSeedSameScheduleOtherSeedAnother) {
  const auto run = [](std::uint64_t seed) {
    UniformStrategy strategy{Stream(seed, "scheduler")};
    return interleave(strategy, 4, 20);
  };
  EXPECT_EQ(run(7), run(7));
  EXPECT_NE(run(7), run(8));
}

TEST(UniformStrategy, ReachesEveryScheduleOfASmallProgram) {
  std::set<std::string> seen;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    UniformStrategy strategy{Stream(seed, "scheduler")};
    seen.insert(interleave(strategy, 2, 2));
  }
  EXPECT_EQ(seen, (std::set<std::string>{"aabb", "abab", "abba", "bbaa", "baba", "baab"}));
}

TEST(PctStrategy, ChangesTasksNoMoreOftenThanItsDepthAllows) {
  std::set<std::string> seen;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    PctStrategy strategy(Stream(seed, "scheduler"), {.depth = 2, .expected_points = 8});
    const std::string run = interleave(strategy, 2, 4);
    EXPECT_LE(changes_in(run), 2) << "one change of priority, and the end of a task";
    seen.insert(run);
  }
  EXPECT_TRUE(seen.contains("aabbbbaa"));
  EXPECT_TRUE(seen.contains("baaaabbb"));
}

TEST(PctStrategy, DepthOneNeverPreempts) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    PctStrategy strategy(Stream(seed, "scheduler"), {.depth = 1, .expected_points = 8});
    EXPECT_EQ(changes_in(interleave(strategy, 3, 4)), 2);
  }
}

TEST(RecordedStrategy, DoesAgainWhatWasDecided) {
  UniformStrategy random{Stream(3, "scheduler")};
  TaskScheduler first(random);
  std::string seen;
  const auto spawn_all = [&seen](TaskScheduler& scheduler) {
    for (const char letter : {'a', 'b', 'c'}) {
      scheduler.spawn([&seen, &scheduler, letter] {
        for (int step = 0; step < 10; ++step) {
          seen += letter;
          scheduler.yield();
        }
      });
    }
  };
  spawn_all(first);
  first.run();
  const std::string original = std::exchange(seen, {});
  EXPECT_EQ(first.points(), 30U);

  RecordedStrategy recorded(decisions_from_text(to_text(first.decisions())).value());
  TaskScheduler second(recorded);
  spawn_all(second);
  second.run();
  EXPECT_EQ(seen, original);
  EXPECT_TRUE(recorded.was_followed());
}

TEST(RecordedStrategy, SaysWhenTheRecordDoesNotFit) {
  RecordedStrategy recorded({1, 7});
  EXPECT_EQ(interleave(recorded, 2, 2), "bbaa");
  EXPECT_FALSE(recorded.was_followed());
}

TEST(Schedule, IsTextAndBack) {
  EXPECT_EQ(to_text({0, 0, 0, 1, 0}), "0*3,1,0");
  EXPECT_EQ(decisions_from_text("0*3,1,0"), (std::vector<TaskId>{0, 0, 0, 1, 0}));
  EXPECT_EQ(decisions_from_text(""), std::vector<TaskId>{});
  for (const char* wrong : {",", "0,", "x", "0*", "0*0", "-1", "0 1", "0**2", "1*99999999999"}) {
    EXPECT_EQ(decisions_from_text(wrong), std::nullopt) << wrong;
  }
}

TEST(TaskScheduler, TimeJumpsOnlyWhenNobodyCanGoOn) {
  RecordedStrategy strategy({});
  TaskScheduler scheduler(strategy);
  std::vector<std::pair<char, std::int64_t>> seen;
  scheduler.spawn([&] {
    scheduler.sleep(5ms);
    seen.emplace_back('s', scheduler.now().count());
  });
  scheduler.spawn([&] {
    for (int i = 0; i < 3; ++i) {
      seen.emplace_back('b', scheduler.now().count());
      scheduler.yield();
    }
    scheduler.sleep(2ms);
    seen.emplace_back('e', scheduler.now().count());
  });
  scheduler.run();
  EXPECT_EQ(seen, (std::vector<std::pair<char, std::int64_t>>{
                      {'b', 0}, {'b', 0}, {'b', 0}, {'e', 2000}, {'s', 5000}}));
}

TEST(TaskScheduler, ATaskMaySpawnAnother) {
  RecordedStrategy strategy({});
  TaskScheduler scheduler(strategy);
  int ran = 0;
  scheduler.spawn([&] { scheduler.spawn([&] { ++ran; }); });
  scheduler.run();
  EXPECT_EQ(ran, 1);
}

TEST(TaskScheduler, OutsideOfTasksPointsAreNone) {
  RecordedStrategy strategy({});
  TaskScheduler scheduler(strategy);
  scheduler.yield();
  scheduler.sleep(1s);
  EXPECT_EQ(scheduler.points(), 0U);
  EXPECT_EQ(scheduler.now(), 0us);
}

TEST(TaskScheduler, ATaskThatWaitsIsNotChosenUntilItCanGoOn) {
  BoundedStrategy strategy(3);
  std::set<std::string> seen;
  do {
    TaskScheduler scheduler(strategy);
    std::string order;
    bool is_done = false;
    scheduler.spawn([&] {
      scheduler.wait_until([&] { return is_done; });
      order += 'a';
    });
    scheduler.spawn([&] {
      order += 'b';
      scheduler.yield();
      is_done = true;
      scheduler.yield();
      order += 'c';
    });
    scheduler.run();
    seen.insert(order);
  } while (strategy.advance());
  EXPECT_EQ(seen, (std::set<std::string>{"bac", "bca"}));
}

TEST(TaskScheduler, WhereAllWaitTheyAreAskedAgain) {
  BoundedStrategy strategy(0);
  TaskScheduler scheduler(strategy);
  int asked = 0;
  scheduler.spawn([&] { scheduler.wait_until([&] { return ++asked == 5; }); });
  scheduler.run();
  EXPECT_EQ(asked, 5);
  scheduler.wait_until([&] { return ++asked == 8; });
  EXPECT_EQ(asked, 8) << "outside of any task";
}

}  // namespace
}  // namespace leasecheck::sim
