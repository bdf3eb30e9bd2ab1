// What is made of a trace for people and for other tools. That a browser shows it is tested in
// pages_in_browser.py.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/views/conversions.hpp"
#include "cli/views/explanation.hpp"
#include "sim/oracle/replay.hpp"
#include "sim/registry/subject_registry.hpp"
#include "tests/support/golden.hpp"
#include "tests/support/program.hpp"
#include "traces/reader.hpp"
#include "traces/views/fault.hpp"
#include "traces/views/promise.hpp"
#include "traces/views/timeline_page.hpp"
#include "traces/writer.hpp"

namespace leasecheck::cli::testing {
namespace {

traces::Trace corpus_trace(const std::string& name) {
  auto trace = traces::read_file(std::string(LEASECHECK_CORPUS "/") + name);
  EXPECT_TRUE(trace) << trace.error().message;
  return trace ? *std::move(trace) : traces::Trace{};
}

/// A run of so many steps: claims and their answers, each with the usual changes.
traces::Trace long_trace(std::uint64_t steps) {
  traces::Trace trace = corpus_trace("heartbeat_shortens_lease.jsonl");
  const std::vector<traces::Step> once = trace.steps;
  while (trace.steps.size() < steps) {
    for (traces::Step step : once) {
      const std::uint64_t number = trace.steps.size() + 1;
      if (auto* returned = std::get_if<traces::Return>(&step.what)) returned->of = number - 1;
      step.number = number;
      step.true_time = trace.steps.back().true_time + model::Duration{1};
      trace.steps.push_back(std::move(step));
    }
  }
  trace.steps.resize(steps);
  return trace;
}

TEST(TimelinePage, NeedsNothingBesideItself) {
  const std::string page = traces::timeline_page(corpus_trace("ack_from_anyone.jsonl"));
  for (const char* outside : {"http://", "https://", "src=", "@import", "url(http", "fetch("}) {
    std::string without_namespace = page;
    const std::string svg = "http://www.w3.org/2000/svg";
    if (const auto at = without_namespace.find(svg); at != std::string::npos) {
      without_namespace.erase(at, svg.size());
    }
    EXPECT_EQ(without_namespace.find(outside), std::string::npos) << outside;
  }
}

TEST(TimelinePage, NamesTheSeedOfARunThatWasDrawnFromIt) {
  traces::Trace trace = corpus_trace("ack_from_anyone.jsonl");
  trace.head.seed = 142;
  trace.head.config["workers"] = 2;
  EXPECT_NE(traces::timeline_page(trace).find("by simulate, seed 142."), std::string::npos);
  trace.head.config.clear();
  EXPECT_NE(traces::timeline_page(trace).find("by simulate."), std::string::npos);
}

TEST(TimelinePage, FiveThousandStepsAreLessThanAMegabyte) {
  EXPECT_LT(traces::timeline_page(long_trace(5000)).size(), 1'000'000U);
}

TEST(TimelinePage, TextsOfATraceAreNeitherMarkupNorScript) {
  traces::Trace trace = corpus_trace("ack_from_anyone.jsonl");
  const std::string evil = "</script><script>alert(1)</script><!--<script>@TITLE@";
  trace.head.backend = evil;
  trace.verdict.message = evil;
  std::get<traces::Call>(trace.steps.at(0).what).actor = evil + "\xff";
  const std::string page = traces::timeline_page(trace);
  EXPECT_EQ(page.find("<script>alert"), std::string::npos);
  EXPECT_EQ(page.find("<!--<script"), std::string::npos);
  EXPECT_EQ(page.find("</script><"), std::string::npos);
}

TEST(Show, WritesThePageThatIsNamedAndNothingElse) {
  const Workplace place;
  const Ended ended = place.run("show " LEASECHECK_CORPUS "/ack_from_anyone.jsonl -o " +
                                (place / "page.html").string());
  EXPECT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_TRUE(std::filesystem::exists(place / "page.html"));
  const Ended nowhere = place.run("show " LEASECHECK_CORPUS "/ack_from_anyone.jsonl -o " +
                                  (place / "none/page.html").string());
  EXPECT_EQ(nowhere.exit_code, 2);
  const Ended no_trace = place.run("show /none.jsonl -o " + (place / "page.html").string());
  EXPECT_EQ(no_trace.exit_code, 2);
  EXPECT_NE(no_trace.err.find("/none.jsonl"), std::string::npos) << no_trace.err;
}

TEST(Convert, SaysTheSameAsItIsKept) {
  const traces::Trace trace = corpus_trace("ack_from_anyone.jsonl");
  tests::expect_golden("converted.mmd", mermaid_sequence(trace));
  tests::expect_golden("converted.csv", csv_table(trace));
  tests::expect_golden("converted.edn", jepsen_edn(trace));
  tests::expect_golden("converted.porcupine.json", porcupine_json(trace));
  tests::expect_golden("converted.perfetto.json", perfetto_json(trace));
}

/// All traces of the corpus, by name.
std::vector<std::string> corpus() {
  std::vector<std::string> names;
  const std::filesystem::path root = LEASECHECK_CORPUS;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    if (entry.path().extension() != ".jsonl") continue;
    names.push_back(std::filesystem::relative(entry.path(), root).replace_extension().string());
  }
  std::ranges::sort(names);
  return names;
}

TEST(Explain, TellsTheTracesOfTheCorpusAsTheyAreKept) {
  ASSERT_GT(corpus().size(), 90U);
  for (const std::string& name : corpus()) {
    const Explanation explanation{.trace = corpus_trace(name + ".jsonl")};
    tests::expect_golden("explained/" + name + ".txt", in_text(explanation));
  }
}

// A file of somebody's own may say so.
TEST(Explain, CanTellAVerdictThatNamesAPropertyAndNoStep) {
  traces::Trace trace = corpus_trace("ack_from_anyone.jsonl");
  trace.verdict = {
      .result = traces::Result::held, .property = "holder_only", .message = {}, .first_bad = 0};
  EXPECT_TRUE(in_text({.trace = trace}).starts_with("holder_only is held, on "));
}

TEST(Explain, NamesThePromiseOfEveryTraceOfTheCorpus) {
  for (const std::string& name : corpus()) {
    const std::string text = in_text({.trace = corpus_trace(name + ".jsonl")});
    EXPECT_NE(text.find("\nPromised:  "), std::string::npos) << name;
    EXPECT_NE(text.find("\nInstead:   "), std::string::npos) << name;
    EXPECT_NE(text.find("\nAt fault:  the repository. "), std::string::npos) << name;
    EXPECT_NE(text.find("\n-> "), std::string::npos) << name;
  }
}

TEST(Fault, IsTheRepositorysWhereItDoesNotWhatTheContractAsksFor) {
  EXPECT_EQ(traces::fault_of(corpus_trace("ack_from_anyone.jsonl")),
            "the repository. By the contract, at step 5 it refuses: stale_lease, and the step "
            "changes nothing.");
  EXPECT_EQ(traces::fault_of(corpus_trace("requeue_loses_priority.jsonl")),
            "the repository. By the contract, step 5 must not change a1.priority.");
}

/// The trace on a repository without the defect, with this step called a violation.
traces::Trace blamed(const std::string& name, std::uint64_t step) {
  const auto memory = sim::parse_backend("memory");
  const auto subject = memory->make();
  auto trace = sim::rerun(corpus_trace(name), **subject);
  EXPECT_TRUE(trace) << trace.error();
  trace->verdict = {.result = traces::Result::violated,
                    .property = "requeue_after_grace",
                    .message = "m",
                    .first_bad = step};
  return *std::move(trace);
}

TEST(Promise, IsTheClaimOfThePropertyWhereEveryAnswerIsTheContracts) {
  const traces::Trace trace = blamed("ack_from_anyone.jsonl", 6);
  EXPECT_TRUE(traces::promise_of(trace).starts_with("A reap takes exactly the leases"))
      << traces::promise_of(trace);
}

TEST(Fault, IsTheCallersWhereEveryAnswerIsTheContracts) {
  EXPECT_EQ(
      traces::fault_of(blamed("ack_from_anyone.jsonl", 6)),
      "w2. Every answer of the repository is the contract's; w2's call broke the rule: it acks "
      "L1: completed.");
}

TEST(Fault, IsOfThoseAroundWhereNoCallBrokeTheRule) {
  EXPECT_TRUE(traces::fault_of(blamed("heartbeat_shortens_lease.jsonl", 1))
                  .starts_with("not the repository"));
}

TEST(Fault, IsNobodysWhereNothingIsViolated) {
  traces::Trace trace = corpus_trace("ack_from_anyone.jsonl");
  trace.verdict = {};
  EXPECT_EQ(traces::fault_of(trace), "");
}

TEST(Explain, SaysWhatEachStepIsNeededFor) {
  const Ended ended = Workplace().run("explain " LEASECHECK_CORPUS "/ack_from_anyone.jsonl");
  EXPECT_EQ(ended.exit_code, 0) << ended.err;
  std::size_t needed = 0;
  for (std::size_t at = 0; (at = ended.out.find("without it: held", at)) != std::string::npos;
       ++at) {
    ++needed;
  }
  EXPECT_EQ(needed, 3U) << ended.out;
}

TEST(Explain, LeavesNothingOutOnABackendThatOnlyItsUserMayName) {
  const Workplace place;
  traces::Trace trace = corpus_trace("ack_from_anyone.jsonl");
  trace.head.backend = "exec:touch " + (place / "touched").string();
  place.write("t.jsonl", traces::to_text(trace));
  const Ended ended = place.run("explain " + (place / "t.jsonl").string());
  EXPECT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_FALSE(std::filesystem::exists(place / "touched"));
  EXPECT_EQ(ended.out.find("without it"), std::string::npos);
  EXPECT_NE(ended.err.find("--backend"), std::string::npos) << ended.err;
}

TEST(Explain, InMarkdownHasATableAndADiagram) {
  const std::string text = in_markdown({.trace = corpus_trace("ack_from_anyone.jsonl")});
  EXPECT_NE(text.find("| 5 | **violated:** "), std::string::npos) << text;
  EXPECT_NE(text.find("```mermaid\nsequenceDiagram\n"), std::string::npos) << text;
}

TEST(Explain, InMarkdownHoldsNoMarkupOfOthers) {
  std::string text =
      testing::text_of(std::filesystem::path(LEASECHECK_CORPUS) / "heartbeat_shortens_lease.jsonl");
  const std::string name = "a|<b>`[x](y)";
  for (std::size_t at = text.find("\"a1"); at != std::string::npos; at = text.find("\"a1", at)) {
    text.replace(at + 1, 2, name);
    at += name.size();
  }
  const auto trace = traces::read_text(text, "hostile");
  ASSERT_TRUE(trace) << trace.error().message;
  const std::string markdown = in_markdown({.trace = *trace});
  const std::string table = markdown.substr(0, markdown.find("```mermaid"));
  EXPECT_EQ(table.find(name), std::string::npos) << table;
  EXPECT_NE(table.find(R"(producer enqueues a\|\<b\>\`\[x\](y) of run r1)"), std::string::npos)
      << table;
}

TEST(Convert, PrintsWhatItWrites) {
  const Workplace place;
  const traces::Trace trace = corpus_trace("ack_from_anyone.jsonl");
  const Ended ended = place.run("convert --to csv " LEASECHECK_CORPUS "/ack_from_anyone.jsonl");
  EXPECT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_EQ(ended.out, csv_table(trace));
}

TEST(Convert, TimesAtTheEndsOfTheirRangeAreHeldThere) {
  traces::Trace trace = corpus_trace("ack_from_anyone.jsonl");
  trace.head.deployment->epoch = model::beginning_of_time;
  trace.steps.back().true_time = model::end_of_time;
  EXPECT_NE(jepsen_edn(trace).find(":time 9223372036854775807"), std::string::npos);
  EXPECT_NE(traces::timeline_page(trace).find("\"end\":9223372036854775807"), std::string::npos);
}

TEST(Convert, PerfettoHasATrackForEachActorAndEndsWhatItBegins) {
  const auto document = nlohmann::json::parse(perfetto_json(corpus_trace("ack_from_anyone.jsonl")));
  std::map<std::string, int> phases;
  std::map<std::string, int> open;
  for (const auto& event : document.at("traceEvents")) {
    ++phases[event.at("ph").get<std::string>()];
    if (event["ph"] == "b") ++open[event.at("id").get<std::string>()];
    if (event["ph"] == "e") --open[event.at("id").get<std::string>()];
  }
  EXPECT_EQ(phases["M"], 4) << "producer, w1, stranger, repository";
  EXPECT_GT(phases["b"], 0);
  for (const auto& [id, count] : open) EXPECT_EQ(count, 0) << id;
}

TEST(Convert, ACallWithoutAnAnswerIsInfoAndReturnsAfterTheEnd) {
  traces::Trace trace = corpus_trace("ack_from_anyone.jsonl");
  trace.steps.pop_back();
  EXPECT_NE(jepsen_edn(trace).find(":type :info"), std::string::npos);
  const auto history = nlohmann::json::parse(porcupine_json(trace));
  EXPECT_TRUE(history.back().at("Output").is_null());
  EXPECT_GT(history.back().at("Return"), history.back().at("Call"));
}

TEST(Convert, FieldsOfATableAreQuotedWhereTheyMustBe) {
  traces::Trace trace = corpus_trace("ack_from_anyone.jsonl");
  std::get<traces::Call>(trace.steps.at(0).what).actor = "a \"b\", c";
  EXPECT_NE(csv_table(trace).find(R"("a ""b"", c")"), std::string::npos);
}

}  // namespace
}  // namespace leasecheck::cli::testing
