#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "cli/campaign/campaign.hpp"

/// What a campaign has seen, for people and for programs.
namespace leasecheck::cli {

/// The campaign as lines: runs, operations, virtual time, faults by kind, premises reached, and the
/// failures.
[[nodiscard]] std::string in_words(const CampaignResult& result);

[[nodiscard]] nlohmann::ordered_json to_json(const CampaignResult& result);

}  // namespace leasecheck::cli
