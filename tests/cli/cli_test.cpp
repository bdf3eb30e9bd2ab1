#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "sim/defects/repository/mutants.hpp"
#include "sim/faults.hpp"
#include "tests/support/program.hpp"

namespace leasecheck::cli {
namespace {

using testing::Ended;
using testing::Workplace;

std::string last_line(const std::string& text) {
  const std::size_t end = text.find_last_not_of('\n');
  const std::size_t begin = text.rfind('\n', end);
  return text.substr(begin == std::string::npos ? 0 : begin + 1, end - begin);
}

TEST(Simulate, HoldsOnSqliteAndLeavesNoFileBehind) {
  const Workplace place;
  const Ended ended = place.run("simulate --backend sqlite --seeds 1..5");
  EXPECT_EQ(ended.exit_code, 0) << ended.out << ended.err;
  EXPECT_EQ(ended.err, "");
  EXPECT_EQ(place.size(), 0U);
}

TEST(Simulate, KeepsANamedDatabase) {
  const Workplace place;
  EXPECT_EQ(place.run("simulate --backend sqlite:mine.db --seeds 1..2").exit_code, 0);
  EXPECT_TRUE(std::filesystem::exists(place / "mine.db"));
  const Ended again = place.run("simulate --backend sqlite:mine.db --seeds 1");
  EXPECT_EQ(again.exit_code, 2) << "somebody's attempts are not thrown away";
  EXPECT_NE(again.err.find("mine.db"), std::string::npos);
}

TEST(Simulate, AMutantIsViolatedAndItsTraceReplaysTheSame) {
  const Workplace place;
  const mutants::Mutant& mutant = mutants::all_mutants().front();
  const Ended found = place.run("simulate --mutant " + std::string(mutant.name));
  ASSERT_EQ(found.exit_code, 1) << found.out << found.err;
  EXPECT_NE(found.out.find(mutant.property), std::string::npos) << found.out;
  const std::string command = last_line(found.out);
  ASSERT_TRUE(command.starts_with("leasecheck replay ")) << command;

  const std::string trace = command.substr(std::string("leasecheck replay ").size());
  const Ended replayed = place.run("replay " + trace);
  EXPECT_EQ(replayed.exit_code, 1);
  EXPECT_NE(replayed.out.find("as recorded"), std::string::npos) << replayed.out;
  const Ended real = place.run("replay --backend sqlite " + trace);
  EXPECT_EQ(real.exit_code, 0) << real.out << real.err;
}

TEST(Simulate, ThatRunsNoSeedDecidesNothing) {
  const Ended ended = Workplace().run("simulate --backend memory --seeds 1..3 --shard 4/8");
  EXPECT_EQ(ended.exit_code, 3) << ended.out << ended.err;
  EXPECT_NE(ended.out.find("on no seed, shard 4/8: inconclusive"), std::string::npos) << ended.out;
  EXPECT_NE(ended.out.find("there was no seed to run"), std::string::npos) << ended.out;
}

// Seeds that take far longer than the budget: many attempts, a long time, orders without number.
TEST(Simulate, KeepsItsBudgetWhateverASeedTakes) {
  for (const char* seed : {"--backend memory --workers 100 --attempts 1000",
                           "--backend memory --duration 1000h", "--processes 64"}) {
    const auto began = std::chrono::steady_clock::now();
    const Ended ended =
        Workplace().run(std::string("simulate --seeds 1..2 --budget 500ms --trace none ") + seed);
    EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(10)) << seed;
    // A fast machine may come to the end of a seed.
    if (ended.exit_code == 0) continue;
    EXPECT_EQ(ended.exit_code, 3) << ended.out << ended.err;
    EXPECT_NE(ended.out.find("no seed came to its end within the budget"), std::string::npos);
  }
}

TEST(Simulate, TakesAnEmptyTmpdirForNone) {
  ::setenv("TMPDIR", "", 1);
  const Ended ended = Workplace().run("simulate --seeds 1");
  ::unsetenv("TMPDIR");
  EXPECT_EQ(ended.exit_code, 0) << ended.out << ended.err;
}

TEST(Simulate, SameSeedSameBytes) {
  const Workplace place;
  ASSERT_EQ(place.run("simulate --backend memory --seeds 1..3 --trace all --trace-dir a").exit_code,
            0);
  ASSERT_EQ(place.run("simulate --backend sqlite --seeds 1..3 --trace all --trace-dir b").exit_code,
            0);
  for (const char* name : {"seed-1.jsonl", "seed-2.jsonl", "seed-3.jsonl"}) {
    std::string memory = testing::text_of(place / (std::string("a/") + name));
    const std::string sqlite = testing::text_of(place / (std::string("b/") + name));
    const std::size_t backend = memory.find("\"backend\":\"memory\"");
    ASSERT_NE(backend, std::string::npos);
    memory.replace(backend, 18, "\"backend\":\"sqlite\"");
    EXPECT_EQ(memory, sqlite);
  }
}

TEST(Simulate, JsonIsOneDocument) {
  const Ended ended = Workplace().run("simulate --backend memory --seeds 1..3 --json");
  ASSERT_EQ(ended.exit_code, 0);
  const auto document = nlohmann::json::parse(ended.out, nullptr, false);
  ASSERT_FALSE(document.is_discarded()) << ended.out;
  EXPECT_EQ(document["result"], "held");
  EXPECT_EQ(document["runs"], 3);
  EXPECT_GT(document["operations"], 100);
}

TEST(Simulate, AllKindsOfFaultAreFiredOrNamed) {
  const Ended ended = Workplace().run("simulate --processes 2 --seeds 1 --json");
  const auto document = nlohmann::json::parse(ended.out, nullptr, false);
  ASSERT_FALSE(document.is_discarded()) << ended.out << ended.err;
  for (const sim::FaultInfo& kind : sim::fault_kinds()) {
    const std::string name(kind.name);
    const auto& never = document["never_fired"];
    EXPECT_NE(document["faults"].contains(name),
              std::find(never.begin(), never.end(), name) != never.end())
        << name;
  }
}

// The world's trace names the disk of its seed, so that it can be replayed and shrunk like any
// other.
TEST(Simulate, AStorageDefectInAWorldEndsWithATraceThatReplays) {
  const Workplace place;
  const Ended found = place.run("simulate --mutant ack_not_durable --processes 3 --seeds 1..60");
  ASSERT_EQ(found.exit_code, 1) << found.out << found.err;
  const std::string command = last_line(found.out);
  ASSERT_TRUE(command.starts_with("leasecheck ")) << command;
  const Ended again = place.run(command.substr(std::string("leasecheck ").size()));
  EXPECT_EQ(again.exit_code, 1) << command << again.out << again.err;
}

TEST(Simulate, AStressTestThatFailsEndsWithTheCommandThatShowsItAgain) {
  const Workplace place;
  const Ended found =
      place.run("simulate --mutant claim_in_two_transactions --processes 4 --seeds 1..60");
  ASSERT_EQ(found.exit_code, 1) << found.out << found.err;
  const std::string command = last_line(found.out);
  ASSERT_TRUE(command.starts_with("leasecheck simulate ")) << command;
  const Ended again = place.run(command.substr(std::string("leasecheck ").size()));
  EXPECT_EQ(again.exit_code, 1) << command << again.out << again.err;
}

TEST(Simulate, AnyNumberOfJobsGivesTheSameOutputAndTheSameFiles) {
  const mutants::Mutant& mutant = mutants::all_mutants().front();
  const std::string command =
      "simulate --mutant " + std::string(mutant.name) + " --seeds 1..12 --keep-going --jobs ";
  const Workplace one;
  const Workplace three;
  const Ended first = one.run(command + "1");
  const Ended second = three.run(command + "3");
  EXPECT_EQ(first.exit_code, 1);
  EXPECT_EQ(second.exit_code, 1);
  EXPECT_EQ(first.out, second.out);
  EXPECT_EQ(one.size(), three.size());
  for (const auto& entry : std::filesystem::directory_iterator(one / "")) {
    const std::string name = entry.path().filename().string();
    EXPECT_EQ(testing::text_of(one / name), testing::text_of(three / name)) << name;
  }
}

TEST(Simulate, FailuresThatAreAlikeAreCountedTogether) {
  const mutants::Mutant& mutant = mutants::all_mutants().front();
  const Ended ended = Workplace().run("simulate --mutant " + std::string(mutant.name) +
                                      " --seeds 1..20 --keep-going");
  EXPECT_EQ(ended.exit_code, 1);
  EXPECT_NE(ended.out.find("the same in"), std::string::npos) << ended.out;
}

TEST(Simulate, ShardsShareTheSeedsBetweenThem) {
  std::uint64_t runs = 0;
  std::uint64_t operations = 0;
  const auto run = [](const std::string& shard) {
    return nlohmann::json::parse(
        Workplace().run("simulate --backend memory --seeds 5..14 --json" + shard).out, nullptr,
        false);
  };
  for (const char* shard : {" --shard 1/3", " --shard 2/3", " --shard 3/3"}) {
    const auto document = run(shard);
    ASSERT_FALSE(document.is_discarded());
    runs += document["runs"].get<std::uint64_t>();
    operations += document["operations"].get<std::uint64_t>();
  }
  EXPECT_EQ(runs, 10U);
  EXPECT_EQ(operations, run("")["operations"]);
}

TEST(Simulate, SeedsFromATextAreTheSameForTheSameText) {
  const auto run = [](const std::string& text) {
    return Workplace().run("simulate --backend memory --seeds 1..2 --seed-from " + text);
  };
  const Ended one = run("3f2a9c1");
  EXPECT_EQ(one.exit_code, 0) << one.err;
  EXPECT_EQ(one.out, run("3f2a9c1").out);
  EXPECT_NE(one.out, run("3f2a9c2").out);
}

TEST(Simulate, DeterminismIsCheckedWhereItIsAskedFor) {
  const Ended ended =
      Workplace().run("simulate --processes 2 --seeds 1..3 --check-determinism --jobs 2");
  EXPECT_EQ(ended.exit_code, 0) << ended.out << ended.err;
}

TEST(Replay, WholeCorpusHoldsOnTheRealBackend) {
  const Ended ended = Workplace().run("replay --backend sqlite " LEASECHECK_CORPUS "/*.jsonl");
  EXPECT_EQ(ended.exit_code, 0) << ended.out << ended.err;
}

TEST(Replay, StorageCorpusHoldsOnSqliteAndNotWhereItWasRecorded) {
  const std::string storage = LEASECHECK_CORPUS "/storage/*.jsonl";
  const Ended shipped = Workplace().run("replay --backend sqlite " + storage);
  EXPECT_EQ(shipped.exit_code, 0) << shipped.out << shipped.err;
  const Ended planted = Workplace().run("replay " + storage);
  EXPECT_EQ(planted.exit_code, 1) << planted.out << planted.err;
  EXPECT_EQ(planted.out.find("recorded:"), std::string::npos) << planted.out;
}

// The last line of a violation is a command that shows it again.
void expect_replays(const Workplace& place, const Ended& violated) {
  ASSERT_EQ(violated.exit_code, 1) << violated.out << violated.err;
  const std::size_t last = violated.out.rfind("\nleasecheck ");
  ASSERT_NE(last, std::string::npos) << violated.out;
  std::string command = violated.out.substr(last + 12);
  command.pop_back();
  const Ended again = place.run(command);
  EXPECT_EQ(again.exit_code, 1) << command << again.err;
  EXPECT_NE(again.out.find("as recorded"), std::string::npos) << again.out;
}

TEST(Crash, AViolationIsATraceThatReplays) {
  const Workplace place;
  expect_replays(place, place.run("crash --mutant ack_not_durable --case leased/ack_completed"));
  // A mutant brings the length of the log at which it shows.
  expect_replays(place, place.run("crash --mutant checkpoint_not_synced --case empty/claim"));
  EXPECT_EQ(place.run("crash --case leased/ack_completed").exit_code, 0);
}

TEST(Interleave, AViolationIsATraceThatReplays) {
  const Workplace place;
  expect_replays(place, place.run("interleave --mutant reaps_by_id --case leased/heartbeat+reap"));
  EXPECT_EQ(place.run("interleave --case leased/heartbeat+reap").exit_code, 0);
}

TEST(Mutants, AreListed) {
  const Ended ended = Workplace().run("mutants");
  EXPECT_EQ(ended.exit_code, 0);
  for (const mutants::Mutant& mutant : mutants::all_mutants()) {
    EXPECT_NE(ended.out.find(mutant.name), std::string::npos) << mutant.name;
  }
}

TEST(Museum, FindsADefectByItsPropertyAndDrawsTheMatrix) {
  const Workplace place;
  const Ended ended = place.run(
      "museum --only reap_ignores_grace --samples 1 --technique simulation --svg matrix.svg");
  EXPECT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_NE(ended.out.find("requeue_after_grace"), std::string::npos) << ended.out;
  EXPECT_NE(ended.out.find("not shown"), std::string::npos) << ended.out;
  EXPECT_NE(testing::text_of(place / "matrix.svg").find("reap_ignores_grace"), std::string::npos);
}

TEST(Museum, NoCountDependsOnTheJobs) {
  const std::string museum = "museum --only version_restarts --technique model --json --jobs ";
  const auto one = nlohmann::json::parse(Workplace().run(museum + "1").out);
  const auto three = nlohmann::json::parse(Workplace().run(museum + "3").out);
  const auto& model = one["exhibits"][0]["techniques"]["model"];
  EXPECT_EQ(model["property"], "monotonic_versions");
  EXPECT_EQ(model["median_calls"], three["exhibits"][0]["techniques"]["model"]["median_calls"]);
}

TEST(Museum, ADefectThatIsMissedIsAViolationAndAnUnknownOneAnError) {
  EXPECT_EQ(Workplace().run("museum --only backoff_overflows --technique conformance").exit_code,
            1);
  EXPECT_EQ(Workplace().run("museum --only nothing").exit_code, 2);
  EXPECT_EQ(Workplace().run("museum --technique nothing").exit_code, 2);
}

TEST(Graph, PrintsEveryFormat) {
  for (const char* format : {"mermaid", "dot", "tsv", "svg", "json"}) {
    const Ended ended = Workplace().run(std::string("graph --format ") + format);
    EXPECT_EQ(ended.exit_code, 0) << format << ended.err;
    EXPECT_NE(ended.out.find("retry_backoff"), std::string::npos) << format;
  }
}

}  // namespace
}  // namespace leasecheck::cli
