// Writes the corpus anew: for every planted defect, or for those that are named, the shortest
// failure that the simulator finds in it, minimised. Run it after the format of traces or the set
// of mutants has changed:
//
//   build/release/tests/sim/record_corpus traces/corpus [NAME...]
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "sim/replay.hpp"
#include "tests/mutants/mutants.hpp"
#include "tests/sim/subjects.hpp"
#include "traces/minimise.hpp"
#include "traces/writer.hpp"

namespace leasecheck::sim {
namespace {

constexpr std::uint64_t seeds = 200;
constexpr int failures_to_choose_from = 10;

// The failure with the fewest steps among the first ones.
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
  return shortest;
}

bool record(const mutants::Mutant& mutant, const std::filesystem::path& directory) {
  std::optional<traces::Trace> failure = shortest_failure(mutant);
  if (!failure) {
    std::fprintf(stderr, "%s: not found\n", std::string(mutant.name).c_str());
    return false;
  }
  failure->head.exhibit = traces::Exhibit{.shows = std::string(mutant.what),
                                          .defect = std::string(mutant.defect),
                                          .property = std::string(mutant.property)};
  const traces::Trace shortest =
      traces::minimise(*failure, [&mutant](const traces::Trace& candidate) {
        const auto subject = testing::make_subject(testing::backend_of(mutant));
        return rerun(candidate, *subject);
      });
  const std::filesystem::path file = directory / (std::string(mutant.name) + ".jsonl");
  if (auto written = traces::write_file(file, shortest); !written) {
    std::fprintf(stderr, "%s\n", written.error().c_str());
    return false;
  }
  std::printf("%s: %zu steps, from %zu\n", file.c_str(), shortest.steps.size(),
              failure->steps.size());
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
  bool all_recorded = true;
  for (const auto& mutant : leasecheck::mutants::all_mutants()) {
    const bool is_named =
        std::ranges::any_of(names, [&mutant](const char* name) { return mutant.name == name; });
    if (!names.empty() && !is_named) continue;
    all_recorded &= leasecheck::sim::record(mutant, argv[1]);
  }
  return all_recorded ? 0 : 1;
}
