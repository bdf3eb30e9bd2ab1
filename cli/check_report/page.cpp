#include "cli/check_report/page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <pugixml.hpp>
#include <sstream>
#include <string_view>

#include "cli/check_report/page_style.hpp"
#include "cli/installation.hpp"
#include "cli/report/text.hpp"
#include "model/graph/picture.hpp"
#include "traces/printable.hpp"
#include "traces/views/assets.hpp"

namespace leasecheck::cli {
namespace {

using Node = pugi::xml_node;

void set_text(Node node, std::string_view text) {
  node.append_child(pugi::node_pcdata).set_value(traces::printable(text).c_str());
}

void set(Node node, const char* name, std::string_view value) {
  node.append_attribute(name) = traces::printable(value).c_str();
}

Node add(Node parent, const char* element, std::string_view text = {},
         std::string_view style = {}) {
  Node child = parent.append_child(element);
  if (!style.empty()) set(child, "class", style);
  if (!text.empty()) set_text(child, text);
  return child;
}

enum class Shown : std::uint8_t { closed, open };

/// A section that opens and closes. Returns: what it holds.
Node add_details(Node parent, Shown shown, const char* heading, std::string_view title,
                 std::string_view end = {}) {
  Node details = parent.append_child("details");
  if (shown == Shown::open) set(details, "open", "");
  Node summary = details.append_child("summary");
  add(summary, heading, title);
  if (!end.empty()) {
    set_text(summary, " ");
    add(summary, "span", end, fmt::format("result {}", end));
  }
  return details;
}

Node add_table(Node parent, std::string_view caption, std::initializer_list<const char*> columns,
               std::string_view style = {}) {
  Node table = add(parent, "table", {}, style);
  if (!caption.empty()) add(table, "caption", caption);
  Node heads = table.append_child("thead").append_child("tr");
  for (const std::string_view column : columns) {
    const bool is_number = column == "count" || column == "time";
    set(add(heads, "th", column, is_number ? "number" : ""), "scope", "col");
  }
  return table.append_child("tbody");
}

Node add_row(Node table, std::string_view head) {
  Node row = table.append_child("tr");
  set(add(row, "th", head, "name"), "scope", "row");
  return row;
}

void add_fact(Node list, std::string_view name, std::string_view text) {
  add(list, "dt", name);
  add(list, "dd", text);
}

void add_command(Node list, std::string_view name, std::string_view command) {
  if (command.empty()) return;
  add(list, "dt", name);
  add(list.append_child("dd"), "code", command);
}

// -- the head -----------------------------------------------------------------------------------

std::string in_one_look(const Report& report) {
  std::string text(word(report.end()));
  if (report.failures.empty()) return text;
  text = headline(report.failures.front());
  const std::size_t others = report.failures.size() - 1;
  return others == 0 ? text : text + fmt::format(", and {} more", others);
}

void add_head(Node body, const Report& report) {
  Node header = body.append_child("header");
  add(header, "h1", "leasecheck check of " + report.backend);
  Node box = add(header, "div", {}, fmt::format("verdict {}", word(report.end())));
  add(box.append_child("p"), "strong", in_one_look(report));
  add(box, "p",
      report.failures.empty()
          ? fmt::format("No property was violated in {} operations.", grouped(report.operations()))
          : report.failures.front().verdict.message);
  Node facts = add(box, "dl", {}, "facts");
  add_command(facts, "Show it again", first_replay(report));
  add_command(facts, "Check again", report.command);
  add_fact(facts, "Time taken", fmt::format("{:.1f} s", report.seconds()));
  Node table = add_table(header, "", {"part", "result", "time", "what was done"});
  for (const Section& section : report.sections) {
    Node row = add_row(table, section.title);
    add(row.append_child("td"), "span", word_of(section),
        fmt::format("result {}", word_of(section)));
    add(row, "td", section.end ? fmt::format("{:.1f} s", section.seconds) : "", "number");
    Node done = add(row, "td", in_words(section.totals));
    if (!section.bounds.empty()) add(done, "div", "for " + in_words(section.bounds), "parts");
    for (const std::string& note : section.notes) add(done, "div", note);
  }
}

// -- failures -----------------------------------------------------------------------------------

void add_failure(Node parent, const ReportedFailure& failure, Shown shown) {
  Node box = add_details(parent, shown, "h3", headline(failure));
  set(box, "class", "failure");
  add(box, "p", failure.verdict.message);
  Node facts = add(box, "dl", {}, "facts");
  add_command(facts, "Show it again", failure.replay);
  if (!failure.trace.empty()) add_fact(facts, "Trace", failure.trace);
  if (!failure.timeline.empty()) {
    add(facts, "dt", "Timeline");
    Node link = add(facts.append_child("dd"), "a", "lanes, leases and steps, one by one");
    set(link, "href", failure.timeline);
  }
  Node seen = add_details(box, failure.sightings.size() > 5 ? Shown::closed : Shown::open, "h4",
                          fmt::format("Seen {} time{}", failure.sightings.size(),
                                      failure.sightings.size() == 1 ? "" : "s"));
  Node list = seen.append_child("ul");
  for (const Sighting& sighting : failure.sightings) {
    add(list, "li", sighting.section + ": " + sighting.where);
  }
  if (!failure.explanation) return;
  add(add_details(box, Shown::open, "h4", "Explanation"), "pre", in_text(*failure.explanation));
}

void add_failures(Node body, const Report& report) {
  if (report.failures.empty()) return;
  Node box = add_details(body, Shown::open, "h2", "Failures");
  Shown shown = Shown::open;
  for (const ReportedFailure& failure : report.failures) {
    add_failure(box, failure, shown);
    shown = Shown::closed;
  }
}

// -- charts -------------------------------------------------------------------------------------

void add_chart(Node parent, const Chart& chart) {
  std::uint64_t largest = 0;
  for (const Chart::Row& row : chart.rows) largest = std::max(largest, row.count);
  Node table =
      add_table(parent, chart.title, {"name", "count", "on a scale of logarithms"}, "chart");
  for (const Chart::Row& row : chart.rows) {
    Node line = add_row(table, row.name);
    add(line, "td", grouped(row.count), "number");
    Node cell = line.append_child("td");
    Node bar = add(cell, "span", {}, "bar");
    const unsigned width = row.count == 0 ? 0 : 2 * graph::width_in_tenths(row.count, largest);
    set(bar, "style", fmt::format("width:{}%", width));
    if (!row.parts.empty()) add(cell, "span", parts_in_words(row), "parts");
  }
}

// -- what was not shown, and the life cycle -----------------------------------------------------

void add_gaps(Node body, const Report& report) {
  Node box = add_details(body, Shown::open, "h2", "What was not shown");
  Node table = add_table(box, "", {"kind", "which"});
  const auto add_kind = [&table](std::string_view title, std::string_view reason) {
    Node row = table.append_child("tr");
    Node head = add(row, "th", title, "name");
    set(head, "scope", "row");
    add(head, "div", reason, "parts");
    return row.append_child("td");
  };
  for (const Gap& gap : all_gaps(report)) {
    Node list = add(add_kind(gap.title, gap.reason), "ul", {}, "names");
    for (const auto& missing : gap.what) add(list, "li", in_words(missing));
  }
  for (const Section& section : report.sections) {
    if (section.end) continue;
    std::string why;
    for (const std::string& note : section.notes) why += note + " ";
    set_text(add_kind("not run", why), section.title);
  }
}

void add_life_cycle(Node body, const Report& report) {
  const LifeCycle& life = *report.life_cycle;
  Node box = add_details(body, Shown::open, "h2", "Life of an attempt, as this run went along it");
  add(box, "p",
      fmt::format(
          "{} of {} edges were taken. A line is the wider the more often, by the logarithm; "
          "a dashed one was never taken, and is named above.",
          life.coverage.taken, life.coverage.edges),
      "about");
  if (life.svg) {
    Node figure = box.append_child("figure");
    set(figure, "tabindex", "0");
    set(figure, "aria-label", "The life cycle, which can be scrolled");
    const std::string_view svg = std::string_view(*life.svg).substr(life.svg->find("<svg "));
    figure.append_buffer(svg.data(), svg.size());
    set(figure.child("svg"), "role", "img");
    set(figure.child("svg"), "aria-label", "The life cycle as a graph; edges are listed below it");
  } else {
    add(box, "p", "Not drawn: " + life.svg.error());
  }
  const auto add_edges = [&box](const char* title, const sim::Counts& edges, Shown shown) {
    if (edges.empty()) return;
    Chart chart{.name = "transitions", .title = "", .rows = {}};
    for (const auto& [edge, count] : edges) chart.rows.push_back({.name = edge, .count = count});
    add_chart(add_details(box, shown, "h3", title), chart);
  };
  add_edges("Taken, and no edge of the model", life.coverage.unknown, Shown::open);
  add_edges("How often each edge was taken", report.moves, Shown::closed);
}

// -- parts --------------------------------------------------------------------------------------

void add_figures(Node parent, const Section& section) {
  Node table = add_table(parent, "Bounds and totals", {"what", "count"}, "figures");
  const auto add_all = [&table](const std::vector<Figure>& figures, std::string_view kind) {
    for (const Figure& figure : figures) {
      Node row = add_row(table, fmt::format("{}: {}", kind, figure.what));
      add(row, "td", value_in_words(figure), "number");
    }
  };
  add_all(section.bounds, "bound");
  add_all(section.totals, "total");
}

void add_section(Node body, const Section& section) {
  Node box = add_details(body, Shown::closed, "h2", section.title, word_of(section));
  for (const std::string& note : section.notes) add(box, "p", note);
  if (!section.again.empty()) add(box.append_child("p"), "code", section.again);
  if (!section.bounds.empty() || !section.totals.empty()) add_figures(box, section);
  for (const Chart& chart : section.charts) add_chart(box, chart);
}

void add_foot(Node body) {
  Node foot = body.append_child("footer");
  set_text(foot, fmt::format("leasecheck {}. The same for programs: ", version()));
  for (const char* file : {"summary.json", "junit.xml"}) {
    set(add(foot, "a", file), "href", file);
    set_text(foot, " ");
  }
}

constexpr const char* before_title = R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
)";

}  // namespace

std::string report_page(const Report& report) {
  pugi::xml_document document;
  add(document, "title",
      fmt::format("{}: leasecheck check of {}", word(report.end()), report.backend));
  add(document, "style", "\n" + std::string(traces::assets::palette) + std::string(page_style));
  Node body = document.append_child("body");
  add_head(body, report);
  Node main = body.append_child("main");
  add_failures(main, report);
  add_gaps(main, report);
  if (report.life_cycle) add_life_cycle(main, report);
  for (const Section& section : report.sections) add_section(main, section);
  add_foot(body);
  std::ostringstream text;
  document.save(
      text, "",
      pugi::format_raw | pugi::format_no_declaration | pugi::format_no_empty_element_tags);
  return before_title + text.str() + "</html>\n";
}

}  // namespace leasecheck::cli
