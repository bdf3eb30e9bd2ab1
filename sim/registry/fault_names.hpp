#pragma once

#include <expected>
#include <optional>
#include <set>
#include <string>

namespace leasecheck::sim {

/// Kinds of fault by name; nothing means all of them.
using FaultNames = std::optional<std::set<std::string, std::less<>>>;

/// Reads what `--faults` takes: "all", "none", or names with commas between them.
/// Errors: in words, naming what is unknown and what was expected.
[[nodiscard]] std::expected<FaultNames, std::string> parse_faults(const std::string& text);

}  // namespace leasecheck::sim
