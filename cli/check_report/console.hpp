#pragma once

#include <string>

#include "cli/check_report/report.hpp"

/// The report on a terminal: what matters, in at most 40 lines.
namespace leasecheck::cli {

/// One line for a part that is over, and a few for what is to say of it.
[[nodiscard]] std::string part_in_words(const Section& section);

/// What follows the parts: failures, and what was not shown; nothing if there is neither.
[[nodiscard]] std::string findings_in_words(const Report& report);

/// All lists that the other two leave out or cut short, part by part.
[[nodiscard]] std::string lists_in_words(const Report& report);

}  // namespace leasecheck::cli
