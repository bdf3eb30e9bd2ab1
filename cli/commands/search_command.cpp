#include "cli/commands/search_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <sstream>
#include <thread>

#include "cli/report/file_writer.hpp"
#include "cli/report/text.hpp"
#include "sim/oracle/counterexample.hpp"
#include "traces/writer.hpp"

namespace leasecheck::cli {

namespace {

/// The first number in the file after `key`; none if the file or the key is not there.
std::optional<std::uint64_t> number_in(const char* file, std::string_view key) {
  std::ifstream input(file);
  for (std::string line; std::getline(input, line);) {
    if (!line.starts_with(key)) continue;
    std::istringstream rest(line.substr(key.size()));
    std::uint64_t number = 0;
    if (rest >> number) return number;
  }
  return std::nullopt;
}

// A search has to end by its own limit, not by the system's: three quarters of what the machine
// and the container still have, and no more than 4 GiB.
std::size_t default_memory_limit() {
  std::uint64_t available = std::uint64_t{16} << 30;
  if (const auto kib = number_in("/proc/meminfo", "MemAvailable:")) available = *kib << 10;
  const auto most = number_in("/sys/fs/cgroup/memory.max", "");
  const auto used = number_in("/sys/fs/cgroup/memory.current", "");
  if (most) available = std::min(available, *most - std::min(*most, used.value_or(0)));
  return std::min<std::size_t>(std::size_t{4} << 30, available / 4 * 3);
}

}  // namespace

void add_search_options(Command& command, SearchOptions& options) {
  options.jobs = std::max(1U, std::thread::hardware_concurrency());
  options.memory_limit_bytes = default_memory_limit();
  command
      .option("--jobs", options.jobs,
              "Threads; no result depends on it but the counts of a search that ends by "
              "--memory or an interruption")
      .between(1, 256)
      .placeholder("N")
      .show_default();
  command
      .size("--memory", options.memory_limit_bytes,
            "A search that needs more ends as inconclusive; for instance 512MiB (default: "
            "4GiB, or three quarters of what is available)")
      .placeholder("LIMIT");
}

void SearchProgress::show(const std::string& what, const check::Progress& progress) {
  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - begun_;
  line_.show(fmt::format("{}: {} states, {} to expand, depth {}, {:.0f} states/s, {} MiB", what,
                         grouped(progress.states), grouped(progress.queue), progress.depth,
                         static_cast<double>(progress.states) / std::max(passed.count(), 0.001),
                         progress.memory_bytes >> 20));
}

void write_counterexample(const system::Run& run, const sim::Backend& backend,
                          const std::string& origin, const std::filesystem::path& file) {
  auto subject = backend.make();
  if (!subject) throw Stop{subject.error().message, ExitCode::broken};
  traces::Trace stimuli = sim::stimuli_trace(run.world, run.initial, run.actions, origin);
  stimuli.head.backend = backend.name;
  const auto trace = sim::played(std::move(stimuli), **subject);
  if (!trace) throw Stop{trace.error(), ExitCode::broken};
  if (auto written = write_file(file, traces::to_text(*trace)); !written) {
    throw Stop{written.error()};
  }
}

}  // namespace leasecheck::cli
