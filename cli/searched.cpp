#include "cli/searched.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <thread>

#include "cli/render.hpp"
#include "sim/counterexample.hpp"
#include "traces/writer.hpp"

namespace leasecheck::cli {

void add_search_options(CLI::App& command, SearchOptions& options) {
  options.jobs = std::max(1U, std::thread::hardware_concurrency());
  command.add_option("--jobs", options.jobs, "Threads; no result depends on it")
      ->check(CLI::Range(1, 256))
      ->type_name("N")
      ->capture_default_str();
  command
      .add_option("--memory", options.memory_limit_bytes,
                  "A search that needs more ends as inconclusive; for instance 512MiB")
      ->transform(CLI::AsSizeValue(false))
      ->type_name("LIMIT")
      ->default_str("4GiB");
}

void SearchProgress::show(const std::string& what, const check::Progress& progress) {
  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - begun_;
  line_.show(fmt::format("{}: {} states, {} to expand, depth {}, {:.0f} states/s, {} MiB", what,
                         grouped(progress.states), grouped(progress.queue), progress.depth,
                         static_cast<double>(progress.states) / std::max(passed.count(), 0.001),
                         progress.memory_bytes >> 20));
}

void write_counterexample(const system::Run& run, const Backend& backend, const std::string& origin,
                          const std::filesystem::path& file) {
  auto subject = backend.make();
  if (!subject) throw Stop{subject.error().message, ExitCode::broken};
  traces::Trace stimuli = sim::stimuli_trace(run.world, run.initial, run.actions, origin);
  stimuli.head.backend = backend.name;
  const auto trace = sim::played(std::move(stimuli), **subject);
  if (!trace) throw Stop{trace.error(), ExitCode::broken};
  if (auto written = traces::write_file(file, *trace); !written) throw Stop{written.error()};
}

}  // namespace leasecheck::cli
