#pragma once

#include <string>

#include "cli/check_report/report.hpp"

namespace leasecheck::cli {

/// The report as JUnit's XML, for the tables of other people's tools: a test case for each part.
/// Source: the schema of Maven Surefire, which Jenkins and GitLab read.
[[nodiscard]] std::string junit_xml(const Report& report);

}  // namespace leasecheck::cli
