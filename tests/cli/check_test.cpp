// The main job: each part is reported, whatever becomes of the others, and the exit code is that of
// the worst.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "sim/defects/repository/mutants.hpp"
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

/// How each section of the report ended, by name.
std::map<std::string, std::string> ends_of(const Workplace& place) {
  const auto summary =
      nlohmann::json::parse(testing::text_of(place / "r/summary.json"), nullptr, false);
  EXPECT_FALSE(summary.is_discarded()) << "no report was written";
  std::map<std::string, std::string> ends;
  if (summary.is_discarded()) return ends;
  for (const auto& section : summary["sections"]) ends[section["name"]] = section["result"];
  return ends;
}

std::map<std::string, std::string> all_held_but(std::map<std::string, std::string> others) {
  others.merge(std::map<std::string, std::string>{{"model", "held"},
                                                  {"contract", "held"},
                                                  {"simulation", "held"},
                                                  {"corpus", "held"},
                                                  {"crash", "not run"},
                                                  {"interleave", "not run"}});
  return others;
}

std::string one_of_the_corpus(const std::string& name) {
  return testing::text_of(std::string(LEASECHECK_CORPUS "/") + name + ".jsonl");
}

constexpr const char* quick = "check --backend memory --budget 200ms --report r ";

TEST(Check, EndsWithAReportThatAPersonCanOpen) {
  const Workplace place;
  const Ended ended = place.run("check --backend memory --budget 2s --report out");
  ASSERT_EQ(ended.exit_code, 0) << ended.out << ended.err;
  for (const char* file : {"summary.json", "junit.xml", "index.html", "lifecycle.svg"}) {
    EXPECT_GT(std::filesystem::file_size(place / (std::string("out/") + file)), 100U) << file;
  }
  const auto summary = nlohmann::json::parse(testing::text_of(place / "out/summary.json"));
  EXPECT_EQ(summary["result"], "held");
  EXPECT_EQ(summary["sections"].size(), 6U);
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

TEST(Check, APartThatCannotGoOnHidesNoViolationAndNoReport) {
  const Workplace place;
  place.write("corpus/notes.jsonl", "Dear diary\n");
  const std::string mutant = "heartbeat_shortens_lease";
  const Ended ended =
      place.run("check --budget 200ms --report r --corpus corpus --mutant " + mutant);
  EXPECT_EQ(ended.exit_code, 1) << ended.out << ended.err;
  const auto ends = ends_of(place);
  EXPECT_EQ(ends.at("contract"), "violated");
  EXPECT_EQ(ends.at("corpus"), "usage error");
  EXPECT_NE(ended.out.find("notes.jsonl:1"), std::string::npos) << ended.out;
  EXPECT_EQ(last_line(ended.out), "leasecheck replay r/contract.jsonl");
}

TEST(Check, AFileThatIsNoTraceIsAUsageErrorOfTheCorpusAlone) {
  const Workplace place;
  place.write("corpus/a.jsonl", "Dear diary\n");
  place.write("corpus/b.jsonl", one_of_the_corpus("heartbeat_shortens_lease"));
  const Ended ended = place.run(std::string(quick) + "--corpus corpus");
  EXPECT_EQ(ended.exit_code, 2) << ended.out << ended.err;
  EXPECT_EQ(ends_of(place), all_held_but({{"corpus", "usage error"}}));
  EXPECT_EQ(ended.out.find("operations  0"), std::string::npos) << "the trace after it is replayed";
}

TEST(Check, AStaleTraceIsInconclusive) {
  const Workplace place;
  std::string trace = one_of_the_corpus("heartbeat_shortens_lease");
  trace.replace(trace.find("lease-1"), 7, "lease-0");
  place.write("corpus/old.jsonl", trace);
  const Ended ended = place.run(std::string(quick) + "--corpus corpus");
  EXPECT_EQ(ended.exit_code, 3) << ended.out << ended.err;
  EXPECT_EQ(ends_of(place), all_held_but({{"corpus", "inconclusive"}}));
}

TEST(Check, ASubjectThatBreaksIsReportedPartByPart) {
  const Workplace place;
  place.write("corpus/one.jsonl", one_of_the_corpus("heartbeat_shortens_lease"));
  const Ended ended = place.run(
      "check --budget 200ms --report r --corpus corpus "
      "--backend 'exec:" LEASECHECK_MISBEHAVING_SUBJECT " early_exit'");
  EXPECT_EQ(ended.exit_code, 4) << ended.out << ended.err;
  EXPECT_EQ(ends_of(place),
            all_held_but({{"contract", "broken"}, {"simulation", "broken"}, {"corpus", "broken"}}));
}

TEST(Check, ABackendThatCannotBeMadeIsRefusedBeforeAnythingRuns) {
  const Workplace place;
  const Ended ended = place.run("check --report r --backend 'exec:no-such-program'");
  EXPECT_EQ(ended.exit_code, 2) << ended.out << ended.err;
  EXPECT_EQ(ended.out, "");
  EXPECT_FALSE(std::filesystem::exists(place / "r"));
}

TEST(Check, AReportThatCannotBeWrittenLosesNoVerdict) {
  const Workplace place;
  std::filesystem::create_directories(place / "r/index.html");
  const std::string mutant = "version_restarts";
  const Ended held = place.run(quick);
  EXPECT_EQ(held.exit_code, 2) << held.out << held.err;
  EXPECT_NE(held.err.find("r/index.html"), std::string::npos) << held.err;
  const Ended violated = place.run("check --budget 200ms --report r --mutant " + mutant);
  EXPECT_EQ(violated.exit_code, 1) << violated.out << violated.err;
}

/// The program as a package installs it, under the prefix `there`.
void install(const Workplace& place) {
  std::filesystem::create_directories(place / "there/bin");
  std::filesystem::copy_file(LEASECHECK_PROGRAM, place / "there/bin/leasecheck");
}

TEST(Check, WithoutACorpusThePartIsNotRunAndTheCheckHolds) {
  const Workplace place;
  install(place);
  const Ended ended = place.run(quick, "there/bin/leasecheck");
  EXPECT_EQ(ended.exit_code, 0) << ended.out << ended.err;
  EXPECT_EQ(ends_of(place), all_held_but({{"corpus", "not run"}}));
  EXPECT_NE(ended.out.find("Recorded failures, replayed: not run\n"), std::string::npos);
  EXPECT_NE(
      testing::text_of(place / "r/junit.xml").find("<skipped message=\"not run\">no recorded"),
      std::string::npos);
}

TEST(Check, AnInstalledProgramFindsItsCorpus) {
  const Workplace place;
  install(place);
  place.write("there/share/leasecheck/corpus/one.jsonl",
              one_of_the_corpus("heartbeat_shortens_lease"));
  const Ended ended = place.run(quick, "there/bin/leasecheck");
  EXPECT_EQ(ended.exit_code, 0) << ended.out << ended.err;
  EXPECT_EQ(ends_of(place), all_held_but({}));
  EXPECT_NE(ended.out.find("traces      1\n"), std::string::npos) << ended.out;
}

}  // namespace
}  // namespace leasecheck::cli
