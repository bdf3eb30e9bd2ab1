#include <memory>
#include <string>

#include "cli/command.hpp"
#include "cli/report/file_writer.hpp"
#include "traces/reader.hpp"
#include "traces/views/timeline_page.hpp"

namespace leasecheck::cli {
namespace {

struct ShowOptions {
  std::string trace;
  std::string page;
};

ExitCode run(const ShowOptions& options) {
  const auto trace = traces::read_file(options.trace);
  if (!trace) throw Stop{trace.error().message};
  if (auto written = write_file(options.page, traces::timeline_page(*trace)); !written) {
    throw Stop{written.error()};
  }
  return ExitCode::held;
}

}  // namespace

void add_show(CommandLine& program) {
  Command command = program.add(
      "show", "Draw a trace as a page: who held what when, step by step, and where it went wrong");
  auto options = std::make_shared<ShowOptions>();
  command.option("TRACE", options->trace, "Trace file").required();
  command
      .option("--output,-o", options->page,
              "Write the page to this file; it needs nothing beside itself")
      .placeholder("FILE.html")
      .required();
  command.runs([options] { return run(*options); });
}

}  // namespace leasecheck::cli
