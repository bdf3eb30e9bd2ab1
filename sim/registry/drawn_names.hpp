#pragma once

#include <expected>
#include <optional>
#include <string>

#include "sim/faults.hpp"
#include "sim/values/dimension.hpp"

namespace leasecheck::sim {

/// Reads what `--faults` takes: "all", "none", or names with commas between them.
/// Returns: the kinds, or nothing for all of them.
/// Errors: in words, naming what is unknown and what was expected.
[[nodiscard]] std::expected<std::optional<FaultKinds>, std::string> parse_faults(
    const std::string& text);

/// Reads what `--values` takes, of the same form.
[[nodiscard]] std::expected<std::optional<values::Dimensions>, std::string> parse_values(
    const std::string& text);

/// The same as text, in the order of the kinds.
[[nodiscard]] std::string to_text(const std::optional<FaultKinds>& kinds);
[[nodiscard]] std::string to_text(const std::optional<values::Dimensions>& dimensions);

}  // namespace leasecheck::sim
