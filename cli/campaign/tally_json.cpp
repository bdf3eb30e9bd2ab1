#include "cli/campaign/tally_json.hpp"

namespace leasecheck::cli {
namespace {

template <typename Counter>
const Counter& as_json(const Counter& counter) {
  return counter;
}

std::int64_t as_json(const model::Duration& duration) {
  return duration.count();
}

template <typename Counter>
void read(const nlohmann::ordered_json& json, Counter& counter) {
  json.get_to(counter);
}

void read(const nlohmann::ordered_json& json, model::Duration& duration) {
  duration = model::Duration{json.get<std::int64_t>()};
}

}  // namespace

nlohmann::ordered_json to_json(const sim::Tally& tally) {
  nlohmann::ordered_json json;
  sim::for_each_counter(
      [&](const char* name, auto counter) { json[name] = as_json(tally.*counter); });
  return json;
}

sim::Tally tally_from_json(const nlohmann::ordered_json& json) {
  sim::Tally tally;
  sim::for_each_counter(
      [&](const char* name, auto counter) { read(json.at(name), tally.*counter); });
  return tally;
}

}  // namespace leasecheck::cli
