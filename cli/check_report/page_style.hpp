#pragma once

#include <string_view>

namespace leasecheck::cli {

/// page.css beside this file, as text of the program.
extern const std::string_view page_style;

}  // namespace leasecheck::cli
