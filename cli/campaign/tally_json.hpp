#pragma once

#include <nlohmann/json.hpp>

#include "sim/oracle/tally.hpp"

/// A tally as JSON: what `--json` prints, and what one process of a campaign hands to another.
namespace leasecheck::cli {

/// One entry for each counter, under its name.
[[nodiscard]] nlohmann::ordered_json to_json(const sim::Tally& tally);

/// The tally that `to_json` made this of. Throws: what nlohmann throws at any other document.
[[nodiscard]] sim::Tally tally_from_json(const nlohmann::ordered_json& json);

}  // namespace leasecheck::cli
