#pragma once

#include <filesystem>
#include <string>

#include "cli/campaign/progress.hpp"
#include "cli/command.hpp"
#include "leasecheck/check/report.hpp"
#include "model/system/explore.hpp"

/// What the commands that search have in common.
namespace leasecheck::cli {

/// `--jobs` and `--memory`.
struct SearchOptions {
  unsigned jobs = 1;
  std::size_t memory_limit_bytes = std::size_t{4} << 30;
};

/// Adds them; the default of `--jobs` is every core.
void add_search_options(Command& command, SearchOptions& options);

/// Shows how far a search has come: states, queue, rate, memory.
class SearchProgress {
 public:
  void show(const std::string& what, const check::Progress& progress);

 private:
  Progress line_;
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

/// Plays the run on the backend, so that its trace says what that answers and how it is judged, and
/// writes it to `file`.
/// Throws: Stop, if the backend or the file fails.
void write_counterexample(const system::Run& run, const sim::Backend& backend,
                          const std::string& origin, const std::filesystem::path& file);

}  // namespace leasecheck::cli
