#include "cli/deployment/deployment_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "cli/deployment/json_node.hpp"
#include "cli/exit_code.hpp"
#include "cli/report/file_reader.hpp"
#include "cli/report/text.hpp"

namespace leasecheck::cli {
namespace {

using model::Duration;

constexpr std::int64_t largest_count = (std::int64_t{1} << 31) - 2;  // of retries and deliveries
constexpr std::uint64_t most_attempts = 10'000'000;
constexpr Duration day{86'400'000};
constexpr Duration longest_run = Duration{1000 * std::int64_t{3'600'000}};

sim::Permille permille(const JsonNode& parent, const std::string& name) {
  const auto node = parent.optional(name);
  return node ? node->count(0, 1000) : 0;
}

/// "99.9" as thousandths.
std::uint32_t share_of(const JsonNode& table, const std::string& key) {
  const std::size_t point = key.find('.');
  const std::string digits =
      key.substr(0, point) + (point == std::string::npos ? "0" : key.substr(point + 1));
  const bool has_digits = !digits.empty() && digits.size() <= 4 && point != 0 &&
                          digits.find_first_not_of("0123456789") == std::string::npos;
  const bool has_one_decimal = point == std::string::npos || key.size() == point + 2;
  const bool is_plain = key == "0" || (!key.starts_with('0') || key.starts_with("0."));
  if (has_digits && has_one_decimal && is_plain) {
    const auto share = static_cast<std::uint32_t>(std::stoul(digits));
    if (share < 1000 || key == "100") return share;
  }
  table.refuse("percentiles as \"0\", \"50\" or \"99.9\" up to \"100\"");
}

sim::Distribution percentiles(const JsonNode& table) {
  std::map<std::uint32_t, Duration> rows;
  for (const auto& [key, node] : table.members()) rows[share_of(table, key)] = node.duration();
  if (!rows.contains(1000)) table.refuse("a percentile \"100\", the longest duration");
  rows.try_emplace(0, Duration{0});
  std::vector<sim::Distribution::Share> shares;
  for (auto row = std::next(rows.begin()); row != rows.end(); ++row) {
    const auto before = std::prev(row);
    if (row->second < before->second) table.refuse("percentiles that do not fall");
    shares.push_back({row->first - before->first, before->second, row->second});
  }
  return sim::Distribution(std::move(shares));
}

sim::Distribution weights(const JsonNode& table) {
  std::vector<sim::Distribution::Share> shares;
  for (const JsonNode& row : table.elements()) {
    const auto pair = row.elements();
    if (pair.size() != 2) row.refuse("a weight and a duration");
    const Duration duration = pair[1].duration();
    shares.push_back({pair[0].count(1, 1'000'000), duration, duration});
  }
  if (shares.empty() || shares.size() > 1000) table.refuse("1 to 1000 weights with durations");
  return sim::Distribution(std::move(shares));
}

std::pair<Duration, Duration> range(const JsonNode& node) {
  const auto ends = node.elements();
  if (ends.size() != 2) node.refuse("the least and the most");
  const std::pair range{ends[0].duration(), ends[1].duration()};
  if (range.first > range.second) node.refuse("the least before the most");
  return range;
}

sim::Distribution distribution(const JsonNode& node) {
  if (node.is_array()) {
    const auto [least, most] = range(node);
    return sim::Distribution({{.weight = 1, .least = least, .most = most}});
  }
  if (!node.is_object()) {
    const Duration always = node.duration();
    return sim::Distribution({{.weight = 1, .least = always, .most = always}});
  }
  node.allow({"percentiles", "weights"});
  const auto of_percentiles = node.optional("percentiles");
  const auto of_weights = node.optional("weights");
  if (of_percentiles.has_value() == of_weights.has_value()) {
    node.refuse("either \"percentiles\" or \"weights\"");
  }
  return of_percentiles ? percentiles(*of_percentiles) : weights(*of_weights);
}

model::RetryPolicy retry_policy(const JsonNode& node) {
  node.allow({"strategy", "backoff", "max_backoff", "multiplier", "max_retries"});
  model::RetryPolicy policy;
  policy.max_retries = node.required("max_retries").integer(0, largest_count);
  policy.backoff = node.required("backoff").duration();
  if (const auto strategy = node.optional("strategy")) {
    policy.strategy = strategy->one_of<model::BackoffStrategy>(
        {{"fixed", model::BackoffStrategy::fixed},
         {"exponential", model::BackoffStrategy::exponential}});
  }
  if (const auto most = node.optional("max_backoff")) policy.max_backoff = most->duration();
  if (const auto factor = node.optional("multiplier")) {
    policy.multiplier = factor->integer(1, largest_count);
  }
  return policy;
}

std::vector<sim::Rate> rates(const JsonNode& node) {
  std::vector<sim::Rate> rates;
  for (const JsonNode& entry : node.elements()) {
    entry.allow({"from", "attempts", "per"});
    sim::Rate rate;
    if (const auto from = entry.optional("from")) rate.from = from->duration();
    rate.attempts = entry.required("attempts").count(0, 1'000'000);
    rate.per = entry.required("per").duration(Duration{1000});
    rates.push_back(rate);
  }
  if (rates.empty()) node.refuse("at least one rate");
  return rates;
}

sim::JobKind job_kind(const std::string& name, const JsonNode& node) {
  node.allow({"arrivals", "instants", "work", "fails_permille", "priority", "timeout", "on_timeout",
              "retry_policy", "max_deliveries"});
  sim::JobKind kind{.name = name,
                    .rates = rates(node.required("arrivals")),
                    .work = distribution(node.required("work")),
                    .fails = permille(node, "fails_permille")};
  if (const auto instants = node.optional("instants")) {
    kind.instants = instants->one_of<sim::Instants>(
        {{"spread", sim::Instants::spread}, {"together", sim::Instants::together}});
  }
  if (const auto priority = node.optional("priority")) {
    kind.spec.priority = static_cast<std::int32_t>(priority->integer(INT32_MIN, INT32_MAX));
  }
  if (const auto timeout = node.optional("timeout")) {
    kind.spec.timeout = timeout->duration(Duration{1});
  }
  if (const auto reaction = node.optional("on_timeout")) {
    kind.spec.on_timeout =
        reaction->one_of<model::OnTimeout>({{"retry", model::OnTimeout::retry},
                                            {"fail", model::OnTimeout::fail},
                                            {"cancel", model::OnTimeout::cancel}});
  }
  if (const auto policy = node.optional("retry_policy")) {
    kind.spec.retry_policy = retry_policy(*policy);
  }
  if (const auto most = node.optional("max_deliveries")) {
    kind.spec.max_deliveries = most->integer(1, largest_count);
  }
  return kind;
}

std::vector<sim::JobKind> job_kinds(const JsonNode& node) {
  std::vector<sim::JobKind> kinds;
  for (const auto& [name, job] : node.members()) {
    const bool is_name =
        !name.empty() && name.size() <= 40 &&
        name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos;
    if (!is_name) node.refuse("names of 1 to 40 small letters, digits and _");
    kinds.push_back(job_kind(name, job));
  }
  if (kinds.empty()) node.refuse("at least one kind of jobs");
  return kinds;
}

sim::Interruptions interruptions(const JsonNode& node, const std::string& length) {
  constexpr Duration second{1000};
  node.allow({"every", length});
  return {.every = node.required("every").duration(second),
          .length = distribution(node.required(length))};
}

std::vector<sim::Maintenance> maintenance(const JsonNode& node) {
  std::vector<sim::Maintenance> windows;
  for (const JsonNode& entry : node.elements()) {
    entry.allow({"what", "at", "for", "every"});
    sim::Maintenance window;
    window.kind = entry.required("what").one_of<sim::Maintenance::Kind>(
        {{"repository_unavailable", sim::Maintenance::Kind::repository_unavailable},
         {"workers_drained", sim::Maintenance::Kind::workers_drained}});
    window.at = entry.required("at").duration();
    window.lasts = entry.required("for").duration(Duration{1});
    if (const auto every = entry.optional("every")) {
      window.every = every->duration(window.lasts + Duration{1});
    }
    windows.push_back(window);
  }
  return windows;
}

void read_workers(const JsonNode& node, sim::DeploymentSpec& spec) {
  node.allow(
      {"count", "concurrency", "poll", "reply_timeout", "hang_permille", "ignore_stop_permille"});
  spec.workers = node.required("count").count(1, 1000);
  if (const auto most = node.optional("concurrency")) spec.concurrency = most->count(1, 1000);
  if (const auto poll = node.optional("poll")) spec.poll = poll->duration(Duration{1});
  if (const auto timeout = node.optional("reply_timeout")) {
    spec.reply_timeout = timeout->duration(Duration{1});
  }
  spec.hang = permille(node, "hang_permille");
  spec.ignore_stop = permille(node, "ignore_stop_permille");
}

void read_network(const JsonNode& node, sim::NetworkFaults& network) {
  node.allow({"delay", "lose_request_permille", "lose_reply_permille", "duplicate_permille",
              "spike", "spike_permille"});
  if (const auto delay = node.optional("delay")) {
    std::tie(network.least_delay, network.most_delay) = range(*delay);
  }
  network.lose_request = permille(node, "lose_request_permille");
  network.lose_reply = permille(node, "lose_reply_permille");
  network.duplicate_request = permille(node, "duplicate_permille");
  network.delay_spike = permille(node, "spike_permille");
  network.spike = network.most_delay;
  if (const auto spike = node.optional("spike")) network.spike = spike->duration();
}

void read_optional_parts(const JsonNode& node, sim::DeploymentSpec& spec) {
  if (const auto reapers = node.optional("reapers")) {
    reapers->allow({"count", "every"});
    if (const auto count = reapers->optional("count")) spec.reapers = count->count(1, 100);
    if (const auto every = reapers->optional("every")) {
      spec.reap_period = every->duration(Duration{1});
    }
  }
  if (const auto network = node.optional("network")) read_network(*network, spec.network);
  if (const auto clocks = node.optional("clocks")) {
    clocks->allow({"offset", "drift_ppm"});
    if (const auto offset = clocks->optional("offset")) spec.most_offset = offset->duration();
    if (const auto drift = clocks->optional("drift_ppm")) {
      spec.most_drift_ppm = drift->integer(0, 100'000);
    }
  }
  sim::Workload& workload = spec.workload;
  if (const auto crashes = node.optional("crashes")) {
    workload.crashes = interruptions(*crashes, "restart");
  }
  if (const auto pauses = node.optional("pauses")) {
    workload.pauses = interruptions(*pauses, "length");
  }
  if (const auto windows = node.optional("maintenance")) {
    workload.maintenance = maintenance(*windows);
  }
  if (const auto retention = node.optional("retention")) {
    retention->allow({"keep", "every"});
    workload.retention = {.keep = retention->required("keep").duration(),
                          .every = retention->required("every").duration(Duration{1})};
  }
}

sim::DeploymentSpec deployment_of(const JsonNode& node) {
  node.allow({"$schema", "duration", "workers", "leases", "reapers", "jobs", "network", "clocks",
              "crashes", "pauses", "maintenance", "retention"});
  sim::DeploymentSpec spec;
  // Nothing happens to messages but what is said.
  spec.network = {.least_delay = Duration{1}, .most_delay = Duration{1}, .spike = Duration{1}};
  spec.duration = node.required("duration").duration(Duration{1});
  read_workers(node.required("workers"), spec);
  const JsonNode leases = node.required("leases");
  leases.allow({"ttl", "grace", "heartbeat"});
  spec.ttl = leases.required("ttl").duration(Duration{100});
  spec.grace = leases.required("grace").duration();
  spec.workload.heartbeat = leases.required("heartbeat").duration(Duration{1});
  spec.workload.jobs = job_kinds(node.required("jobs"));
  read_optional_parts(node, spec);
  return spec;
}

// A rate that begins within an interval of another would cut it off.
std::optional<std::string> impossible_rates(const sim::JobKind& kind) {
  const std::string pointer = fmt::format("/jobs/{}/arrivals", kind.name);
  if (kind.rates.front().from != Duration{0}) {
    return pointer + "/0/from: expected 0ms, midnight, or nothing, for the first rate";
  }
  for (std::size_t i = 0; i < kind.rates.size(); ++i) {
    const sim::Rate& rate = kind.rates[i];
    const bool is_last = i + 1 == kind.rates.size();
    const Duration until = is_last ? day : kind.rates[i + 1].from;
    if (until <= rate.from || until > day) {
      return fmt::format(
          "{}/{}/from: expected a later time of the day than that of the rate before", pointer,
          is_last ? i : i + 1);
    }
    if (kind.rates.size() > 1 && (until - rate.from) % rate.per != Duration{0}) {
      return fmt::format(
          "{}/{}/per: expected a part of the {} from this rate to the next, or to midnight",
          pointer, i, in_words(until - rate.from));
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> impossible(const sim::DeploymentSpec& spec) {
  if (spec.duration > longest_run) return "/duration: expected at most 1000h of virtual time";
  if (spec.workload.heartbeat * 10 >= spec.ttl * 9) {
    return fmt::format(
        "/leases/heartbeat: expected less than nine tenths of the ttl of {}ms, found {}ms: a job "
        "is "
        "asked to stop a tenth of the ttl before its lease ends",
        spec.ttl.count(), spec.workload.heartbeat.count());
  }
  for (const sim::JobKind& kind : spec.workload.jobs) {
    if (auto complaint = impossible_rates(kind)) return complaint;
  }
  std::uint64_t attempts = 0;
  for (const sim::JobKind& kind : spec.workload.jobs) {
    attempts += sim::attempts_within(kind, spec.duration);
  }
  if (attempts > most_attempts) {
    return fmt::format("/jobs: expected at most {} attempts in all, found {}",
                       grouped(most_attempts), grouped(attempts));
  }
  return std::nullopt;
}

std::expected<sim::DeploymentSpec, std::string> deployment_from_json(const traces::Json& json) {
  try {
    sim::DeploymentSpec spec = deployment_of(JsonNode(json, ""));
    if (auto complaint = impossible(spec)) return std::unexpected(*std::move(complaint));
    return spec;
  } catch (const Refused& refused) {
    return std::unexpected(refused.message);
  }
}

sim::DeploymentSpec read_deployment(const std::filesystem::path& file) {
  constexpr std::size_t largest_deployment = std::size_t{1} << 20;
  const auto text = read_text_file(file, largest_deployment);
  if (!text) throw Stop{text.error()};
  const auto json = traces::parse_json(*text);
  if (!json) throw Stop{fmt::format("{}: {}", file.string(), json.error())};
  auto spec = deployment_from_json(*json);
  if (!spec) throw Stop{fmt::format("{}: {}", file.string(), spec.error())};
  return *std::move(spec);
}

}  // namespace leasecheck::cli
