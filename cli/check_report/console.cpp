#include "cli/check_report/console.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "cli/report/text.hpp"

namespace leasecheck::cli {
namespace {

// With the heading, six parts and the last three lines, all at their most are 40 lines.
constexpr std::size_t most_failures = 4;
constexpr std::size_t widest_list = 80;

std::string in_one_line(std::string text) {
  std::ranges::replace(text, '\n', ' ');
  return text;
}

std::string failure_in_words(const ReportedFailure& failure) {
  return in_one_line(fmt::format("{}: {}", headline(failure), failure.verdict.message)) + "\n  " +
         in_one_line(places_of(failure)) +
         (failure.trace.empty() ? "" : "; trace: " + failure.trace) + "\n";
}

/// As many as fit in a line, and how many more there are.
std::string cut_short(const sim::Counts& what) {
  std::string text;
  std::size_t named = 0;
  for (const auto& missing : what) {
    const std::string name = in_one_line(in_words(missing));
    if (named > 0 && text.size() + 2 + name.size() > widest_list) break;
    text += (named == 0 ? "" : ", ") + name;
    ++named;
  }
  return named == what.size() ? text : text + fmt::format(", +{}", what.size() - named);
}

std::string in_lines(const Chart& chart) {
  std::string text = fmt::format("  {}\n", chart.title);
  for (const Chart::Row& row : chart.rows) {
    text += fmt::format("    {:>11}  {}", grouped(row.count), row.name);
    if (!row.parts.empty()) text += ": " + parts_in_words(row);
    text += "\n";
  }
  return text;
}

std::string in_lines(const Section& section) {
  std::string text = fmt::format("\n{}: {}\n", section.title, word_of(section));
  if (!section.bounds.empty()) text += fmt::format("  for {}\n", in_words(section.bounds));
  if (!section.totals.empty()) text += fmt::format("  {}\n", in_words(section.totals));
  for (const std::string& note : section.notes) text += fmt::format("  {}\n", note);
  for (const Chart& chart : section.charts) text += in_lines(chart);
  if (!section.again.empty()) text += fmt::format("  {}\n", section.again);
  return text;
}

std::string in_lines(const ReportedFailure& failure) {
  std::string text = fmt::format("\n{}\n", headline(failure));
  for (const Sighting& sighting : failure.sightings) {
    text += fmt::format("  {}: {}\n", sighting.section, sighting.where);
  }
  return failure.explanation ? text + "\n" + in_text(*failure.explanation) : text;
}

}  // namespace

std::string part_in_words(const Section& section) {
  std::string text = fmt::format("{:<12}{:<13}", section.name, word_of(section));
  if (section.end) {
    text += fmt::format("{:>7.1f} s  {}\n", section.seconds, in_words(section.totals));
  } else {
    text += fmt::format("{:>9}  ", "");
  }
  if (section.notes.empty()) return text;
  const std::size_t others = section.notes.size() - 1;
  text += (section.end ? "  " : "") + in_one_line(section.notes.front());
  return text + (others == 0 ? "\n" : fmt::format(" (and {} more: --verbose)\n", others));
}

std::string findings_in_words(const Report& report) {
  std::string text;
  for (std::size_t i = 0; i < std::min(report.failures.size(), most_failures); ++i) {
    text += failure_in_words(report.failures[i]);
  }
  if (report.failures.size() > most_failures) {
    text += fmt::format("… and {} more failures that are not alike (--verbose)\n",
                        report.failures.size() - most_failures);
  }
  if (!text.empty()) text += "\n";
  const std::vector<Gap> gaps = all_gaps(report);
  for (const Gap& gap : gaps) {
    text += fmt::format("{:<16}{}\n", gap.title, cut_short(gap.what));
  }
  return gaps.empty() ? text : text + "\n";
}

std::string lists_in_words(const Report& report) {
  std::string text;
  for (const ReportedFailure& failure : report.failures) text += in_lines(failure);
  for (const Section& section : report.sections) text += in_lines(section);
  for (const Gap& gap : all_gaps(report)) {
    text += fmt::format("\n{}: {}\n", gap.title, gap.reason);
    for (const auto& missing : gap.what) text += fmt::format("  {}\n", in_words(missing));
  }
  return text + "\n";
}

}  // namespace leasecheck::cli
