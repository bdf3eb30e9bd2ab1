#pragma once

#include <cstddef>
#include <string>

#include "cli/check_report/report.hpp"

namespace leasecheck::cli {

/// The report in GitHub's Markdown, with the life cycle and failures as Mermaid, in at most so many
/// bytes: what does not fit is left out from the end on, and that is said. No text of a subject is
/// markup in it.
/// Source: https://github.github.com/gfm/
[[nodiscard]] std::string report_markdown(const Report& report, std::size_t most_bytes);

/// Appends it to the step summary of GitHub's actions, a file whose whole size stays below the
/// 1 MB that GitHub shows.
/// Throws: Stop, when it cannot be written.
void append_step_summary(const Report& report, const std::string& file);

}  // namespace leasecheck::cli
