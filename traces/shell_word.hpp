#pragma once

#include <string>
#include <string_view>

namespace leasecheck::traces {

/// The text as one word of a shell's command line that can be printed: in quotes where a shell
/// would take it for anything else, and with what cannot be printed as \xNN in $'…'.
[[nodiscard]] std::string shell_word(std::string_view text);

}  // namespace leasecheck::traces
