// Writes the corpus anew: for every planted defect, or for those that are named, the shortest
// failure that the simulator finds in it, reduced. Run it after the format of traces or the set
// of mutants has changed:
//
//   build/release/tests/sim/record_corpus traces/corpus [NAME...]
//
// Those of planted defects of storage go into a folder of their own: only what keeps its data on
// the simulated disk can replay them.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "sim/defects/repository/mutants.hpp"
#include "sim/defects/storage/sqlite_mutants.hpp"
#include "sim/oracle/shrink.hpp"
#include "sim/storage/crash_matrix.hpp"
#include "sim/storage/interleaver.hpp"
#include "tests/sim/subjects.hpp"
#include "traces/writer.hpp"

namespace leasecheck::sim {
namespace {

constexpr std::uint64_t seeds = 200;
constexpr int failures_to_choose_from = 10;

// The failure with the fewest steps among the first ones, reduced.
std::optional<traces::Trace> shortest_failure(const mutants::Mutant& mutant) {
  std::optional<traces::Trace> shortest;
  int failures = 0;
  for (std::uint64_t seed = 1; seed <= seeds && failures < failures_to_choose_from; ++seed) {
    testing::RecordedRun run = testing::record(draw_plan(seed, {}), testing::backend_of(mutant));
    if (run.result.verdict.property != mutant.property) continue;
    ++failures;
    if (!shortest || run.trace.steps.size() < shortest->steps.size()) {
      shortest = std::move(run.trace);
    }
  }
  if (!shortest) return std::nullopt;
  const auto make = [&mutant] {
    return std::expected<std::unique_ptr<Subject>, BrokenSubject>(
        testing::make_subject(testing::backend_of(mutant)));
  };
  return shrink(*shortest, make, {.most_runs = 100'000}).trace;
}

traces::Trace trace_of(const Finding& finding, const std::string& backend) {
  traces::Trace trace = *finding.trace;
  trace.head.backend = backend;
  return trace;
}

// The first violation of the case in which the defect shows; there is nothing to leave out of it.
std::optional<traces::Trace> shortest_failure(const mutants::SqliteMutant& mutant) {
  const std::string backend = "mutant:" + std::string(mutant.name);
  if (mutant.search == mutants::Search::crash) {
    for (const CrashCase& subject : crash_cases()) {
      if (name_of(subject) != mutant.shown_by) continue;
      CrashMatrixOptions options;
      options.checkpoint_pages = mutant.checkpoint_pages;
      const auto found = CrashMatrix(mutant.open, options).search(subject);
      if (found && *found) return trace_of(**found, backend);
    }
    return std::nullopt;
  }
  auto interleaver = Interleaver::make(mutant.open, {});
  if (!interleaver) return std::nullopt;
  for (const InterleaveCase& subject : interleave_cases(InterleaveScope::pairs)) {
    if (name_of(subject) != mutant.shown_by) continue;
    const auto found = (*interleaver)->search(subject, 2);
    if (found && *found) return trace_of(**found, backend);
  }
  return std::nullopt;
}

template <typename Mutant>
bool record(const Mutant& mutant, const std::filesystem::path& directory) {
  std::optional<traces::Trace> failure = shortest_failure(mutant);
  if (!failure) {
    std::fprintf(stderr, "%s: not found\n", std::string(mutant.name).c_str());
    return false;
  }
  failure->head.exhibit = traces::Exhibit{.shows = std::string(mutant.what),
                                          .defect = std::string(mutant.defect),
                                          .property = std::string(mutant.property)};
  const std::filesystem::path file = directory / (std::string(mutant.name) + ".jsonl");
  if (auto written = traces::write_file(file, *failure); !written) {
    std::fprintf(stderr, "%s\n", written.error().c_str());
    return false;
  }
  std::printf("%s: %zu steps\n", file.c_str(), failure->steps.size());
  return true;
}

}  // namespace
}  // namespace leasecheck::sim

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: record_corpus DIRECTORY [NAME...]\n");
    return 2;
  }
  const std::span<char*> names(argv + 2, argv + argc);
  const auto is_wanted = [names](std::string_view name) {
    return names.empty() || std::ranges::find(names, name) != names.end();
  };
  bool all_recorded = true;
  for (const auto& mutant : leasecheck::mutants::all_mutants()) {
    if (is_wanted(mutant.name)) all_recorded &= leasecheck::sim::record(mutant, argv[1]);
  }
  const std::filesystem::path storage = std::filesystem::path(argv[1]) / "storage";
  std::filesystem::create_directories(storage);
  for (const auto& mutant : leasecheck::mutants::sqlite_mutants()) {
    // What a stress test finds is done again by its seed.
    if (mutant.search == leasecheck::mutants::Search::stress) continue;
    if (is_wanted(mutant.name)) all_recorded &= leasecheck::sim::record(mutant, storage);
  }
  return all_recorded ? 0 : 1;
}
