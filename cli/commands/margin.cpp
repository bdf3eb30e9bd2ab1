#include "model/system/margin.hpp"

#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/command.hpp"
#include "cli/commands/search_command.hpp"
#include "cli/interruption.hpp"
#include "cli/output.hpp"
#include "cli/report/file_writer.hpp"
#include "cli/report/margin_plot.hpp"
#include "cli/report/text.hpp"

namespace leasecheck::cli {
namespace {

struct MarginCommand {
  CommonOptions common;
  SearchOptions search;
  std::int64_t ttl_ms = 0;
  std::int64_t grace_ms = 0;
  std::int64_t heartbeat_ms = 0;
  std::int64_t backoff_ms = 0;
  std::int64_t timeout_ms = 0;
  unsigned messages = 1;
  std::string plot;
  std::string trace_directory = ".";
};

system::MarginOptions deployment(const MarginCommand& command) {
  system::MarginOptions options{.ttl = model::Duration{command.ttl_ms},
                                .grace = model::Duration{command.grace_ms},
                                .heartbeat_period = model::Duration{command.heartbeat_ms},
                                .backoff = std::nullopt,
                                .timeout = model::Duration{command.timeout_ms},
                                .messages = command.messages,
                                .jobs = command.search.jobs,
                                .memory_limit_bytes = command.search.memory_limit_bytes,
                                .progress = {}};
  if (command.timeout_ms == 0) options.timeout = options.ttl;
  if (command.backoff_ms > 0) options.backoff = model::Duration{command.backoff_ms};
  return options;
}

[[noreturn]] void stop(const system::Undecided& undecided) {
  throw Stop{undecided.message, undecided.is_usage ? ExitCode::usage : ExitCode::inconclusive};
}

/// A margin, and the trace of what happens beyond it; no file if nothing was found there.
struct Row {
  system::Margin margin;
  std::string trace;
};

std::vector<Row> find_rows(system::MarginOptions options) {
  SearchProgress shown;
  options.progress = [&shown](const std::string& what, const check::Progress& progress) {
    shown.show(what, progress);
    return is_interrupted() ? check::Continue::no : check::Continue::yes;
  };
  auto margins = system::find_margins(options);
  if (!margins) stop(margins.error());
  std::vector<Row> rows;
  for (system::Margin& margin : *margins) rows.push_back({std::move(margin), {}});
  return rows;
}

void write_trace(const MarginCommand& command, const sim::Backend& backend, Row& row) {
  if (!row.margin.beyond) return;
  const std::string file = (std::filesystem::path(command.trace_directory) /
                            fmt::format("margin-{}.jsonl", system::word(row.margin.way)))
                               .lexically_normal()
                               .string();
  write_counterexample(*row.margin.beyond, backend, "margin", file);
  row.trace = file;
}

// Margins for graces around the deployment's own. Calls are answered at once in these searches,
// which keeps them short.
std::vector<PlotPoint> plot_points(system::MarginOptions options) {
  constexpr std::int64_t steps = 8;
  const std::int64_t grace = std::max<std::int64_t>(options.grace.count(), steps / 2);
  options.messages = 0;
  std::vector<PlotPoint> points;
  for (std::int64_t step = 0; step <= steps; ++step) {
    options.grace = model::Duration{grace * step * 2 / steps};
    const auto way = options.backoff ? system::Way::both : system::Way::reap;
    const auto found = system::find_margin(options, way);
    if (!found) stop(found.error());
    points.push_back({.grace = options.grace, .margin = found->margin});
  }
  return points;
}

std::string title_of(const system::MarginOptions& options) {
  std::string title =
      fmt::format("Clock skew that a lease of {} with a heartbeat every {} survives",
                  in_words(options.ttl), in_words(options.heartbeat_period));
  if (options.backoff) title += fmt::format(", backoff {}", in_words(*options.backoff));
  return title;
}

std::string way_in_words(system::Way way) {
  switch (way) {
    case system::Way::reap:
      return "reaping";
    case system::Way::time_out:
      return "timeouts";
    case system::Way::both:
      return "both together";
  }
  return "";
}

void print(const std::vector<Row>& rows, double seconds) {
  say("{:<14} {:>12} {:>10} {:>12} {:>14} {:>16}\n", "lease lost by", "margin", "searches",
      "states", "transitions", "beyond: steps");
  for (const auto& [margin, trace] : rows) {
    say("{:<14} {:>9} ms {:>10} {:>12} {:>14} {:>16}\n", way_in_words(margin.way),
        grouped(static_cast<std::uint64_t>(margin.margin.count())), margin.searches,
        grouped(margin.proof.states), grouped(margin.proof.transitions),
        margin.beyond ? std::to_string(margin.beyond->actions.size()) : "none found");
  }
  const system::Margin& last = rows.back().margin;
  say("\nNo two workers believe in one attempt as long as no worker's clock is behind the reaper's "
      "by more than {} ms.\nSearched whole, {:.1f} s in all: {}\n",
      grouped(static_cast<std::uint64_t>(last.margin.count())), seconds,
      system::describe(last.proof.world));
}

void print_beyond(const system::Margin& margin) {
  if (!margin.beyond) return;
  say("\nOne millisecond more, {}:\n", way_in_words(margin.way));
  for (std::size_t i = 0; i < margin.beyond->lines.size(); ++i) {
    say("  {}. {}\n", i, margin.beyond->lines[i]);
  }
}

nlohmann::ordered_json document_of(const system::MarginOptions& options) {
  nlohmann::ordered_json document{{"ttl_ms", options.ttl.count()},
                                  {"grace_ms", options.grace.count()},
                                  {"heartbeat_ms", options.heartbeat_period.count()},
                                  {"backoff_ms", nullptr},
                                  {"timeout_ms", nullptr},
                                  {"messages", options.messages}};
  if (!options.backoff) return document;
  document["backoff_ms"] = options.backoff->count();
  document["timeout_ms"] = options.timeout.count();
  return document;
}

void print_json(const system::MarginOptions& options, const std::vector<Row>& rows,
                const std::vector<PlotPoint>& points, double seconds) {
  nlohmann::ordered_json document{{"margin_ms", rows.back().margin.margin.count()},
                                  {"deployment", document_of(options)},
                                  {"seconds", seconds},
                                  {"ways", nlohmann::ordered_json::array()}};
  for (const auto& [margin, trace] : rows) {
    nlohmann::ordered_json entry{{"way", system::word(margin.way)},
                                 {"margin_ms", margin.margin.count()},
                                 {"searches", margin.searches},
                                 {"proof",
                                  {{"world", system::describe(margin.proof.world)},
                                   {"states", margin.proof.states},
                                   {"transitions", margin.proof.transitions},
                                   {"depth", margin.proof.depth},
                                   {"bytes_per_state", margin.proof.bytes_per_state}}},
                                 {"counterexample", nullptr},
                                 {"trace", nullptr}};
    if (margin.beyond) {
      entry["counterexample"] = margin.beyond->lines;
      if (!trace.empty()) entry["trace"] = trace;
    }
    document["ways"].push_back(std::move(entry));
  }
  for (const PlotPoint& point : points) {
    document["plot"].push_back(
        {{"grace_ms", point.grace.count()}, {"margin_ms", point.margin.count()}});
  }
  say(json_text(std::move(document)));
}

void draw(const MarginCommand& command, const system::MarginOptions& options,
          const system::Margin& last, std::vector<PlotPoint>& points) {
  if (command.plot.empty()) return;
  points = plot_points(options);
  const PlotPoint own{.grace = options.grace, .margin = last.margin};
  const auto written = write_file(command.plot, plot_svg(points, own, title_of(options)));
  if (!written) throw Stop{written.error()};
}

ExitCode run(const MarginCommand& command) {
  const system::MarginOptions options = deployment(command);
  const sim::Backend backend = chosen_backend(command.common, "sqlite");
  require_writable("--plot", command.plot);
  prepare_directory("--trace-dir", command.trace_directory);
  const auto begun = std::chrono::steady_clock::now();
  std::vector<Row> rows = find_rows(options);
  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - begun;
  if (!command.common.json) print(rows, passed.count());
  ExitCode end = ExitCode::held;
  for (Row& row : rows) {
    if (!command.common.json) print_beyond(row.margin);
    end = after_verdict(end, [&] { write_trace(command, backend, row); });
    if (command.common.json || row.trace.empty()) continue;
    say("{}\n", replay_command(row.trace, backend.name));
  }
  std::vector<PlotPoint> points;
  end = after_verdict(end, [&] { draw(command, options, rows.back().margin, points); });
  if (command.common.json) print_json(options, rows, points, passed.count());
  return end;
}

}  // namespace

void add_margin(CommandLine& program) {
  Command command =
      program.add("margin", "Find the largest clock skew that a deployment survives, by search");
  auto options = std::make_shared<MarginCommand>();
  add_json_option(command, options->common);
  add_backend_options(command, options->common);
  add_search_options(command, options->search);
  command.duration("--ttl", options->ttl_ms, "Time to live of a lease").required();
  command.duration("--grace", options->grace_ms, "Grace window of the reaper").required();
  command.duration("--heartbeat", options->heartbeat_ms, "How often a worker sends heartbeats")
      .required();
  command.duration("--backoff", options->backoff_ms,
                   "Wait before a retry: executions that time out are retried");
  command.duration("--timeout", options->timeout_ms,
                   "After which an execution times out (else the ttl)");
  command
      .option("--messages", options->messages,
              "Messages in flight in the proof for reaping; 0: calls are answered at once")
      .placeholder("N")
      .show_default();
  command.option("--plot", options->plot, "Draw the margin against the grace window, as SVG")
      .placeholder("FILE");
  command
      .option("--trace-dir", options->trace_directory,
              "Where the runs beyond the margin are written")
      .placeholder("DIR")
      .show_default();
  command.runs([options] { return run(*options); });
}

}  // namespace leasecheck::cli
