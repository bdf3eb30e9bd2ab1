#include "cli/campaign/statistics_json.hpp"

#include <nlohmann/json.hpp>

namespace leasecheck::cli {
namespace {

using model::Duration;
using nlohmann::ordered_json;

ordered_json json_of(const sim::Histogram& histogram) {
  ordered_json counts = ordered_json::array();
  for (const auto& [duration, count] : histogram.counts()) {
    counts.push_back({duration.count(), count});
  }
  return {{"longest_ms", histogram.longest().value_or(Duration{0}).count()}, {"counts", counts}};
}

/// Thrown for what no run gives; caught here.
struct NoDuration {};

Duration duration_from(const ordered_json& json) {
  constexpr std::int64_t most = std::int64_t{1} << 42;  // sums of many of them are in range
  const auto ms = json.get<std::int64_t>();
  if (ms < 0 || ms > most) throw NoDuration{};
  return Duration{ms};
}

sim::Histogram histogram_from(const ordered_json& json) {
  sim::Histogram::Counts counts;
  for (const ordered_json& row : json.at("counts")) counts[duration_from(row.at(0))] = row.at(1);
  return {std::move(counts), duration_from(json.at("longest_ms"))};
}

sim::Statistics read(const ordered_json& json) {
  sim::Statistics statistics;
  sim::for_each_sum([&](const char* name, auto sum) { json.at(name).get_to(statistics.*sum); });
  json.at("deepest").get_to(statistics.deepest);
  statistics.duration = duration_from(json.at("duration_ms"));
  statistics.time_in_queue = histogram_from(json.at("time_in_queue"));
  statistics.time_to_recovery = histogram_from(json.at("time_to_recovery"));
  statistics.interval = duration_from(json.at("interval_ms"));
  for (const ordered_json& row : json.at("intervals")) {
    statistics.intervals.push_back(
        {.finished = row.at(0), .ready = row.at(1), .leased = row.at(2)});
  }
  return statistics;
}

}  // namespace

ordered_json to_json(const sim::Statistics& statistics) {
  ordered_json json;
  sim::for_each_sum([&](const char* name, auto sum) { json[name] = statistics.*sum; });
  json["deepest"] = statistics.deepest;
  json["duration_ms"] = statistics.duration.count();
  json["time_in_queue"] = json_of(statistics.time_in_queue);
  json["time_to_recovery"] = json_of(statistics.time_to_recovery);
  json["interval_ms"] = statistics.interval.count();
  json["intervals"] = ordered_json::array();
  for (const sim::Interval& interval : statistics.intervals) {
    json["intervals"].push_back({interval.finished, interval.ready, interval.leased});
  }
  return json;
}

std::optional<sim::Statistics> statistics_from_json(const ordered_json& json) {
  try {
    return read(json);
  } catch (const NoDuration&) {
    return std::nullopt;
  }
}

}  // namespace leasecheck::cli
