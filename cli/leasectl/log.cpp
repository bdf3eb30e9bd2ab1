// What a queue's file has recorded of what was done to it.

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/leasectl/queue.hpp"
#include "cli/output.hpp"
#include "cli/report/text.hpp"
#include "lease/operation_log.hpp"
#include "lease/sqlite.hpp"

namespace leasecheck::leasectl {
namespace {

using cli::say;

/// The same lines in characters that may stand on a terminal.
std::string in_ascii(std::string_view lines) {
  const auto is_plain = [](char c) { return c == '\n' || (c >= ' ' && c < 0x7F); };
  if (std::ranges::all_of(lines, is_plain)) return std::string(lines);
  std::string text;
  std::istringstream in{std::string(lines)};
  for (std::string line; std::getline(in, line);) {
    text += nlohmann::ordered_json::parse(line).dump(-1, ' ', true) + "\n";
  }
  return text;
}

lease::Result<void> print(std::string_view lines) {
  say(in_ascii(lines));
  if (cli::was_heard()) return {};
  return std::unexpected(
      lease::Error(lease::ErrorCode::unavailable, "what was not printed stays in the queue"));
}

}  // namespace

void add_log(cli::CommandLine& program) {
  struct LogOptions : Options {
    std::string file;
  };
  cli::Command command = program.add(
      "log",
      "Take the operations out of a queue that its programs have recorded, the oldest first");
  auto options = std::make_shared<LogOptions>();
  add_options(command, *options);
  command.option("-o,--output", options->file, "Append them to this file, instead of printing them")
      .placeholder("FILE");
  command.runs([options] {
    if (options->queue.is_on_server()) {
      throw cli::Stop{
          "a queue in PostgreSQL records no operations; lease::RecordingRepository does"};
    }
    lease::SqliteOptions source;
    source.path = options->queue.text;
    if (options->file.empty()) {
      value_of(lease::take_sqlite_operations(source, print));
      return cli::ExitCode::held;
    }
    lease::SystemClock clock;
    std::unique_ptr<lease::OperationLog> log;  // not before there is something to be written
    const auto append = [&](std::string_view lines) -> lease::Result<void> {
      if (log == nullptr) {
        auto opened = lease::OperationLog::open(options->file, clock);
        if (!opened) return std::unexpected(opened.error());
        log = *std::move(opened);
      }
      return log->append(lines);
    };
    const std::uint64_t taken = value_of(lease::take_sqlite_operations(source, append));
    if (options->json) {
      say(cli::json_text(
          {{"queue", options->queue.text}, {"file", options->file}, {"operations", taken}}));
    } else {
      say("{} operations of {} are in {}\n", taken, options->queue.text, options->file);
    }
    return cli::ExitCode::held;
  });
}

}  // namespace leasecheck::leasectl
