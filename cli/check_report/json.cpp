#include "cli/check_report/json.hpp"

#include <nlohmann/json.hpp>

#include "cli/installation.hpp"
#include "cli/report/text.hpp"
#include "traces/printable.hpp"

namespace leasecheck::cli {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const sim::Counts& counts) {
  Json json = Json::object();
  for (const auto& [name, count] : counts) json[traces::printable(name)] = count;
  return json;
}

Json json_of(const std::vector<Figure>& figures) {
  Json json = Json::object();
  for (const Figure& figure : figures) json[figure.name] = figure.value;
  return json;
}

Json json_of(const Chart& chart) {
  Json json = Json::object();
  for (const Chart::Row& row : chart.rows) {
    json[traces::printable(row.name)] = row.parts.empty() ? Json(row.count) : json_of(row.parts);
  }
  return json;
}

Json json_of(const Section& section) {
  Json json{{"name", section.name},
            {"title", section.title},
            {"result", word_of(section)},
            {"seconds", section.seconds},
            {"bounds", json_of(section.bounds)},
            {"totals", json_of(section.totals)},
            {"counts", Json::object()},
            {"not_shown", Json::object()},
            {"notes", section.notes}};
  for (const Chart& chart : section.charts) json["counts"][chart.name] = json_of(chart);
  for (const Gap& gap : section.gaps) json["not_shown"][gap.name] = json_of(gap.what);
  if (!section.again.empty()) json["again"] = section.again;
  return json;
}

Json json_of(const ReportedFailure& failure) {
  Json json = to_json(failure.verdict);
  if (!failure.at.empty()) json["at"] = failure.at;
  json["seen"] = Json::array();
  for (const Sighting& sighting : failure.sightings) {
    json["seen"].push_back({{"section", sighting.section}, {"where", sighting.where}});
  }
  if (!failure.trace.empty()) json["trace"] = failure.trace;
  if (!failure.timeline.empty()) json["timeline"] = failure.timeline;
  if (!failure.replay.empty()) json["replay"] = failure.replay;
  return json;
}

Json json_of(const LifeCycle& life_cycle) {
  return {{"edges", life_cycle.coverage.edges},
          {"taken", life_cycle.coverage.taken},
          {"never_taken", life_cycle.never_taken},
          {"unknown", json_of(life_cycle.coverage.unknown)}};
}

}  // namespace

std::string summary_json(const Report& report) {
  Json document{{"leasecheck", version()},     {"backend", report.backend},
                {"command", report.command},   {"result", word(report.end())},
                {"seconds", report.seconds()}, {"sections", Json::array()},
                {"failures", Json::array()}};
  for (const Section& section : report.sections) document["sections"].push_back(json_of(section));
  for (const ReportedFailure& failure : report.failures) {
    document["failures"].push_back(json_of(failure));
  }
  if (report.life_cycle) document["life_cycle"] = json_of(*report.life_cycle);
  return json_text(std::move(document));
}

}  // namespace leasecheck::cli
