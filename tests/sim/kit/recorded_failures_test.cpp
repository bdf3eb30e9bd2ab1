// Recorded failures as checks: what replays, what holds, and what a folder or a trace of no use
// says.
#include "leasecheck/recorded_failures.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>

#include "lease/memory.hpp"
#include "leasecheck/conformance_suite.hpp"
#include "sim/defects/repository/mutants.hpp"
#include "tests/support/temporary_directory.hpp"
#include "traces/reader.hpp"
#include "traces/writer.hpp"

namespace leasecheck::tests {
namespace {

namespace fs = std::filesystem;
using Made = lease::Result<std::unique_ptr<lease::AttemptRepository>>;

const fs::path corpus = LEASECHECK_CORPUS;
constexpr const char* shortens = "heartbeat_shortens_lease";

RepositoryUnderTest memory() {
  return {.name = "memory",
          .make = [](lease::Clock& clock, lease::IdSource& ids) -> Made {
            return lease::make_memory_repository(clock, ids);
          },
          .not_offered = {}};
}

RepositoryUnderTest mutant(std::string_view name) {
  const mutants::Mutant* found = mutants::find_mutant(name);
  return {.name = std::string(name),
          .make = [found](lease::Clock& clock, lease::IdSource& ids) -> Made {
            return found->make(clock, ids);
          },
          .not_offered = {}};
}

/// Pages go to the working directory.
class RecordedFailures : public ::testing::Test {
 protected:
  RecordedFailures() { fs::current_path(scratch_.path()); }
  ~RecordedFailures() override { fs::current_path(before_); }

  /// What replaying a copy of a trace of the corpus says; "" if it holds.
  std::string said(const RepositoryUnderTest& repository, const std::string& trace) {
    fs::copy_file(corpus / trace, "recorded.jsonl", fs::copy_options::overwrite_existing);
    return said(repository);
  }

  std::string said(const RepositoryUnderTest& repository) {
    const auto violation = replay_of("recorded.jsonl", "Replays_recorded").run(repository);
    return violation ? violation->what : "";
  }

  void rewrite(const std::function<void(traces::Trace&)>& change) {
    auto trace = traces::read_file(corpus / "ack_from_anyone.jsonl");
    ASSERT_TRUE(trace);
    change(*trace);
    ASSERT_TRUE(traces::write_file("recorded.jsonl", *trace));
  }

 private:
  fs::path before_ = fs::current_path();
  TemporaryDirectory scratch_;
};

TEST_F(RecordedFailures, HoldOnARepositoryWithoutTheDefect) {
  EXPECT_EQ(said(memory(), "ack_from_anyone.jsonl"), "");
}

TEST_F(RecordedFailures, SayStepRuleFaultAndWhatToDoWhereTheyStillFail) {
  fs::copy_file(corpus / "heartbeat_shortens_lease.jsonl", "recorded.jsonl");
  const auto violation = replay_of("recorded.jsonl", "Replays_recorded").run(mutant(shortens));
  ASSERT_TRUE(violation);
  for (const char* part : {"recorded.jsonl: expiry_never_lowered is violated by step 5\n",
                           "\nexpiry_never_lowered: the expiry of lease L1", "\npromised: ",
                           "(rule ", "\nat fault: the repository. By the contract, ",
                           "\nrecorded: expiry_never_lowered is violated by step 5, on "
                           "mutant:heartbeat_shortens_lease",
                           "\nto do: "}) {
    EXPECT_NE(violation->what.find(part), std::string::npos) << part << " in\n" << violation->what;
  }
  EXPECT_EQ(violation->trace, fs::absolute("recorded.jsonl"));
  EXPECT_EQ(violation->page, fs::absolute("heartbeat_shortens_lease.Replays_recorded.html"));
  EXPECT_TRUE(fs::exists(violation->page));
}

TEST_F(RecordedFailures, AreNoneWhereNothingFailedWhenTheyWereRecorded) {
  rewrite([](traces::Trace& trace) { trace.verdict = {}; });
  EXPECT_NE(said(memory()).find("its verdict is \"held\""), std::string::npos);
}

TEST_F(RecordedFailures, ShowNothingToARepositoryThatDoesNotOfferTheCall) {
  RepositoryUnderTest less = memory();
  less.not_offered = {"ack_attempt"};
  EXPECT_NE(said(less, "ack_from_anyone.jsonl").find("it calls ack_attempt"), std::string::npos);
}

TEST_F(RecordedFailures, OfTheSimulatedDiskAreLeftToTheProgram) {
  EXPECT_NE(said(memory(), "storage/synchronous_off.jsonl").find("simulated disk"),
            std::string::npos);
}

TEST_F(RecordedFailures, ThatCannotBeReadSayTheFileAndTheLine) {
  std::ofstream("recorded.jsonl") << "{}\n";
  EXPECT_NE(said(memory()).find("recorded.jsonl:1: "), std::string::npos) << said(memory());
}

TEST_F(RecordedFailures, OfAFolderAreThoseThatEndInJsonl) {
  fs::create_directory("traces");
  EXPECT_EQ(recorded_failures("traces").value().size(), 0U);
  for (const char* name : {"a.b.jsonl", "a-b.jsonl", "README.md", "x.jsonl.part"}) {
    std::ofstream(fs::path("traces") / name) << "{}\n";
  }
  const auto checks = recorded_failures("traces").value();
  ASSERT_EQ(checks.size(), 2U);
  EXPECT_EQ(checks[0].name, "Replays_a_b");
  EXPECT_EQ(checks[1].name, "Replays_a_b_");
}

TEST_F(RecordedFailures, OfAFolderThatIsNotThereAreAnError) {
  EXPECT_EQ(recorded_failures("none").error(), "none: No such file or directory");
}

// As few seeds are left of the largest number, it goes on with the smallest.
TEST_F(RecordedFailures, AreFoundFromWhateverSeedTheSuiteIsCounted) {
  const std::vector<Check> checks = conformance_suite(UINT64_MAX);
  const auto simulated = std::ranges::find_if(
      checks, [](const Check& check) { return check.name == "HoldsUnderFaults"; });
  ASSERT_NE(simulated, checks.end());
  EXPECT_TRUE(simulated->run(mutant(shortens)).has_value());
}

TEST(ReplayCommand, IsOneLineForAShell) {
  EXPECT_EQ(replay_command("/a b.jsonl", "Mine"), "LEASECHECK_REPLAY='/a b.jsonl' " +
                                                      fs::read_symlink("/proc/self/exe").string() +
                                                      " --gtest_filter=Mine.Replay");
}

}  // namespace
}  // namespace leasecheck::tests
