#pragma once

#include <string>

#include "cli/check_report/report.hpp"

namespace leasecheck::cli {

/// The report as one JSON document, as summary.schema.json beside this file describes it.
[[nodiscard]] std::string summary_json(const Report& report);

}  // namespace leasecheck::cli
