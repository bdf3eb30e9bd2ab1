#include "cli/check_report/writer.hpp"

#include <string>

#include "cli/check_report/json.hpp"
#include "cli/check_report/junit.hpp"
#include "cli/check_report/page.hpp"
#include "cli/report/file_writer.hpp"
#include "traces/views/timeline_page.hpp"

namespace leasecheck::cli {

void write_report(const Report& report, const std::filesystem::path& directory) {
  const auto write = [&directory](const std::string& name, const std::string& text) {
    if (auto written = write_file(directory / name, text); !written) {
      throw Stop{"no report: " + written.error()};
    }
  };
  write("summary.json", summary_json(report));
  write("junit.xml", junit_xml(report));
  for (const ReportedFailure& failure : report.failures) {
    if (!failure.timeline.empty())
      write(failure.timeline, traces::timeline_page(failure.explanation->trace));
  }
  write("index.html", report_page(report));
}

}  // namespace leasecheck::cli
