#pragma once

#include <filesystem>

#include "cli/check_report/report.hpp"

namespace leasecheck::cli {

/// Writes index.html, summary.json, junit.xml and the timelines of failures into `directory`, which
/// exists. Throws: Stop, naming the file; no partial file is left behind.
void write_report(const Report& report, const std::filesystem::path& directory);

}  // namespace leasecheck::cli
