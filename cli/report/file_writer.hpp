#pragma once

#include <expected>
#include <filesystem>
#include <string>

namespace leasecheck::cli {

/// Writes `text` to `file` as `check::OutputFile` does: readers see all of it or nothing.
/// Errors: in words, naming the file.
[[nodiscard]] std::expected<void, std::string> write_file(const std::filesystem::path& file,
                                                          const std::string& text);

}  // namespace leasecheck::cli
