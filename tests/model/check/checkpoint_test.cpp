#include "leasecheck/check/checkpoint.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "tests/model/check/digraph.hpp"

namespace leasecheck::tests {
namespace {

class Checkpoint : public testing::Test {
 protected:
  Checkpoint() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    path_ = std::filesystem::path(testing::TempDir()) /
            (std::string("leasecheck-") + test->name() + ".checkpoint");
    std::filesystem::remove(path_);
  }
  ~Checkpoint() override { std::filesystem::remove(path_); }

  template <typename M>
  void expect_same_end(const M& model, Options options) {
    const auto whole = run(model, options);
    options.resume = path_;
    const auto resumed = run(model, options);
    EXPECT_EQ(resumed.verdict, whole.verdict);
    EXPECT_EQ(resumed.states, whole.states);
    EXPECT_EQ(resumed.transitions, whole.transitions);
    EXPECT_EQ(resumed.depth, whole.depth);
    EXPECT_EQ(resumed.outcomes[0].state, whole.outcomes[0].state);
    EXPECT_EQ(resumed.outcomes[0].depth, whole.outcomes[0].depth);
    ASSERT_EQ(resumed.outcomes[0].counterexample.has_value(),
              whole.outcomes[0].counterexample.has_value());
    if (whole.outcomes[0].counterexample) {
      EXPECT_EQ(describe(model, *resumed.outcomes[0].counterexample),
                describe(model, *whole.outcomes[0].counterexample));
    }
  }

  std::string resume_error(const Digraph<>& model, Options options = {}) {
    options.resume = path_;
    const auto report = Checker(model, options).run();
    return report ? "" : report.error();
  }

  std::filesystem::path path_;
};

constexpr std::uint32_t nodes = 100'000;

Digraph<> with_a_late_fault() {
  auto model = binary_tree(nodes);
  model.marked[90'000] = false;
  return model;
}

// A process of its own searches, saves, and is killed without warning.
TEST_F(Checkpoint, ASearchThatIsKilledHalfWayResumesToTheSameEnd) {
  const auto model = with_a_late_fault();
  for (const unsigned jobs : {1u, 2u}) {
    const pid_t child = fork();
    if (child == 0) {
      const auto kill_half_way = [](const Progress& progress) {
        if (progress.states > nodes / 2) raise(SIGKILL);
        return Continue::yes;
      };
      run(model, {.jobs = jobs,
                  .progress = kill_half_way,
                  .pause_states = 3000,
                  .checkpoint = path_,
                  .checkpoint_states = 10'000});
      _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    ASSERT_TRUE(std::filesystem::exists(path_));
    expect_same_end(model, {.jobs = jobs});
  }
}

// The first search is saved whole before the second, of what avoids the `eventually`, begins.
TEST_F(Checkpoint, ASearchThatIsKilledWhileAnEventuallyIsDecidedResumesToTheSameEnd) {
  auto model = with_a_late_fault();
  model.kind = Kind::eventually;
  const pid_t child = fork();
  if (child == 0) {
    std::uint64_t most_states = 0;
    const auto kill_in_the_second_search = [&](const Progress& progress) {
      if (progress.states < most_states) raise(SIGKILL);
      most_states = progress.states;
      return Continue::yes;
    };
    model.marked.assign(nodes, false);
    run(model, {.progress = kill_in_the_second_search, .pause_states = 3000, .checkpoint = path_});
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  model.marked.assign(nodes, false);
  expect_same_end(model, {});
}

TEST_F(Checkpoint, ASearchThatRanOutOfMemoryResumesWithMore) {
  const auto model = with_a_late_fault();
  for (const std::size_t limit : {400'000, 800'000, 1'500'000}) {
    const auto stopped = run(model, {.jobs = 2, .memory_limit_bytes = limit, .checkpoint = path_});
    ASSERT_EQ(stopped.limit, Limit::memory);
    ASSERT_GT(stopped.states, 0u);
    expect_same_end(model, {});
  }
}

TEST_F(Checkpoint, ASearchThatMetItsDepthBoundResumesWithALargerOne) {
  const auto model = with_a_late_fault();
  ASSERT_EQ(run(model, {.max_depth = 9, .checkpoint = path_}).limit, Limit::depth);
  expect_same_end(model, {});
  expect_same_end(model, {.max_depth = 12});
}

TEST_F(Checkpoint, KeepsWhatWasFoundBeforeIt) {
  Digraph<2> model = binary_tree<2>(nodes);
  model.kind = Kind::sometimes;
  model.marked.assign(nodes, false);
  model.marked[100] = true;
  ASSERT_EQ(run(model, {.max_depth = 12, .checkpoint = path_}).outcomes[0].depth, 6u);
  expect_same_end(model, {});
}

TEST_F(Checkpoint, OfAnotherModelOrReductionIsRefused) {
  ASSERT_EQ(run(binary_tree(1000), {.max_depth = 5, .checkpoint = path_}).limit, Limit::depth);
  EXPECT_EQ(resume_error(binary_tree(1000)), "");
  EXPECT_NE(resume_error(binary_tree(1001)).find("of another search"), std::string::npos);
  EXPECT_NE(resume_error(binary_tree(1000), {.hash_bits = 40}).find("of another search"),
            std::string::npos);
}

TEST_F(Checkpoint, ThatIsMissingOrNoneIsRefused) {
  EXPECT_NE(resume_error(binary_tree(10)).find("No such file"), std::string::npos);
  std::ofstream(path_) << "not a checkpoint, but as long as one could well be";
  EXPECT_NE(resume_error(binary_tree(10)), "");
}

// Every word of a checkpoint in turn is changed, and every length it could have been cut to tried.
TEST_F(Checkpoint, ThatIsDamagedAnywhereIsRefused) {
  const auto model = binary_tree(60);
  ASSERT_EQ(run(model, {.max_depth = 4, .checkpoint = path_}).limit, Limit::depth);
  std::ifstream file(path_, std::ios::binary);
  const std::string whole((std::istreambuf_iterator<char>(file)), {});
  const auto write = [&](const std::string& bytes) {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << bytes;
  };
  for (std::size_t at = 0; at < whole.size(); at += 8) {
    std::string changed = whole;
    changed[at] ^= 1;
    write(changed);
    EXPECT_NE(resume_error(model), "") << "byte " << at;
    write(whole.substr(0, at));
    EXPECT_NE(resume_error(model), "") << "cut at " << at;
  }
  write(whole);
  EXPECT_EQ(resume_error(model), "");
}

// A checksum can be made right. What no search of the model can have seen is refused all the same.
TEST_F(Checkpoint, ThatIsMadeUpIsRefused) {
  auto model = binary_tree(60);
  const auto search_of = [&](std::uint64_t last, std::uint64_t finding_depth) {
    Budget budget(std::size_t{1} << 20);
    SearchState<1> made(1, budget);
    made.findings.resize(2);
    if (finding_depth > 0) made.findings[0] = {.depth = finding_depth, .state = {last}};
    const auto level = [&](std::uint64_t code) {
      require(made.log.writer(0).reserve(1), "there is room");
      made.log.writer(0).push({code});
      made.log.gather();
    };
    level(0);
    made.log.open_level();
    level(last);
    made.log.open_level();
    return save(path_, "digraph of 60; symmetry off; partial order off; hash bits 0", made);
  };
  ASSERT_TRUE(search_of(59, 1));  // A finding that nothing leads to in one step.
  EXPECT_NE(resume_error(model).find("has states that the search does not find"),
            std::string::npos);
  ASSERT_TRUE(search_of(1, 7));  // A finding deeper than the search.
  EXPECT_NE(resume_error(model).find("has what no search has"), std::string::npos);
  ASSERT_TRUE(search_of(std::uint64_t{1} << 40 | 1, 0));  // A code that is none.
  EXPECT_NE(resume_error(model).find("has what no search has"), std::string::npos);
}

TEST_F(Checkpoint, ThatHasNoStateIsRefused) {
  Budget budget(0);
  SearchState<1> nothing(1, budget);
  nothing.findings.resize(2);
  ASSERT_TRUE(save(path_, "digraph of 60; symmetry off; partial order off; hash bits 0", nothing));
  EXPECT_NE(resume_error(binary_tree(60)).find("has what no search has"), std::string::npos);
}

TEST_F(Checkpoint, NamesTheProgramsVersion) {
  ASSERT_EQ(run(binary_tree(1000), {.max_depth = 5, .checkpoint = path_}).limit, Limit::depth);
  EXPECT_NE(resume_error(binary_tree(1001)).find("; leasecheck "), std::string::npos);
}

TEST_F(Checkpoint, ThatIsDeeperThanTheBoundIsRefused) {
  const auto model = binary_tree(1000);
  ASSERT_EQ(run(model, {.max_depth = 5, .checkpoint = path_}).limit, Limit::depth);
  EXPECT_NE(resume_error(model, {.max_depth = 3}).find("searched to depth 5 already, and only 3"),
            std::string::npos);
  EXPECT_EQ(resume_error(model, {.max_depth = 5}), "");
}

TEST_F(Checkpoint, ThatCannotBeWrittenIsAnErrorBeforeTheSearch) {
  const auto model = binary_tree(1000);
  const auto never = [](const Progress&) -> Continue {
    ADD_FAILURE() << "the search began";
    return Continue::no;
  };
  for (const auto& path : {path_ / "below-a-file-that-is-not-there", path_.parent_path()}) {
    const auto report =
        Checker(model, {.progress = never, .pause_states = 1, .checkpoint = path}).run();
    ASSERT_FALSE(report.has_value());
    EXPECT_NE(report.error().find("cannot write the checkpoint"), std::string::npos);
  }
}

// A disk that is full may be emptied before the search is over.
TEST_F(Checkpoint, ThatTheDiskHasNoRoomForEndsNoSearch) {
  const auto model = with_a_late_fault();
  const auto expected = run(model, {});
  std::filesystem::create_symlink("/dev/full", path_);
  const Options often{.pause_states = 3000, .checkpoint = path_, .checkpoint_states = 10'000};
  const auto searched = run(model, often);
  EXPECT_EQ(searched.verdict, expected.verdict);
  EXPECT_EQ(searched.states, expected.states);
  EXPECT_NE(searched.not_saved.find("No space left"), std::string::npos) << searched.not_saved;
}

TEST_F(Checkpoint, IsWrittenThroughADevice) {
  std::filesystem::create_symlink("/dev/null", path_);
  const auto searched = run(binary_tree(1000), {.max_depth = 5, .checkpoint = path_});
  EXPECT_EQ(searched.not_saved, "");
  EXPECT_TRUE(std::filesystem::is_character_file(path_));
}

}  // namespace
}  // namespace leasecheck::tests
