// The report of the main job: what each rendering says of the same data, how long it may become,
// and that nothing which a subject has written is markup in it.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/check_report/console.hpp"
#include "cli/check_report/json.hpp"
#include "cli/check_report/junit.hpp"
#include "cli/check_report/markdown.hpp"
#include "cli/check_report/page.hpp"
#include "model/graph/walk.hpp"
#include "tests/support/program.hpp"
#include "traces/reader.hpp"

namespace leasecheck::cli {
namespace {

using testing::Ended;
using testing::Workplace;

bool says(const std::string& text, const std::string& words) {
  return text.find(words) != std::string::npos;
}

ReportedFailure failure_of(const std::string& property, const std::string& at,
                           const std::string& section, const std::string& where) {
  return {.verdict = {.result = traces::Result::violated,
                      .property = property,
                      .message = "something fell",
                      .first_bad = 1},
          .at = at,
          .sightings = {{section, where}}};
}

/// A report with one part that held and nothing else.
Report small_report() {
  Report report{.backend = "memory", .command = "leasecheck check --backend memory"};
  report.sections.push_back({.name = "simulation",
                             .title = "Simulation with faults",
                             .seconds = 1.5,
                             .totals = {{"runs", "runs", 1}, {"operations", "operations", 1234}}});
  return report;
}

/// All six parts, with all kinds of everything, and many of each.
Report full_report() {
  Report report{.backend = "memory", .command = "leasecheck check --backend memory"};
  for (const std::string name :
       {"model", "contract", "simulation", "corpus", "crash", "interleave"}) {
    Section section{.name = name, .title = "Part " + name, .end = ExitCode::usage};
    section.notes.assign(100, "a\nnote of\nthree lines");
    for (const char* kind : {"never_fired", "never_reached", "not_promised", "differences",
                             "skipped", "not_covered"}) {
      Gap gap{.name = kind, .title = kind, .reason = "for some reason", .what = {}};
      for (int i = 0; i < 100; ++i) gap.what["the name\nof something " + std::to_string(i)] = 1;
      section.gaps.push_back(gap);
    }
    report.sections.push_back(section);
  }
  for (int i = 0; i < 50; ++i) {
    report.add(failure_of("property_" + std::to_string(i), "reset: ok", "corpus", "a\nb.jsonl"));
  }
  report.life_cycle = life_cycle_taken(*graph::walk({}), {});
  return report;
}

// -- the data -----------------------------------------------------------------------------------

TEST(CheckReport, HasFailuresThatAreAlikeOnce) {
  Report report = small_report();
  report.add(failure_of("holder_only", "ack_attempt: ok", "contract", "a tour"));
  report.add(failure_of("holder_only", "ack_attempt: ok", "simulation", "seed 6"));
  report.add(failure_of("holder_only", "release_lease: ok", "simulation", "seed 7"));
  report.add(failure_of("timeouts", "ack_attempt: ok", "simulation", "seed 8"));
  ASSERT_EQ(report.failures.size(), 3U);
  EXPECT_EQ(places_of(report.failures.front()), "a tour, seed 6");
}

TEST(CheckReport, TakesTheTraceOfAnAlikeFailureThatHasOne) {
  Report report = small_report();
  report.add(failure_of("holder_only", "ack_attempt: ok", "contract", "a tour"));
  ReportedFailure traced = failure_of("holder_only", "ack_attempt: ok", "simulation", "seed 6");
  traced.trace = "seed-6.jsonl";
  traced.replay = "leasecheck replay seed-6.jsonl";
  report.add(traced);
  ASSERT_EQ(report.failures.size(), 1U);
  EXPECT_EQ(report.failures.front().trace, "seed-6.jsonl");
  EXPECT_EQ(places_of(report.failures.front()), "a tour, seed 6");
  EXPECT_EQ(first_replay(report), traced.replay);
}

TEST(CheckReport, HasViolationsFirst) {
  Report report = small_report();
  ReportedFailure broken = failure_of("", "", "contract", "a tour");
  broken.verdict.result = traces::Result::broken;
  report.add(broken);
  report.add(failure_of("timeouts", "reset: ok", "simulation", "seed 8"));
  EXPECT_EQ(report.failures.front().verdict.property, "timeouts");
}

TEST(CheckReport, TellsBrokenOnesApartByWhatTheySay) {
  Report report = small_report();
  ReportedFailure broken = failure_of("", "", "contract", "a tour");
  broken.verdict.result = traces::Result::broken;
  report.add(broken);
  broken.verdict.message = "something fell; the last request was another one";
  report.add(broken);
  EXPECT_EQ(report.failures.size(), 1U);
  broken.verdict.message = "something else";
  report.add(broken);
  EXPECT_EQ(report.failures.size(), 2U);
}

// -- the console --------------------------------------------------------------------------------

TEST(CheckConsole, SaysAllThatThereIsInFortyLines) {
  const Report report = full_report();
  std::string text = "heading\n\n";
  for (const Section& section : report.sections) text += part_in_words(section);
  text += "\n" + findings_in_words(report) + "violated in 1.0 s\nleasecheck replay\n";
  EXPECT_LE(std::ranges::count(text, '\n'), 40) << text;
  EXPECT_TRUE(says(text, "a note of three lines (and 99 more: --verbose)\n")) << text;
  EXPECT_TRUE(says(text, "… and 46 more failures that are not alike (--verbose)\n")) << text;
  EXPECT_TRUE(says(text, ", +")) << text;
}

TEST(CheckConsole, IsShortWhereNothingIsUnusual) {
  const Report report = small_report();
  EXPECT_EQ(part_in_words(report.sections.front()),
            "simulation  held             1.5 s  1 run, 1,234 operations\n");
  EXPECT_EQ(findings_in_words(report), "");
}

TEST(CheckConsole, HasTheWholeListsWhereTheyAreAskedFor) {
  const std::string text = lists_in_words(full_report());
  for (int i = 0; i < 100; ++i) {
    EXPECT_TRUE(says(text, "of something " + std::to_string(i) + " in 6 runs\n")) << i;
  }
  EXPECT_TRUE(says(text, "violated property_49 at reset: ok\n  corpus: a\nb.jsonl\n"));
}

// -- what subjects write ------------------------------------------------------------------------

/// The report, with every text that may come from a subject being `text`.
Report report_saying(const std::string& text) {
  Report report = small_report();
  report.backend = text;
  report.command = "leasecheck check --backend " + text;
  Section& section = report.sections.front();
  section.notes = {text};
  section.charts = {{"operations", "Operations", {{text, 1, {{text, 1}}}}}};
  section.gaps = {{"differences", "done otherwise", "what it says", {{text, 1}}}};
  ReportedFailure failure = failure_of("holder_only", "ack_attempt: ok", "simulation", text);
  failure.verdict.message = text;
  failure.replay = "leasecheck replay " + text;
  report.add(failure);
  section.end = ExitCode::violated;
  return report;
}

TEST(TextOfASubject, IsNoMarkupInThePage) {
  const std::string page =
      report_page(report_saying("</code><script>alert(1)</script><img src=x onerror='alert(2)'>"));
  EXPECT_FALSE(says(page, "<script"));
  EXPECT_FALSE(says(page, "<img"));
  EXPECT_TRUE(says(page, "&lt;script>") || says(page, "&lt;script&gt;")) << page;
}

TEST(TextOfASubject, IsNoMarkupInMarkdown) {
  const std::string text = "a|b `c` <script> [d](e) **f** @g ``` ~~~";
  const std::string markdown = report_markdown(report_saying(text), 1'000'000);
  EXPECT_FALSE(says(markdown, "\n" + text));
  // Within a block nothing is markup, and no text ends the block.
  std::string outside;
  std::string fence;
  std::istringstream lines(markdown);
  for (std::string line; std::getline(lines, line);) {
    if (fence.empty() && line.starts_with("```")) {
      fence = line.substr(0, line.find_first_not_of('`'));
      EXPECT_EQ(fence, "````") << "a block has a fence longer than what is in it";
    } else if (!fence.empty() && line == fence) {
      fence.clear();
    } else if (fence.empty()) {
      outside += line + "\n";
    }
  }
  EXPECT_EQ(fence, "");
  EXPECT_FALSE(says(outside, text)) << outside;
  EXPECT_TRUE(says(outside, R"(a\|b \`c\` \<script\> \[d\](e) \*\*f\*\* \@g)")) << outside;
}

TEST(TextOfASubject, LeavesXmlAndJsonValid) {
  const Workplace place;
  const Report report = report_saying("]]> \x01 \xff </failure> & \"quoted\" \n'");
  place.write("junit.xml", junit_xml(report));
  const Ended read = place.run(
      "-c 'import xml.etree.ElementTree as tree; print(tree.parse(\"junit.xml\").getroot().tag)'",
      LEASECHECK_PYTHON);
  EXPECT_EQ(read.out, "testsuite\n") << read.err;
  EXPECT_TRUE(nlohmann::json::accept(summary_json(report)));
}

// -- Markdown -----------------------------------------------------------------------------------

TEST(CheckMarkdown, KeepsToItsLengthAndSaysSo) {
  const Report report = full_report();
  const std::string all = report_markdown(report, 1'000'000);
  EXPECT_FALSE(says(all, "left out"));
  for (const std::size_t most : {all.size() / 2, std::size_t{2'000}, std::size_t{100}}) {
    EXPECT_LE(report_markdown(report, most).size(), most);
  }
  EXPECT_TRUE(says(report_markdown(report, all.size() / 2), "left out"));
}

TEST(CheckMarkdown, LeavesRoomForWhatIsInTheFileAlready) {
  const Workplace place;
  const std::string there(999'000, 'x');
  place.write("summary.md", there);
  append_step_summary(full_report(), (place / "summary.md").string());
  const std::string text = testing::text_of(place / "summary.md");
  EXPECT_TRUE(text.starts_with(there));
  EXPECT_LE(text.size(), 1'000'000U);
  EXPECT_THROW(append_step_summary(full_report(), (place / "none/summary.md").string()), Stop);
}

TEST(CheckMarkdown, ExplainsAFailureWithItsDiagram) {
  Report report = small_report();
  ReportedFailure failure =
      failure_of("expiry_never_lowered", "heartbeat_lease: ok", "corpus", "x");
  failure.explanation =
      Explanation{.trace = *traces::read_file(LEASECHECK_CORPUS "/heartbeat_shortens_lease.jsonl")};
  report.add(failure);
  report.life_cycle = life_cycle_taken(*graph::walk({}), {});
  const std::string text = report_markdown(report, 1'000'000);
  EXPECT_TRUE(says(text, "```mermaid\nsequenceDiagram")) << text;
  EXPECT_TRUE(says(text, "0 of 36 edges were taken")) << text;
  EXPECT_TRUE(says(text, "flowchart")) << text;
}

}  // namespace
}  // namespace leasecheck::cli
