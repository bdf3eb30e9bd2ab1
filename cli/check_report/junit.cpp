#include "cli/check_report/junit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <pugixml.hpp>
#include <sstream>

#include "traces/printable.hpp"

namespace leasecheck::cli {
namespace {

void add_attribute(pugi::xml_node node, const char* name, std::string_view value) {
  node.append_attribute(name) = traces::printable(value).c_str();
}

// Only a violation is a failure: where a part was inconclusive, broken or could not go on, nothing
// was shown to be wrong, which is JUnit's error.
const char* element_of(const Section& section) {
  if (!section.end) return "skipped";
  return *section.end == ExitCode::violated ? "failure" : "error";
}

bool is_seen_in(const ReportedFailure& failure, const Section& section) {
  return std::ranges::find(failure.sightings, section.name, &Sighting::section) !=
         failure.sightings.end();
}

std::string message_of(const Section& section, const Report& report) {
  for (const ReportedFailure& failure : report.failures) {
    if (is_seen_in(failure, section)) return headline(failure);
  }
  return std::string(word_of(section));
}

std::string text_of(const Section& section, const Report& report) {
  std::string text;
  for (const std::string& note : section.notes) text += note + "\n";
  for (const ReportedFailure& failure : report.failures) {
    if (!is_seen_in(failure, section)) continue;
    text += fmt::format("{}: {}\n", headline(failure), failure.verdict.message);
    for (const Sighting& sighting : failure.sightings) {
      if (sighting.section == section.name) text += fmt::format("  {}\n", sighting.where);
    }
    if (!failure.replay.empty()) text += failure.replay + "\n";
  }
  return text;
}

void append(pugi::xml_node suite, const Section& section, const Report& report) {
  pugi::xml_node test = suite.append_child("testcase");
  add_attribute(test, "classname", "leasecheck.check");
  add_attribute(test, "name", section.name);
  add_attribute(test, "time", fmt::format("{:.3f}", section.seconds));
  if (section.end != ExitCode::held) {
    pugi::xml_node end = test.append_child(element_of(section));
    add_attribute(end, "message", message_of(section, report));
    end.text() = traces::printable(text_of(section, report)).c_str();
  }
  std::string figures = section.title + "\n";
  if (!section.bounds.empty()) figures += "for " + in_words(section.bounds) + "\n";
  if (!section.totals.empty()) figures += in_words(section.totals) + "\n";
  test.append_child("system-out").text() = traces::printable(figures).c_str();
}

}  // namespace

std::string junit_xml(const Report& report) {
  pugi::xml_document document;
  pugi::xml_node suite = document.append_child("testsuite");
  add_attribute(suite, "name", "leasecheck check " + report.backend);
  suite.append_attribute("tests") = report.sections.size();
  for (const char* kind : {"failure", "error", "skipped"}) {
    const auto count = std::ranges::count_if(report.sections, [kind](const Section& section) {
      return section.end != ExitCode::held && std::string_view(element_of(section)) == kind;
    });
    const std::string plural = std::string_view(kind) == "skipped" ? kind : std::string(kind) + "s";
    suite.append_attribute(plural.c_str()) = count;
  }
  add_attribute(suite, "time", fmt::format("{:.3f}", report.seconds()));
  for (const Section& section : report.sections) append(suite, section, report);
  std::ostringstream text;
  document.save(text, "  ");
  return text.str();
}

}  // namespace leasecheck::cli
