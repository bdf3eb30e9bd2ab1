#include "cli/deployment/deployment_report.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/report/text.hpp"

namespace leasecheck::cli {
namespace {

using model::Duration;
using nlohmann::ordered_json;

constexpr Duration minute{60'000};
constexpr std::uint64_t hour_ms = 3'600'000;

/// Attempts finished in an hour of one run.
std::uint64_t finished_per_hour(const sim::Statistics& statistics) {
  const auto ms = static_cast<std::uint64_t>(statistics.duration.count());
  return ms == 0 ? 0 : statistics.finished() * hour_ms / ms;
}

std::string row(std::string_view name, const sim::Histogram& times) {
  return fmt::format("{:<16}{:>12}{:>12}{:>12}{:>12}{:>10}\n", name, exact(times.percentile(50)),
                     exact(times.percentile(90)), exact(times.percentile(99)),
                     exact(times.longest()), grouped(times.count()));
}

ordered_json json_of(const sim::Histogram& times) {
  ordered_json json{{"count", times.count()}};
  const auto add = [&json](const char* name, const std::optional<Duration>& duration) {
    json[name] = duration ? ordered_json(duration->count()) : ordered_json();
  };
  add("p50_ms", times.percentile(50));
  add("p90_ms", times.percentile(90));
  add("p99_ms", times.percentile(99));
  add("max_ms", times.longest());
  return json;
}

}  // namespace

std::string exact(const std::optional<Duration>& duration) {
  if (!duration) return "-";
  if (*duration >= minute) return in_words(*duration);
  return grouped(static_cast<std::uint64_t>(duration->count())) + " ms";
}

std::string as_flag(Duration duration) {
  const std::int64_t ms = duration.count();
  if (ms % 60'000 == 0 && ms > 0) return fmt::format("{}m", ms / 60'000);
  if (ms % 1000 == 0 && ms > 0) return fmt::format("{}s", ms / 1000);
  return fmt::format("{}ms", ms);
}

std::uint64_t share_of(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : part * 10'000 / whole;
}

std::string percent(std::uint64_t share) {
  return fmt::format("{}.{:02} %", share / 100, share % 100);
}

std::string in_words(const sim::Statistics& statistics) {
  std::string text = fmt::format(
      "throughput      {} attempts finished per hour\n"
      "attempts        {} put in: {} completed, {} dead letters, {} cancelled, {} unfinished\n",
      grouped(finished_per_hour(statistics)), grouped(statistics.enqueued),
      grouped(statistics.completed), grouped(statistics.dead_letters),
      grouped(statistics.cancelled), grouped(statistics.unfinished));
  text += fmt::format("deepest queue   {} attempts ready at a time\n", grouped(statistics.deepest));
  text += fmt::format(
      "work done twice {}: {} of {} executions; {} while another was at work, in {} "
      "of which both believed\n",
      percent(share_of(statistics.repeated, statistics.executions)), grouped(statistics.repeated),
      grouped(statistics.executions), grouped(statistics.overlapping),
      grouped(statistics.believed_twice));
  text += fmt::format("{:<16}{:>12}{:>12}{:>12}{:>12}{:>10}\n", "", "p50", "p90", "p99", "max",
                      "count");
  text += row("time in queue", statistics.time_in_queue);
  text += row("time to recovery", statistics.time_to_recovery);
  if (statistics.unrecovered > 0) {
    text += fmt::format("not recovered   {} attempts of crashed workers at the end\n",
                        grouped(statistics.unrecovered));
  }
  return text;
}

ordered_json report_json(const sim::Statistics& statistics) {
  ordered_json json;
  sim::for_each_sum([&](const char* name, auto sum) { json[name] = statistics.*sum; });
  json["finished_per_hour"] = finished_per_hour(statistics);
  json["repeated_per_10000"] = share_of(statistics.repeated, statistics.executions);
  json["deepest_queue"] = statistics.deepest;
  json["time_in_queue"] = json_of(statistics.time_in_queue);
  json["time_to_recovery"] = json_of(statistics.time_to_recovery);
  json["interval_ms"] = statistics.interval.count();
  json["intervals"] = ordered_json::array();
  for (const sim::Interval& interval : statistics.intervals) {
    json["intervals"].push_back(
        {{"finished", interval.finished}, {"ready", interval.ready}, {"leased", interval.leased}});
  }
  return json;
}

}  // namespace leasecheck::cli
