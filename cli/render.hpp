#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "cli/campaign.hpp"

/// What was seen, for people and for programs.
namespace leasecheck::cli {

/// "3 h 25 min", "42 s", "350 ms".
[[nodiscard]] std::string in_words(model::Duration duration);

/// "1,234,567".
[[nodiscard]] std::string grouped(std::uint64_t number);

/// The campaign as lines: runs, operations, virtual time, faults by kind, premises reached, and the
/// failures.
[[nodiscard]] std::string in_words(const CampaignResult& result);

[[nodiscard]] nlohmann::ordered_json to_json(const CampaignResult& result);
[[nodiscard]] nlohmann::ordered_json to_json(const traces::Verdict& verdict);

/// The command that replays a trace: the last line of a report of a violation.
[[nodiscard]] std::string replay_command(const std::string& trace_file);

}  // namespace leasecheck::cli
