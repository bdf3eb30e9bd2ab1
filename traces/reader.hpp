#pragma once

#include <cstddef>
#include <expected>
#include <filesystem>
#include <string>
#include <string_view>

#include "traces/trace.hpp"

namespace leasecheck::traces {

/// Why there is no trace. The message names file, line and what was expected there.
struct ReadError {
  enum class Kind : std::uint8_t {
    unreadable,  ///< no such file, a directory, no permission
    malformed,   ///< not a trace, of a newer format, or cut short
    stale        ///< a trace of another model: neither a pass nor a violation
  };
  Kind kind = Kind::malformed;
  std::string message;
};

/// A longer line is an error, so that no input makes the reader fill the memory.
inline constexpr std::size_t longest_line = std::size_t{16} << 20;

/// Reads a whole trace: head, steps numbered 1, 2, 3 …, verdict. Lines may end in CR LF. A file
/// named
/// `.part` is what a crash has left of one: it may end anywhere after its head, and its verdict is
/// then `broken`.
[[nodiscard]] std::expected<Trace, ReadError> read_file(const std::filesystem::path& file);

/// The same from text; `name` stands for the file in messages.
[[nodiscard]] std::expected<Trace, ReadError> read_text(std::string_view text,
                                                        std::string_view name);

}  // namespace leasecheck::traces
