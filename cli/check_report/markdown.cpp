#include "cli/check_report/markdown.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>

#include "cli/report/text.hpp"
#include "cli/views/markdown_text.hpp"
#include "model/graph/mermaid.hpp"
#include "traces/printable.hpp"

namespace leasecheck::cli {
namespace {

constexpr std::size_t most_shown_by_github = 1'000'000;
constexpr std::string_view left_out =
    "\n\nWhat follows is left out, since it would be too long; `index.html` of the report has "
    "all.\n";

/// Lines that are shown as they are.
std::string block(std::string_view text) {
  const std::string shown = traces::printable(text);
  std::size_t run = 0;
  std::size_t longest = 2;
  for (const char letter : shown) {
    run = letter == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  const std::string fence(longest + 1, '`');
  return fence + "text\n" + shown + (shown.ends_with('\n') ? "" : "\n") + fence + "\n\n";
}

/// What opens and closes, under a title of ours.
std::string folded(std::string_view title, const std::string& content) {
  return fmt::format("<details><summary>{}</summary>\n\n{}\n</details>\n\n", title, content);
}

std::string head(const Report& report) {
  std::string text = fmt::format("## leasecheck check of {}: {}\n\n", markdown_text(report.backend),
                                 word(report.end()));
  text += "| part | result | time | what was done | for |\n| --- | --- | ---: | --- | --- |\n";
  for (const Section& section : report.sections) {
    std::string done = markdown_text(in_words(section.totals));
    for (const std::string& note : section.notes)
      done += (done.empty() ? "" : "; ") + markdown_text(note);
    text += fmt::format("| {} | {} | {} | {} | {} |\n", section.title, word_of(section),
                        section.end ? fmt::format("{:.1f} s", section.seconds) : "", done,
                        markdown_text(in_words(section.bounds)));
  }
  return text + "\n" + block(report.command);
}

/// Beyond that a table of steps and a diagram of them are no help.
constexpr std::size_t most_steps = 200;

std::string failure_in_markdown(const ReportedFailure& failure) {
  std::string text = fmt::format("### {}\n\n{}\n\n", markdown_text(headline(failure)),
                                 markdown_text(failure.verdict.message));
  text += "Seen by " + markdown_text(places_of(failure)) + ".\n\n";
  if (!failure.replay.empty()) text += block(failure.replay);
  if (!failure.explanation) return text;
  const bool is_short = failure.explanation->trace.steps.size() <= most_steps;
  return text + folded("Explanation", is_short ? in_markdown(*failure.explanation)
                                               : block(in_text(*failure.explanation)));
}

std::string gaps_in_markdown(const Report& report) {
  std::string text =
      "### What was not shown\n\n| kind | which | what that means |\n| --- | --- | --- |\n";
  const std::size_t empty = text.size();
  for (const Gap& gap : all_gaps(report)) {
    std::string which;
    for (const auto& missing : gap.what) {
      which += (which.empty() ? "" : "<br>") + markdown_text(in_words(missing));
    }
    text += fmt::format("| {} | {} | {} |\n", gap.title, which, markdown_text(gap.reason));
  }
  return text.size() == empty ? "" : text + "\n";
}

std::string life_in_markdown(const LifeCycle& life) {
  const auto mermaid = graph::to_mermaid(
      life.coverage.graph, graph::picture_of_coverage("Life of an attempt, as this run went"));
  if (!mermaid) return "";
  return folded(fmt::format("Life of an attempt: {} of {} edges were taken", life.coverage.taken,
                            life.coverage.edges),
                "```mermaid\n" + *mermaid + "```\n");
}

std::string section_in_markdown(const Section& section) {
  std::string text;
  for (const Chart& chart : section.charts) {
    text += fmt::format("| {} | count | |\n| --- | ---: | --- |\n", chart.title);
    for (const Chart::Row& row : chart.rows) {
      text += fmt::format("| {} | {} | {} |\n", markdown_text(row.name), grouped(row.count),
                          markdown_text(parts_in_words(row)));
    }
    text += "\n";
  }
  if (text.empty()) return text;
  return folded(section.title, text + (section.again.empty() ? "" : block(section.again)));
}

}  // namespace

std::string report_markdown(const Report& report, std::size_t most_bytes) {
  std::vector<std::string> pieces{head(report)};
  for (const ReportedFailure& failure : report.failures) {
    pieces.push_back(failure_in_markdown(failure));
  }
  pieces.push_back(gaps_in_markdown(report));
  if (report.life_cycle) pieces.push_back(life_in_markdown(*report.life_cycle));
  for (const Section& section : report.sections) pieces.push_back(section_in_markdown(section));
  std::string text;
  for (const std::string& piece : pieces) {
    if (text.size() + piece.size() + left_out.size() > most_bytes) {
      return most_bytes < text.size() + left_out.size() ? text : text + std::string(left_out);
    }
    text += piece;
  }
  return text;
}

void append_step_summary(const Report& report, const std::string& file) {
  std::error_code error;
  const std::uintmax_t there = std::filesystem::file_size(file, error);
  const std::size_t used = error ? 0 : std::min<std::uintmax_t>(there, most_shown_by_github);
  std::ofstream out(file, std::ios::binary | std::ios::app);
  out << report_markdown(report, most_shown_by_github - used);
  out.flush();
  if (!out) {
    throw Stop{"GITHUB_STEP_SUMMARY " + file + ": " +
               std::error_code(errno, std::generic_category()).message()};
  }
}

}  // namespace leasecheck::cli
