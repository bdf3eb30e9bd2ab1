#pragma once

#include <string>

#include "cli/check_report/report.hpp"

namespace leasecheck::cli {

/// The report as one HTML page: it needs nothing beside itself, opens from disk, asks no network
/// and holds no script. It links what lies beside it: the timelines of failures, summary.json and
/// junit.xml. No text of a subject is markup in it.
[[nodiscard]] std::string report_page(const Report& report);

}  // namespace leasecheck::cli
