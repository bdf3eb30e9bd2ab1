#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// Text that a subject or a file has written, for people: whatever bytes it has, it can be shown on
/// a terminal and written into JSON, XML and HTML.
namespace leasecheck::traces {

/// The text with each byte that is no part of a character as `\xNN`, and so each byte of a control
/// character, of which only the tab and the end of a line stay, and of what XML cannot hold.
/// Doing it again changes nothing.
/// Complexity: linear.
[[nodiscard]] std::string printable(std::string_view text);

/// At most so many bytes from the front of a text, or from its end, that cut no character in two.
[[nodiscard]] std::string_view front_of(std::string_view text, std::size_t most);
[[nodiscard]] std::string_view end_of(std::string_view text, std::size_t most);

}  // namespace leasecheck::traces
