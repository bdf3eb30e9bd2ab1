#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/cli/program.hpp"
#include "tests/mutants/mutants.hpp"

namespace leasecheck::cli {
namespace {

using testing::Ended;
using testing::Workplace;

std::string last_line(const std::string& text) {
  const std::size_t end = text.find_last_not_of('\n');
  const std::size_t begin = text.rfind('\n', end);
  return text.substr(begin == std::string::npos ? 0 : begin + 1, end - begin);
}

TEST(Simulate, HoldsOnSqliteAndSaysWhatWasSeen) {
  const Workplace place;
  const Ended ended = place.run("simulate --backend sqlite --seeds 1..5");
  EXPECT_EQ(ended.exit_code, 0) << ended.out << ended.err;
  for (const char* word : {"held", "operations", "virtual time", "faults", "premises"}) {
    EXPECT_NE(ended.out.find(word), std::string::npos) << word;
  }
  EXPECT_EQ(ended.err, "");
  EXPECT_EQ(place.size(), 0U) << "a run that holds leaves no file behind";
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

TEST(Replay, WholeCorpusHoldsOnTheRealBackend) {
  const Ended ended = Workplace().run("replay --backend sqlite " LEASECHECK_CORPUS "/*.jsonl");
  EXPECT_EQ(ended.exit_code, 0) << ended.out << ended.err;
}

TEST(Check, EndsWithAReportThatAPersonCanOpen) {
  const Workplace place;
  const Ended ended = place.run("check --backend memory --budget 2s --report out");
  ASSERT_EQ(ended.exit_code, 0) << ended.out << ended.err;
  for (const char* file : {"summary.json", "junit.xml", "index.html", "lifecycle.svg"}) {
    EXPECT_GT(std::filesystem::file_size(place / (std::string("out/") + file)), 100U) << file;
  }
  const auto summary = nlohmann::json::parse(testing::text_of(place / "out/summary.json"));
  EXPECT_EQ(summary["result"], "held");
  EXPECT_EQ(summary["sections"].size(), 4U);
}

TEST(Check, AMutantEndsWithItsTraceInTheReport) {
  const Workplace place;
  const mutants::Mutant& mutant = mutants::all_mutants().front();
  const Ended ended =
      place.run("check --mutant " + std::string(mutant.name) + " --budget 20s --report out");
  EXPECT_EQ(ended.exit_code, 1) << ended.out << ended.err;
  EXPECT_NE(ended.out.find(mutant.property), std::string::npos) << ended.out;
  const std::string command = last_line(ended.out);
  ASSERT_TRUE(command.starts_with("leasecheck replay ")) << command;
  EXPECT_EQ(place.run(command.substr(std::string("leasecheck ").size())).exit_code, 1);
}

TEST(Mutants, AreListed) {
  const Ended ended = Workplace().run("mutants");
  EXPECT_EQ(ended.exit_code, 0);
  for (const mutants::Mutant& mutant : mutants::all_mutants()) {
    EXPECT_NE(ended.out.find(mutant.name), std::string::npos) << mutant.name;
  }
}

TEST(Graph, PrintsEveryFormat) {
  for (const char* format : {"mermaid", "dot", "tsv", "svg", "json"}) {
    const Ended ended = Workplace().run(std::string("graph --format ") + format);
    EXPECT_EQ(ended.exit_code, 0) << format << ended.err;
    EXPECT_NE(ended.out.find("retry_backoff"), std::string::npos) << format;
  }
}

TEST(Version, IsPrinted) {
  const Ended ended = Workplace().run("version");
  EXPECT_EQ(ended.exit_code, 0);
  EXPECT_NE(ended.out.find("lease-1"), std::string::npos);
}

TEST(Help, NamesEveryCommandAndTheExitCodes) {
  const Ended ended = Workplace().run("--help");
  EXPECT_EQ(ended.exit_code, 0);
  for (const char* word :
       {"check", "simulate", "replay", "graph", "mutants", "version", "broken"}) {
    EXPECT_NE(ended.out.find(word), std::string::npos) << word;
  }
}

}  // namespace
}  // namespace leasecheck::cli
