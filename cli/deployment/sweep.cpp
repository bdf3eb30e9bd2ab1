#include "cli/deployment/sweep.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "cli/campaign/progress.hpp"
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

// Halved three times; then rounded to multiples of the power of ten in the first, since margins are
// found the sooner, the larger the common divisor of all durations is.
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
  std::int64_t step = 1;
  while (first.count() / step >= 10) step *= 10;
  for (Duration& value : values) {
    const Duration rounded{(value.count() + step / 2) / step * step};
    if (value != last) value = std::max(first, rounded);
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

/// The least timeout, if it is below the ttl: no longer one lets a lease be taken sooner.
Duration least_timeout(const sim::DeploymentSpec& spec) {
  Duration least = spec.ttl;
  for (const sim::JobKind& kind : spec.workload.jobs) {
    if (kind.spec.timeout) least = std::min(least, *kind.spec.timeout);
  }
  return least;
}

Duration margin_of(const sim::DeploymentSpec& spec, system::Way way) {
  Progress progress;
  const system::MarginOptions options{
      .ttl = spec.ttl,
      .grace = spec.grace,
      .heartbeat_period = spec.workload.heartbeat,
      .backoff = sim::least_timeout_backoff(spec.workload),
      .timeout = least_timeout(spec),
      .messages = 0,
      .progress = [&progress](const std::string& what, const check::Progress& searched) {
        progress.show(fmt::format("margin: {}, {} states", what, grouped(searched.states)));
        return is_interrupted() ? check::Continue::no : check::Continue::yes;
      }};
  const auto found = system::find_margin(options, way);
  if (found) return found->margin;
  throw Stop{fmt::format("the margin of a ttl of {}ms, a grace of {}ms and a heartbeat of {}ms: {}",
                         spec.ttl.count(), spec.grace.count(), spec.workload.heartbeat.count(),
                         found.error().message),
             found.error().is_usage ? ExitCode::usage : ExitCode::inconclusive};
}

// None, where nothing is retried because it timed out.
Duration margin_of_timeouts(const sim::DeploymentSpec& spec) {
  return sim::least_timeout_backoff(spec.workload) ? margin_of(spec, system::Way::time_out)
                                                   : Duration::max();
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
  return std::min(margin_of(spec, system::Way::reap), margin_of_timeouts(spec));
}

std::vector<SweptValue> run_sweep(const CampaignOptions& options, const Sweep& sweep) {
  const sim::DeploymentSpec& spec = *options.seed.plan.deployment;
  for (const Duration value : sweep.values) static_cast<void>(with_value(spec, sweep.what, value));
  std::vector<SweptValue> rows;
  std::optional<Duration> of_timeouts;
  for (const Duration value : sweep.values) {
    CampaignOptions campaign = options;
    sim::DeploymentSpec& varied =
        campaign.seed.plan.deployment.emplace(with_value(spec, sweep.what, value));
    // Where nothing is reaped the grace window has no part.
    if (!of_timeouts || sweep.what != Swept::grace) of_timeouts = margin_of_timeouts(varied);
    SweptValue row{.value = value,
                   .margin = std::min(margin_of(varied, system::Way::reap), *of_timeouts),
                   .widest_skew = sim::widest_skew(varied),
                   .campaign = run_campaign(campaign)};
    rows.push_back(std::move(row));
    if (rows.back().campaign.result != traces::Result::held) break;
  }
  return rows;
}

}  // namespace leasecheck::cli
