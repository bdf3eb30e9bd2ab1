// Records the traces of seeds: the least program that can be built by another compiler to compare.
//
//   record_seeds BACKEND FIRST LAST DIRECTORY
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "cli/backend.hpp"
#include "sim/world.hpp"
#include "traces/writer.hpp"

namespace leasecheck {
namespace {

// What went wrong, or nothing.
std::string record(const cli::Backend& backend, std::uint64_t seed,
                   const std::filesystem::path& directory) {
  const sim::Plan plan = sim::draw_plan(seed, {});
  traces::Trace trace{.head = sim::head_of(plan, backend.name), .steps = {}, .verdict = {}};
  auto subject = backend.make();
  if (!subject) return subject.error().message;
  trace.verdict = sim::simulate(plan, **subject, [&trace](const traces::Step& step) {
                    trace.steps.push_back(step);
                  }).verdict;
  const auto written =
      traces::write_file(directory / ("seed-" + std::to_string(seed) + ".jsonl"), trace);
  return written ? std::string() : written.error();
}

}  // namespace
}  // namespace leasecheck

int main(int argc, char** argv) {
  const auto backend = leasecheck::cli::parse_backend(argc == 5 ? argv[1] : "");
  if (!backend) {
    std::fprintf(stderr, "usage: record_seeds BACKEND FIRST LAST DIRECTORY\n");
    return 2;
  }
  std::filesystem::create_directories(argv[4]);
  const std::uint64_t last = std::strtoull(argv[3], nullptr, 10);
  for (std::uint64_t seed = std::strtoull(argv[2], nullptr, 10); seed <= last; ++seed) {
    if (const std::string wrong = leasecheck::record(*backend, seed, argv[4]); !wrong.empty()) {
      std::fprintf(stderr, "%s\n", wrong.c_str());
      return 1;
    }
  }
  return 0;
}
