#include "cli/deployment/sweep.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "cli/command_line.hpp"
#include "cli/deployment/deployment_file.hpp"
#include "cli/deployment/deployment_report.hpp"
#include "cli/interruption.hpp"
#include "cli/report/text.hpp"
#include "model/system/margin.hpp"

namespace leasecheck::cli {
namespace {

using model::Duration;
using nlohmann::ordered_json;

[[noreturn]] void refuse(const std::string& text, const std::string& expected) {
  throw Stop{fmt::format("--sweep {}: expected {}", text, expected)};
}

Duration duration_of(const std::string& text, const std::string& part) {
  const auto ms = milliseconds_in(part);
  if (!ms) refuse(text, "durations as in grace=1s..60s or grace=1s,2s,5s");
  return Duration{*ms};
}

// To the nearest number of two digits.
Duration rounded(Duration value) {
  std::int64_t step = 1;
  while (value.count() / step >= 100) step *= 10;
  return Duration{(value.count() + step / 2) / step * step};
}

// The largest integer that is not above the root of the product.
Duration geometric_mean(Duration left, Duration right) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(left.count()) * static_cast<Wide>(right.count());
  std::int64_t low = left.count();
  std::int64_t high = right.count();
  while (high - low > 1) {
    const std::int64_t middle = low + (high - low) / 2;
    const bool is_above = static_cast<Wide>(middle) * static_cast<Wide>(middle) > product;
    (is_above ? high : low) = middle;
  }
  return Duration{low};
}

// Halved three times.
std::vector<Duration> geometric(Duration first, Duration last) {
  std::vector<Duration> values{first, last};
  for (int halved = 0; halved < 3; ++halved) {
    std::vector<Duration> more{values.front()};
    for (std::size_t i = 1; i < values.size(); ++i) {
      more.push_back(geometric_mean(values[i - 1], values[i]));
      more.push_back(values[i]);
    }
    values = std::move(more);
  }
  for (Duration& value : values) {
    if (value != first && value != last) value = rounded(value);
  }
  return values;
}

std::vector<Duration> values_in(const std::string& text, const std::string& values) {
  std::vector<Duration> all;
  if (const std::size_t dots = values.find(".."); dots != std::string::npos) {
    const Duration first = duration_of(text, values.substr(0, dots));
    const Duration last = duration_of(text, values.substr(dots + 2));
    if (first < Duration{1} || first >= last) refuse(text, "a range from 1ms or more to more");
    all = geometric(first, last);
  } else {
    for (std::size_t begin = 0; begin <= values.size();) {
      const std::size_t comma = std::min(values.find(',', begin), values.size());
      all.push_back(duration_of(text, values.substr(begin, comma - begin)));
      begin = comma + 1;
    }
  }
  std::ranges::sort(all);
  const auto repeated = std::ranges::unique(all);
  all.erase(repeated.begin(), repeated.end());
  return all;
}

Duration& field_of(sim::DeploymentSpec& spec, Swept what) {
  switch (what) {
    case Swept::ttl:
      return spec.ttl;
    case Swept::grace:
      return spec.grace;
    case Swept::heartbeat:
      return spec.workload.heartbeat;
  }
  std::unreachable();
}

/// The least timeout of what is retried when it times out.
Duration least_timeout(const sim::DeploymentSpec& spec) {
  Duration least = spec.ttl;
  for (const sim::JobKind& kind : spec.workload.jobs) {
    if (kind.spec.timeout) least = std::min(least, *kind.spec.timeout);
  }
  return least;
}

}  // namespace

std::string_view word(Swept what) {
  switch (what) {
    case Swept::ttl:
      return "ttl";
    case Swept::grace:
      return "grace";
    case Swept::heartbeat:
      return "heartbeat";
  }
  std::unreachable();
}

Sweep parse_sweep(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals != std::string::npos) {
    for (const Swept what : {Swept::ttl, Swept::grace, Swept::heartbeat}) {
      if (text.substr(0, equals) != word(what)) continue;
      return {.what = what, .values = values_in(text, text.substr(equals + 1))};
    }
  }
  refuse(text, "ttl=, grace= or heartbeat= and values, as in grace=1s..60s or grace=1s,2s,5s");
}

sim::DeploymentSpec with_value(sim::DeploymentSpec spec, Swept what, Duration value) {
  field_of(spec, what) = value;
  constexpr Duration least_ttl{100};  // of the worker that ships
  const std::string named = fmt::format("{}={}ms", word(what), value.count());
  if (what == Swept::ttl && value < least_ttl) refuse(named, "100ms or more");
  if (what == Swept::heartbeat && value < Duration{1}) refuse(named, "1ms or more");
  if (const auto complaint = impossible(spec)) {
    throw Stop{fmt::format("--sweep {}: {}", named, *complaint)};
  }
  return spec;
}

Duration margin_of(const sim::DeploymentSpec& spec) {
  const system::MarginOptions options{.ttl = spec.ttl,
                                      .grace = spec.grace,
                                      .heartbeat_period = spec.workload.heartbeat,
                                      .backoff = sim::least_timeout_backoff(spec.workload),
                                      .timeout = least_timeout(spec),
                                      .messages = 0,
                                      .progress = [](const std::string&, const check::Progress&) {
                                        return is_interrupted() ? check::Continue::no
                                                                : check::Continue::yes;
                                      }};
  const auto found = system::find_margins(options);
  if (!found) {
    throw Stop{
        fmt::format("the margin of a ttl of {}ms, a grace of {}ms and a heartbeat of {}ms: {}",
                    spec.ttl.count(), spec.grace.count(), spec.workload.heartbeat.count(),
                    found.error().message),
        found.error().is_usage ? ExitCode::usage : ExitCode::inconclusive};
  }
  return found->back().margin;  // of both ways, where there are two
}

std::vector<SweptValue> run_sweep(const CampaignOptions& options, const Sweep& sweep) {
  const sim::DeploymentSpec& spec = *options.seed.plan.deployment;
  for (const Duration value : sweep.values) static_cast<void>(with_value(spec, sweep.what, value));
  std::vector<SweptValue> rows;
  for (const Duration value : sweep.values) {
    CampaignOptions campaign = options;
    campaign.seed.plan.deployment = with_value(spec, sweep.what, value);
    SweptValue row{.value = value,
                   .margin = margin_of(*campaign.seed.plan.deployment),
                   .widest_skew = sim::widest_skew(*campaign.seed.plan.deployment),
                   .campaign = run_campaign(campaign)};
    rows.push_back(std::move(row));
    if (rows.back().campaign.result != traces::Result::held) break;
  }
  return rows;
}

}  // namespace leasecheck::cli
