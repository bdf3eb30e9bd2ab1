#include "cli/check_report/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <tuple>
#include <utility>

#include "cli/report/text.hpp"

namespace leasecheck::cli {
namespace {

/// What a subject broke by, without the details, which differ each time.
std::string_view first_clause(std::string_view message) {
  return message.substr(0, message.find(';'));
}

bool is_alike(const ReportedFailure& left, const ReportedFailure& right) {
  const auto key = [](const ReportedFailure& failure) {
    const bool is_violated = failure.verdict.result == traces::Result::violated;
    return std::tuple(failure.verdict.result, failure.verdict.property, failure.at,
                      is_violated ? "" : first_clause(failure.verdict.message));
  };
  return key(left) == key(right);
}

void add(std::vector<Gap>& gaps, const Gap& more) {
  const auto known = std::ranges::find(gaps, more.name, &Gap::name);
  if (known == gaps.end()) return gaps.push_back(more);
  for (const auto& [name, runs] : more.what) known->what[name] += runs;
}

}  // namespace

void Report::add(ReportedFailure failure) {
  const auto known = std::ranges::find_if(
      failures, [&](const ReportedFailure& other) { return is_alike(other, failure); });
  if (known != failures.end()) {
    std::vector<Sighting> sightings = std::move(known->sightings);
    std::ranges::move(failure.sightings, std::back_inserter(sightings));
    if (known->trace.empty() && !failure.trace.empty()) *known = std::move(failure);
    known->sightings = std::move(sightings);
    return;
  }
  const auto is_violated = [](const ReportedFailure& other) {
    return other.verdict.result == traces::Result::violated;
  };
  const auto place =
      is_violated(failure) ? std::ranges::find_if_not(failures, is_violated) : failures.end();
  failures.insert(place, std::move(failure));
}

ExitCode Report::end() const {
  ExitCode end = ExitCode::held;
  for (const Section& section : sections) end = worst(end, section.end.value_or(end));
  return end;
}

double Report::seconds() const {
  return std::accumulate(sections.begin(), sections.end(), 0.0,
                         [](double sum, const Section& section) { return sum + section.seconds; });
}

std::uint64_t Report::operations() const {
  std::uint64_t sum = 0;
  for (const Section& section : sections) {
    for (const Figure& total : section.totals) sum += total.name == "operations" ? total.value : 0;
  }
  return sum;
}

std::string_view word_of(const Section& section) {
  return section.end ? word(*section.end) : "not run";
}

std::string value_in_words(const Figure& figure) {
  switch (figure.unit) {
    case Figure::Unit::count:
      return grouped(figure.value);
    case Figure::Unit::milliseconds:
      return in_words(model::Duration(figure.value));
  }
  std::unreachable();
}

std::string in_words(const Figure& figure) {
  std::string_view what = figure.what;
  const bool is_one = figure.value == 1 && figure.unit == Figure::Unit::count;
  if (is_one && what.ends_with('s')) what.remove_suffix(1);
  return fmt::format("{} {}", value_in_words(figure), what);
}

std::string in_words(const std::vector<Figure>& figures) {
  std::string text;
  for (const Figure& figure : figures) {
    text += (text.empty() ? "" : ", ") + in_words(figure);
  }
  return text;
}

std::string parts_in_words(const Chart::Row& row) {
  std::string text;
  for (const auto& [name, count] : row.parts) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, grouped(count));
  }
  return text;
}

std::string in_words(const sim::Counts::value_type& missing) {
  const auto& [name, runs] = missing;
  return runs == 0 ? name
                   : fmt::format("{} in {} run{}", name, grouped(runs), runs == 1 ? "" : "s");
}

std::string headline(const ReportedFailure& failure) {
  std::string text(traces::word(failure.verdict.result));
  if (!failure.verdict.property.empty()) text += " " + failure.verdict.property;
  if (!failure.at.empty()) text += " at " + failure.at;
  return text;
}

std::string places_of(const ReportedFailure& failure) {
  constexpr std::size_t most_named = 3;
  std::string text;
  for (std::size_t i = 0; i < std::min(failure.sightings.size(), most_named); ++i) {
    text += (i == 0 ? "" : ", ") + failure.sightings[i].where;
  }
  if (failure.sightings.size() <= most_named) return text;
  return text + fmt::format(" and {} more", failure.sightings.size() - most_named);
}

std::vector<Gap> all_gaps(const Report& report) {
  std::vector<Gap> gaps;
  for (const Section& section : report.sections) {
    for (const Gap& gap : section.gaps) add(gaps, gap);
  }
  if (!report.life_cycle || report.life_cycle->never_taken.empty()) return gaps;
  Gap untaken{.name = "never_taken",
              .title = "never taken",
              .reason = "moves of the model's life cycle that no attempt made",
              .what = {}};
  for (const std::string& edge : report.life_cycle->never_taken) untaken.what[edge] = 0;
  gaps.push_back(std::move(untaken));
  return gaps;
}

std::string first_replay(const Report& report) {
  const auto shown = std::ranges::find_if(
      report.failures, [](const ReportedFailure& failure) { return !failure.replay.empty(); });
  return shown == report.failures.end() ? "" : shown->replay;
}

}  // namespace leasecheck::cli
