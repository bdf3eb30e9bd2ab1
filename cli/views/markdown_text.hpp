#pragma once

#include <string>
#include <string_view>

namespace leasecheck::cli {

/// The text, whatever it holds, between other markup of GitHub's Markdown: none of it is markup, a
/// link or a mention, and it is one line.
/// Source: https://github.github.com/gfm/#backslash-escapes
[[nodiscard]] std::string markdown_text(std::string_view text);

}  // namespace leasecheck::cli
