#include "cli/campaign/seed_result.hpp"

#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "cli/campaign/statistics_json.hpp"
#include "cli/campaign/tally_json.hpp"
#include "traces/codec.hpp"
#include "traces/lines.hpp"

namespace leasecheck::cli {
namespace {

using nlohmann::ordered_json;

ordered_json json_of(const Failure& failure) {
  return {{"verdict", traces::line_of(failure.verdict)},
          {"at", failure.at},
          {"violation",
           {failure.violation.property, failure.violation.operation,
            traces::text_to_json(failure.violation.kind)}},
          {"trace_file", failure.trace_file},
          {"replay", failure.replay}};
}

// Only such files are written of a seed's result, whoever has made it.
bool is_of_seed(std::string_view name, std::uint64_t seed) {
  constexpr std::string_view beyond("/\0", 2);
  return name.starts_with("seed-" + std::to_string(seed) + ".") &&
         name.find_first_of(beyond) == std::string_view::npos;
}

std::optional<Failure> failure_from(const ordered_json& json, std::uint64_t seed) {
  const auto line = traces::parse_json(json.at("verdict").get<std::string>());
  if (!line) return std::nullopt;
  auto verdict = traces::verdict_from_json(*line);
  if (!verdict) return std::nullopt;
  Failure failure{.seed = seed, .verdict = *std::move(verdict)};
  json.at("at").get_to(failure.at);
  const ordered_json& violation = json.at("violation");
  violation.at(0).get_to(failure.violation.property);
  violation.at(1).get_to(failure.violation.operation);
  const std::string wrong = traces::text_from_json(violation.at(2), failure.violation.kind);
  if (!wrong.empty()) return std::nullopt;
  json.at("trace_file").get_to(failure.trace_file);
  if (!failure.trace_file.empty() && !is_of_seed(failure.trace_file, seed)) return std::nullopt;
  json.at("replay").get_to(failure.replay);
  return failure;
}

}  // namespace

std::string to_text(const SeedResult& result) {
  ordered_json document{{"seed", result.seed}, {"tally", to_json(result.tally)}};
  if (result.failure) document["failure"] = json_of(*result.failure);
  if (result.statistics) document["statistics"] = to_json(*result.statistics);
  for (const TraceText& trace : result.traces) {
    document["traces"].push_back({{"name", trace.name}, {"text", trace.text}});
  }
  return document.dump();
}

std::optional<SeedResult> seed_result_from_text(const std::string& text) {
  try {
    const ordered_json document = ordered_json::parse(text);
    SeedResult result;
    document.at("seed").get_to(result.seed);
    result.tally = tally_from_json(document.at("tally"));
    if (document.contains("failure")) {
      result.failure = failure_from(document["failure"], result.seed);
      if (!result.failure) return std::nullopt;
    }
    for (const ordered_json& trace : document.value("traces", ordered_json::array())) {
      result.traces.push_back(
          {trace.at("name").get<std::string>(), trace.at("text").get<std::string>()});
      if (!is_of_seed(result.traces.back().name, result.seed)) return std::nullopt;
    }
    if (document.contains("statistics")) {
      result.statistics = statistics_from_json(document["statistics"]);
      if (!result.statistics) return std::nullopt;
    }
    return result;
  } catch (const ordered_json::exception&) {
    return std::nullopt;
  }
}

}  // namespace leasecheck::cli
