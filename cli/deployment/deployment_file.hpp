#pragma once

#include <expected>
#include <filesystem>
#include <optional>
#include <string>

#include "sim/world/deployment_spec.hpp"
#include "traces/json.hpp"

/// A deployment as a team writes it down: deployment.schema.json says what may stand in such a
/// file.
namespace leasecheck::cli {

/// Errors: what the schema does not allow, and what `impossible` finds; in words, with the JSON
/// pointer of what is wrong and what was expected there.
[[nodiscard]] std::expected<sim::DeploymentSpec, std::string> deployment_from_json(
    const traces::Json& json);

/// Throws: Stop, naming the file, when it cannot be read or is none.
[[nodiscard]] sim::DeploymentSpec read_deployment(const std::filesystem::path& file);

/// What no deployment can be, though each of its numbers is allowed: in words, as above.
[[nodiscard]] std::optional<std::string> impossible(const sim::DeploymentSpec& spec);

}  // namespace leasecheck::cli
