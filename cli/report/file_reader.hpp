#pragma once

#include <cstddef>
#include <expected>
#include <filesystem>
#include <string>

namespace leasecheck::cli {

/// A larger graph or report is refused.
inline constexpr std::size_t largest_report = std::size_t{64} << 20;

/// The whole of a file or pipe.
/// Errors: in words, naming the file; one with more than `most` bytes is not read on.
[[nodiscard]] std::expected<std::string, std::string> read_text_file(
    const std::filesystem::path& file, std::size_t most);

}  // namespace leasecheck::cli
