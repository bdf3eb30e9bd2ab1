// The main job: each part is reported, whatever becomes of the others, and the exit code is that of
// the worst.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>

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

/// The same on every machine: no part is cut short by its budget.
constexpr const char* bounded = "check --budget 10m --seeds 1..3 --report r ";
constexpr const char* quick = "check --backend memory --budget 10m --seeds 1..3 --report r ";

/// Whether summary.json is as its schema says, by Python's jsonschema.
::testing::AssertionResult is_as_its_schema(const Workplace& place, const std::string& file) {
  const Ended ended = place.run(
      "-c 'import json, sys; from jsonschema import Draft202012Validator as Validator; "
      "document, schema = (json.load(open(file)) for file in sys.argv[1:]); "
      "Validator.check_schema(schema); Validator(schema).validate(document)' " +
          file + " " LEASECHECK_ROOT "/cli/check_report/summary.schema.json",
      LEASECHECK_PYTHON);
  if (ended.exit_code == 0) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << ended.err;
}

/// How many test cases of junit.xml ended in each way: "tests failures errors skipped".
std::string ends_in_junit(const Workplace& place) {
  return place
      .run(
          "-c 'import xml.etree.ElementTree as tree; suite = "
          "tree.parse(\"r/junit.xml\").getroot(); "
          "print(len(suite.findall(\"testcase\")), *(len(suite.findall(\"testcase/\" + kind)) "
          "for kind in (\"failure\", \"error\", \"skipped\")), "
          "*(suite.get(kind) for kind in (\"tests\", \"failures\", \"errors\", \"skipped\")))'",
          LEASECHECK_PYTHON)
      .out;
}

TEST(Check, ThatHeldSaysSoInEveryForm) {
  const Workplace place;
  const Ended ended = place.run("check --backend memory --budget 10m --seeds 1..80 --report r");
  ASSERT_EQ(ended.exit_code, 0) << ended.out << ended.err;
  EXPECT_LE(std::ranges::count(ended.out, '\n'), 40) << ended.out;
  EXPECT_TRUE(is_as_its_schema(place, "r/summary.json"));
  EXPECT_EQ(ends_in_junit(place), "6 0 0 2 6 0 0 2\n");
  const auto summary = nlohmann::json::parse(testing::text_of(place / "r/summary.json"));
  EXPECT_EQ(summary["result"], "held");
  EXPECT_EQ(summary["command"],
            "leasecheck check --backend memory --budget 600s --seeds 1..80 --report r");
  EXPECT_EQ(summary["failures"].size(), 0U);
  EXPECT_GT(summary["life_cycle"]["taken"], 25);
  EXPECT_EQ(summary["life_cycle"]["unknown"].size(), 0U) << summary["life_cycle"];
  EXPECT_EQ(place.run("graph --coverage r/summary.json").exit_code, 0);
  const std::string page = testing::text_of(place / "r/index.html");
  for (const char* words :
       {"<strong>held</strong>", "leasecheck check --backend memory --budget 600s --seeds 1..80",
        "<svg ", "heartbeat_lease", "conforms_to_model", "not run"}) {
    EXPECT_NE(page.find(words), std::string::npos) << words;
  }
}

TEST(Check, HasASchemaThatAllowsNothingElse) {
  const Workplace place;
  ASSERT_EQ(place.run(quick).exit_code, 0);
  auto summary = nlohmann::json::parse(testing::text_of(place / "r/summary.json"));
  summary["sections"][2]["counts"]["more"] = nlohmann::json::object();
  place.write("more.json", summary.dump());
  EXPECT_FALSE(is_as_its_schema(place, "more.json"));
  summary["sections"][2]["counts"].erase("more");
  summary["sections"][2].erase("totals");
  place.write("less.json", summary.dump());
  EXPECT_FALSE(is_as_its_schema(place, "less.json"));
}

TEST(Check, ThatIsViolatedExplainsEachFailureOnce) {
  const Workplace place;
  const Ended ended =
      place.run("check --mutant heartbeat_shortens_lease --budget 10m --report r --json");
  EXPECT_EQ(ended.exit_code, 1) << ended.out << ended.err;
  EXPECT_EQ(ended.out, testing::text_of(place / "r/summary.json"));
  EXPECT_TRUE(is_as_its_schema(place, "r/summary.json"));
  EXPECT_EQ(ends_in_junit(place), "6 3 0 2 6 3 0 2\n");
  const auto summary = nlohmann::json::parse(ended.out);
  // At a heartbeat, and at one with a version.
  ASSERT_EQ(summary["failures"].size(), 2U) << summary["failures"];
  const auto& failure = summary["failures"][0];
  EXPECT_EQ(failure["property"], "expiry_never_lowered");
  EXPECT_EQ(failure["at"], "heartbeat_lease: ok");
  EXPECT_GT(failure["seen"].size(), 2U);
  const std::string timeline = failure["timeline"];
  EXPECT_NE(
      testing::text_of(place / ("r/" + timeline)).find("<h1>leasecheck: expiry_never_lowered"),
      std::string::npos);
  const std::string page = testing::text_of(place / "r/index.html");
  for (const std::string& words :
       {std::string("<strong>violated expiry_never_lowered"), "href=\"" + timeline + "\"",
        std::string("Promised:  heartbeat_lease("), std::string("without it: held"),
        std::string("leasecheck replay r/contract.min.jsonl")}) {
    EXPECT_NE(page.find(words), std::string::npos) << words;
  }
}

TEST(Check, ThatIsBrokenOrCannotGoOnIsNoFailureInJunit) {
  const Workplace place;
  place.write("corpus/notes.jsonl", "Dear diary\n");
  const Ended ended = place.run(
      "check --budget 10m --seeds 1..3 --report r --corpus corpus "
      "--backend 'exec:" LEASECHECK_MISBEHAVING_SUBJECT " early_exit'");
  EXPECT_EQ(ended.exit_code, 4) << ended.out << ended.err;
  EXPECT_TRUE(is_as_its_schema(place, "r/summary.json"));
  EXPECT_EQ(ends_in_junit(place), "6 0 3 2 6 0 3 2\n");
  const std::string page = testing::text_of(place / "r/index.html");
  EXPECT_NE(page.find("notes.jsonl:1"), std::string::npos);
  EXPECT_NE(page.find("<strong>broken"), std::string::npos);
}

TEST(Check, ThatIsInterruptedIsInconclusiveInEveryForm) {
  const Workplace place;
  const Ended ended = place.run(
      "-c '\"$0\" check --backend memory --budget 60s --report r >out & "
      "until grep -q ^contract out; do sleep 0.1; done; kill -TERM $!; wait "
      "$!' " LEASECHECK_PROGRAM,
      "sh");
  EXPECT_EQ(ended.exit_code, 3) << ended.out << ended.err;
  EXPECT_TRUE(is_as_its_schema(place, "r/summary.json"));
  const auto ends = ends_of(place);
  EXPECT_EQ(ends.at("corpus"), "inconclusive");
  EXPECT_NE(
      testing::text_of(place / "r/junit.xml").find("<error message=\"inconclusive\">interrup"),
      std::string::npos);
  EXPECT_NE(testing::text_of(place / "r/index.html").find("<strong>inconclusive</strong>"),
            std::string::npos);
}

TEST(Check, AddsToTheStepSummaryThatIsNamed) {
  const Workplace place;
  place.write("summary.md", "# Before\n");
  const std::string program = " " LEASECHECK_PROGRAM " ";
  const Ended ended = place.run("GITHUB_STEP_SUMMARY=summary.md" + program +
                                    "check --mutant heartbeat_shortens_lease "
                                    "--budget 10m --report r",
                                "/usr/bin/env");
  EXPECT_EQ(ended.exit_code, 1) << ended.err;
  const std::string text = testing::text_of(place / "summary.md");
  EXPECT_TRUE(text.starts_with("# Before\n## leasecheck check of mutant:heartbeat")) << text;
  EXPECT_NE(text.find("```mermaid\nsequenceDiagram"), std::string::npos) << text;
  const Ended none =
      place.run("GITHUB_STEP_SUMMARY=none/summary.md" + program + quick, "/usr/bin/env");
  EXPECT_EQ(none.exit_code, 2) << none.out;
  EXPECT_NE(none.err.find("none/summary.md"), std::string::npos) << none.err;
}

TEST(Check, WithSeedsThatAreLeftIsInconclusive) {
  const Workplace place;
  const Ended ended = place.run("check --backend memory --budget 2s --seeds 1..1000000 --report r");
  EXPECT_EQ(ended.exit_code, 3) << ended.out << ended.err;
  EXPECT_EQ(ends_of(place).at("simulation"), "inconclusive");
  const std::string line = "the budget was spent: the seeds after ";
  const std::size_t at = ended.out.find(line);
  ASSERT_NE(at, std::string::npos) << ended.out;
  EXPECT_NE(ended.out.find(" were not run", at), std::string::npos) << ended.out;
}

/// The lines that say how a part ended, with numbers and times taken out.
std::vector<std::string> parts_in(const std::string& text) {
  std::vector<std::string> parts;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    static const std::regex part("(model|contract|simulation|corpus|crash|interleave) .*");
    static const std::regex varies(R"([\d,]*\d(\.\d)?|\d+ (h|min|s)\b| +)");
    if (!std::regex_match(line, part)) continue;
    line = line.substr(0, line.find(" of virtual time"));
    parts.push_back(std::regex_replace(line, varies, " "));
  }
  return parts;
}

TEST(Check, PrintsWhatTheReadmeShows) {
  const std::string readme = testing::text_of(LEASECHECK_ROOT "/README.md");
  const std::size_t begin = readme.find("$ ./run check --budget 10s\n");
  ASSERT_NE(begin, std::string::npos);
  const std::vector<std::string> shown =
      parts_in(readme.substr(begin, readme.find("```", begin) - begin));
  ASSERT_EQ(shown.size(), 6U);
  EXPECT_EQ(shown, parts_in(Workplace().run("check --budget 10m --seeds 1..80").out));
}

TEST(Check, HasLongListsWhereTheyAreAskedFor) {
  const Ended ended = Workplace().run(std::string(quick) + "--verbose");
  EXPECT_EQ(ended.exit_code, 0) << ended.err;
  for (const char* line :
       {"  for 1 attempt, 2 workers, 2 ms ttl, 1 ms grace, 4 policies\n",
        "  Operations, by what they answered\n", "queued to leased by upsert_lease\n",
        "  Faults that happened\n", "  conforms_to_model\n",
        "  leasecheck simulate --backend memory --seeds 1.."}) {
    EXPECT_NE(ended.out.find(line), std::string::npos) << line << ended.out;
  }
}

TEST(Check, AMutantEndsWithItsTraceInTheReport) {
  const Workplace place;
  const mutants::Mutant& mutant = mutants::all_mutants().front();
  const Ended ended =
      place.run("check --mutant " + std::string(mutant.name) + " --budget 10m --report out");
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
  const Ended ended = place.run(bounded + ("--corpus corpus --mutant " + mutant));
  EXPECT_EQ(ended.exit_code, 1) << ended.out << ended.err;
  const auto ends = ends_of(place);
  EXPECT_EQ(ends.at("contract"), "violated");
  EXPECT_EQ(ends.at("corpus"), "usage error");
  EXPECT_NE(ended.out.find("notes.jsonl:1"), std::string::npos) << ended.out;
  EXPECT_EQ(last_line(ended.out), "leasecheck replay r/contract.min.jsonl");
}

TEST(Check, AFileThatIsNoTraceIsAUsageErrorOfTheCorpusAlone) {
  const Workplace place;
  place.write("corpus/a.jsonl", "Dear diary\n");
  place.write("corpus/b.jsonl", one_of_the_corpus("heartbeat_shortens_lease"));
  const Ended ended = place.run(std::string(quick) + "--corpus corpus");
  EXPECT_EQ(ended.exit_code, 2) << ended.out << ended.err;
  EXPECT_EQ(ends_of(place), all_held_but({{"corpus", "usage error"}}));
  EXPECT_EQ(ended.out.find(" 0 operations"), std::string::npos) << "the trace after it is replayed";
}

TEST(Check, AStaleTraceIsInconclusive) {
  const Workplace place;
  std::string trace = one_of_the_corpus("heartbeat_shortens_lease");
  trace.replace(trace.find("lease-2"), 7, "lease-0");
  place.write("corpus/old.jsonl", trace);
  const Ended ended = place.run(std::string(quick) + "--corpus corpus");
  EXPECT_EQ(ended.exit_code, 3) << ended.out << ended.err;
  EXPECT_EQ(ends_of(place), all_held_but({{"corpus", "inconclusive"}}));
}

TEST(Check, ASubjectThatBreaksIsReportedPartByPart) {
  const Workplace place;
  place.write("corpus/one.jsonl", one_of_the_corpus("heartbeat_shortens_lease"));
  const Ended ended = place.run(
      "check --budget 10m --seeds 1..3 --report r --corpus corpus "
      "--backend 'exec:" LEASECHECK_MISBEHAVING_SUBJECT " early_exit'");
  EXPECT_EQ(ended.exit_code, 4) << ended.out << ended.err;
  EXPECT_EQ(ends_of(place),
            all_held_but({{"contract", "broken"}, {"simulation", "broken"}, {"corpus", "broken"}}));
}

TEST(Check, WithoutTimeDecidesNothingThatItHasNotDone) {
  const Workplace place;
  const Ended ended = place.run("check --backend memory --budget 1ms --seeds 1 --report r");
  EXPECT_EQ(ended.exit_code, 3) << ended.out << ended.err;
  const auto ends = ends_of(place);
  EXPECT_EQ(ends.at("contract"), "inconclusive");
  EXPECT_EQ(ends.at("corpus"), "inconclusive");
  EXPECT_NE(ended.out.find("the budget was spent: 0 of 102 traces replayed"), std::string::npos)
      << ended.out;
  EXPECT_NE(ended.out.find("42777 transitions: the tours ended before them"), std::string::npos)
      << ended.out;
}

/// Runs the check on a program with a corpus of so many traces. Returns: how often it started.
std::ptrdiff_t starts_with_corpus_of(int traces, const std::string& program, int exit_code) {
  const Workplace place;
  place.write("program.sh", "echo >>starts; exec " + program + "\n");
  for (int i = 0; i < traces; ++i) {
    place.write("corpus/" + std::to_string(i) + ".jsonl", one_of_the_corpus("version_restarts"));
  }
  const Ended ended =
      place.run(bounded + std::string("--corpus corpus --backend 'exec:sh program.sh'"));
  EXPECT_EQ(ended.exit_code, exit_code) << ended.out << ended.err;
  return std::ranges::count(testing::text_of(place / "starts"), '\n');
}

const std::string python =
    LEASECHECK_PYTHON " " LEASECHECK_PYTHON_SUBJECT " --variant required_only";

TEST(Check, StartsAProgramOnceForAllReplays) {
  EXPECT_EQ(starts_with_corpus_of(5, python, 0), starts_with_corpus_of(1, python, 0));
}

TEST(Check, AsksAProgramThatSaysNothingOfItselfInOneReplayOnly) {
  EXPECT_EQ(starts_with_corpus_of(5, "echo '{}'", 4), starts_with_corpus_of(1, "echo '{}'", 4));
}

// What the traces before it left in the program is no failure of a trace.
TEST(Check, JudgesAReplayThatFailsOnANewProgram) {
  const Workplace place;
  for (const char* name : {"corpus/1.jsonl", "corpus/2.jsonl"}) {
    place.write(name, one_of_the_corpus("version_restarts"));
  }
  place.write("program.py",
              "import json, sys\n"
              "sys.path.insert(0, '" LEASECHECK_ROOT
              "/tests/subjects/python')\n"
              "import subject\n"
              "from repository import Repository\n"
              "class NotEmptied(Repository):\n"
              "    resets = 0\n"
              "    def reset(self, now, args):\n"
              "        self.resets += 1\n"
              "        return super().reset(now, args) if self.resets < 2 else {}\n"
              "served = subject.Subject(NotEmptied())\n"
              "for line in sys.stdin:\n"
              "    request = json.loads(line)\n"
              "    print(json.dumps({'id': request['id']} | served.answer(request)), flush=True)\n"
              "    if served.is_over: break\n");
  static_cast<void>(place.run(
      bounded + std::string("--corpus corpus --backend 'exec:" LEASECHECK_PYTHON " program.py'")));
  const auto ends = ends_of(place);
  EXPECT_EQ(ends.at("contract"), "violated") << "a reset is among the transitions";
  EXPECT_EQ(ends.at("corpus"), "held");
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
  const Ended violated = place.run(bounded + ("--mutant " + mutant));
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
  EXPECT_NE(ended.out.find("\ncorpus      not run  "), std::string::npos);
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
  EXPECT_NE(ended.out.find("  1 trace, "), std::string::npos) << ended.out;
}

// The reaper of this trace may take the lease only because a tick came first, which is not offered.
TEST(Check, PassesOverATraceThatShowsNothingWithoutWhatIsNotOffered) {
  const Workplace place;
  place.write("c/reap_takes_backoff.jsonl", one_of_the_corpus("reap_takes_backoff"));
  const Ended ended = place.run(
      "check --attempts 1 --seeds 1..2 --budget 10m --corpus c --report r --verbose "
      "--backend 'exec:" LEASECHECK_PYTHON " " LEASECHECK_ROOT "/examples/python/my_queue.py'");
  EXPECT_EQ(ended.exit_code, 0) << ended.out << ended.err;
  EXPECT_NE(ended.out.find("reap_takes_backoff.jsonl shows nothing without "), std::string::npos)
      << ended.out;
}

}  // namespace
}  // namespace leasecheck::cli
