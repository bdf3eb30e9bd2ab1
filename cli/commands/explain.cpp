#include <chrono>
#include <map>
#include <memory>
#include <string>

#include "cli/command.hpp"
#include "cli/output.hpp"
#include "cli/views/explanation.hpp"
#include "sim/oracle/necessity.hpp"
#include "traces/disk_trace.hpp"
#include "traces/reader.hpp"

namespace leasecheck::cli {
namespace {

enum class Format : std::uint8_t { text, markdown };

struct ExplainOptions {
  CommonOptions common;
  std::string file;
  Format format = Format::text;
  std::int64_t budget_ms = 30'000;
};

/// The backend that is named, or the recorded one if that is a part of this program.
std::optional<sim::Backend> backend_of(const ExplainOptions& options, const traces::Trace& trace) {
  if (!options.common.backend.empty() || !options.common.mutant.empty()) {
    return chosen_backend(options.common, "");
  }
  const auto recorded = sim::recorded_backend(trace.head.backend);
  if (recorded) return *recorded;
  say_on_error("steps were not left out in turn: " + recorded.error() + "\n");
  return std::nullopt;
}

std::map<std::uint64_t, sim::WithoutIt> left_out(const ExplainOptions& options,
                                                 const traces::Trace& trace) {
  if (trace.verdict.result != traces::Result::violated || traces::is_disk_trace(trace)) return {};
  const auto backend = backend_of(options, trace);
  if (!backend) return {};
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(options.budget_ms);
  return sim::leave_out_each(trace, backend->make,
                             [end] { return std::chrono::steady_clock::now() < end; });
}

ExitCode run(const ExplainOptions& options) {
  auto trace = traces::read_file(options.file);
  if (!trace) throw Stop{trace.error().message};
  auto without = left_out(options, *trace);
  const Explanation explanation{.trace = *std::move(trace), .without = std::move(without)};
  say(options.format == Format::text ? in_text(explanation) : in_markdown(explanation));
  return ExitCode::held;
}

}  // namespace

void add_explain(CommandLine& program) {
  Command command = program.add(
      "explain", "Tell a trace as a story: what was promised, what happened instead, and why");
  auto options = std::make_shared<ExplainOptions>();
  add_backend_options(command, options->common);
  command.option("TRACE", options->file, "Trace file").required();
  command
      .choice("--format", options->format,
              std::map<std::string, Format>{{"text", Format::text}, {"markdown", Format::markdown}},
              "text, or markdown with a sequence diagram")
      .placeholder("FORMAT")
      .show_default("text");
  command
      .duration("--budget", options->budget_ms,
                "How long to leave out steps in turn, which shows what each is needed for")
      .show_default("30s");
  command.runs([options] { return run(*options); });
}

}  // namespace leasecheck::cli
