// Copies of a queue, and whether its file is sound.

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/leasectl/queue.hpp"
#include "cli/output.hpp"
#include "cli/report/text.hpp"
#include "lease/sqlite.hpp"

namespace leasecheck::leasectl {
namespace {

using cli::say;

/// How many findings are printed at most.
constexpr std::uint64_t most_findings = 100;

// In PostgreSQL whatever is read is checked, so a look at everything is enough; its own damage is
// for its own tools, as pg_amcheck.
std::vector<std::string> findings_on_server(const Options& options) {
  Queue queue(options);
  const auto seen = queue->snapshot();
  if (seen) return {};
  if (seen.error().code != lease::ErrorCode::corrupt) stop(seen.error());
  return {seen.error().message};
}

std::vector<std::string> findings_in(const std::string& file) {
  lease::SqliteOptions options;
  options.path = file;
  return value_of(lease::check_sqlite_repository(options, most_findings));
}

cli::ExitCode print_findings(const Options& options, const std::vector<std::string>& findings) {
  if (options.json) {
    say(cli::json_text({{"queue", options.queue.shown()}, {"findings", findings}}));
  } else if (findings.empty()) {
    say("{} is sound\n", options.queue.shown());
  } else {
    for (const std::string& finding : findings) say("{}\n", finding);
    if (findings.size() == most_findings) say("there may be more\n");
  }
  return findings.empty() ? cli::ExitCode::held : cli::ExitCode::violated;
}

}  // namespace

void add_backup(cli::CommandLine& program) {
  struct BackupOptions : Options {
    std::string copy;
  };
  cli::Command command = program.add(
      "backup",
      "Copy a queue to a new file, all of one moment, while others use it; check the copy");
  auto options = std::make_shared<BackupOptions>();
  add_options(command, *options);
  command.option("COPY", options->copy, "The file to write, which must not exist").required();
  command.runs([options] {
    if (options->queue.is_on_server()) {
      throw cli::Stop{
          fmt::format("a queue in PostgreSQL is copied by the server's own tools, for "
                      "instance pg_dump --schema='\"{}\"'",
                      options->queue.schema)};
    }
    lease::SqliteOptions source;
    source.path = options->queue.text;
    value_of(lease::backup_sqlite_repository(source, options->copy));
    if (const auto findings = findings_in(options->copy); !findings.empty()) {
      throw cli::Stop{fmt::format("{} was written, and is damaged as its queue is: {}; see "
                                  "leasectl check {}",
                                  options->copy, findings.front(), options->queue.text),
                      cli::ExitCode::violated};
    }
    if (options->json) {
      say(cli::json_text({{"queue", options->queue.text}, {"copy", options->copy}}));
    } else {
      say("{} is a sound copy of {}\n", options->copy, options->queue.text);
    }
    return cli::ExitCode::held;
  });
}

void add_check(cli::CommandLine& program) {
  cli::Command command = program.add(
      "check", "Look for damage: of pages, tables and indexes, and rows that no library writes");
  auto options = std::make_shared<Options>();
  add_options(command, *options);
  command.runs([options] {
    return print_findings(*options, options->queue.is_on_server()
                                        ? findings_on_server(*options)
                                        : findings_in(options->queue.text));
  });
}

}  // namespace leasecheck::leasectl
