#pragma once

#include <expected>
#include <filesystem>
#include <string>

namespace leasecheck::cli {

/// Writes `text` to `file` as `check::OutputFile` does: readers see all of it or nothing.
/// Errors: in words, naming the file.
[[nodiscard]] std::expected<void, std::string> write_file(const std::filesystem::path& file,
                                                          const std::string& text);

/// Writes `text` to the file that a flag names, or to standard output if it names none.
/// Throws: Stop, when the file cannot be written.
void write_or_say(const std::string& file, const std::string& text);

}  // namespace leasecheck::cli
