#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

/// What the program knows of itself and of the place where it stands.
namespace leasecheck::cli {

/// "0.1.0".
[[nodiscard]] std::string_view version();

/// The recorded failures that belong to the program: `../share/leasecheck/corpus` of the
/// executable's directory or, for the executable of a build tree, those of the source tree.
/// Returns: nothing if there are none.
[[nodiscard]] std::optional<std::filesystem::path> corpus_directory();

}  // namespace leasecheck::cli
