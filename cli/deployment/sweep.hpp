#pragma once

#include <expected>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "cli/campaign/campaign.hpp"

/// A deployment with one of its durations varied, so that this can be chosen.
namespace leasecheck::cli {

enum class Swept : std::uint8_t { ttl, grace, heartbeat };

struct Sweep {
  Swept what = Swept::grace;
  std::vector<model::Duration> values;  ///< ascending
};

[[nodiscard]] std::string_view word(Swept what);

/// Reads "grace=1s,2s,5s", or "grace=1s..60s" for up to nine values from one end to the other, each
/// about as many times the one before. Throws: Stop, naming `--sweep`.
[[nodiscard]] Sweep parse_sweep(const std::string& text);

/// The deployment with this value.
/// Throws: Stop, naming `--sweep`, if it is impossible.
[[nodiscard]] sim::DeploymentSpec with_value(sim::DeploymentSpec spec, Swept what,
                                             model::Duration value);

/// What one value comes to.
struct SweptValue {
  model::Duration value{0};
  /// The largest distance of two clocks with which no two workers believe in one attempt.
  model::Duration margin{0};
  model::Duration widest_skew{0};  ///< of two clocks of this deployment, at any time of it
  CampaignResult campaign;

  [[nodiscard]] bool is_within_margin() const { return widest_skew <= margin; }
};

/// The margin of the deployment, as the searches of `leasecheck margin --messages 0` find it: the
/// lesser of that of reaping and, if anything is retried that timed out, that of timeouts.
/// Throws: Stop, when it cannot be found.
[[nodiscard]] model::Duration margin_of(const sim::DeploymentSpec& spec);

/// Runs a campaign for each value, up to the first that does not hold.
/// Pre: `options` is for a deployment. Throws: Stop, as `with_value` and `margin_of`.
[[nodiscard]] std::vector<SweptValue> run_sweep(const CampaignOptions& options, const Sweep& sweep);

/// A table with a line for each value, and what it says of margins.
[[nodiscard]] std::string in_words(Swept what, const std::vector<SweptValue>& rows);

[[nodiscard]] nlohmann::ordered_json to_json(Swept what, const std::vector<SweptValue>& rows);

/// The time from a crash to the next claim against the share of work done twice, a point for each
/// value. The same rows give the same bytes.
[[nodiscard]] std::string sweep_svg(Swept what, const std::vector<SweptValue>& rows,
                                    const std::string& title);

}  // namespace leasecheck::cli
