#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "sim/defects/catalogue.hpp"
#include "sim/world/world.hpp"

/// The ways to look for a planted defect, one beside the other.
namespace leasecheck::cli {

/// What one search for a defect found.
struct Detection {
  /// What it took: calls of the repository; on a simulated disk runs up to a crash event or the end
  /// of a schedule, one operation each; in the searched model transitions.
  std::uint64_t calls = 0;
  std::string property = {};  ///< that was violated; empty if nothing was found
};

struct SearchBounds {
  std::uint64_t sample = 0;     ///< random techniques: which of several searches
  std::uint64_t most_runs = 1;  ///< random techniques: when to give up
};

struct Technique {
  std::string_view name;
  std::string_view what;  ///< in a few words
  bool is_random;         ///< searches differ; otherwise one says all
  bool (*applies)(const mutants::Exhibit& exhibit);
  /// Throws: Stop, if the subject is broken.
  Detection (*search)(const mutants::Exhibit& exhibit, const SearchBounds& bounds);
};

/// Every technique; `plain` is the baseline of the others.
[[nodiscard]] std::span<const Technique> all_techniques();

/// Whether the exhibit is found by simulation if at all.
[[nodiscard]] bool suits_simulation(const mutants::Exhibit& exhibit);

/// The repository with the defect; a correct one where the defect is not in the repository.
[[nodiscard]] std::expected<std::unique_ptr<sim::Subject>, sim::BrokenSubject> make_exhibited(
    const mutants::Exhibit& exhibit);

/// The run of a seed with the defect, on such a subject.
[[nodiscard]] sim::RunResult simulate_exhibit(const mutants::Exhibit& exhibit,
                                              const sim::Plan& plan, sim::Subject& subject,
                                              sim::Referee::StepSink sink = {});

}  // namespace leasecheck::cli
