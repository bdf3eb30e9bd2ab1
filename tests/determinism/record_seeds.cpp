// Records the traces of seeds: the least program that can be built by another compiler to compare.
//
//   record_seeds memory|sqlite FIRST LAST DIRECTORY
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "lease/memory.hpp"
#include "lease/sqlite.hpp"
#include "sim/registry/temporary_directory.hpp"
#include "sim/subject/file_watch.hpp"
#include "sim/subject/subject.hpp"
#include "sim/world/world.hpp"
#include "traces/writer.hpp"

namespace leasecheck {
namespace {

using OpenedRepository = lease::Result<std::unique_ptr<lease::AttemptRepository>>;

std::string database_in(const std::filesystem::path& directory) {
  return (directory / "repository.sqlite").string();
}

OpenedRepository open(const std::string& backend, const std::filesystem::path& directory,
                      lease::Clock& clock, lease::IdSource& ids) {
  if (backend == "memory") return lease::make_memory_repository(clock, ids);
  lease::SqliteOptions options;
  options.path = database_in(directory);
  return lease::open_sqlite_repository(options, clock, ids);
}

// What went wrong, or nothing.
std::string record(const std::string& backend, std::uint64_t seed,
                   const std::filesystem::path& directory) {
  const auto files = sim::TemporaryDirectory::create();
  if (!files) return files.error();
  std::function<bool()> may_have_changed;
  if (backend == "sqlite") {
    may_have_changed = [watch = std::make_shared<sim::FileWatch>(database_in(files->path()))] {
      return watch->may_have_changed();
    };
  }
  const auto subject = sim::make_repository_subject(
      backend,
      [&](lease::Clock& clock, lease::IdSource& ids) {
        return open(backend, files->path(), clock, ids);
      },
      sim::whole_contract(), may_have_changed);
  if (!subject) return subject.error().message;
  const sim::Plan plan = sim::draw_plan(seed, {});
  traces::Trace trace{.head = sim::head_of(plan, backend), .steps = {}, .verdict = {}};
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
  const std::string backend = argc == 5 ? argv[1] : "";
  if (backend != "memory" && backend != "sqlite") {
    std::fprintf(stderr, "usage: record_seeds memory|sqlite FIRST LAST DIRECTORY\n");
    return 2;
  }
  std::filesystem::create_directories(argv[4]);
  const std::uint64_t last = std::strtoull(argv[3], nullptr, 10);
  for (std::uint64_t seed = std::strtoull(argv[2], nullptr, 10); seed <= last; ++seed) {
    if (const std::string wrong = leasecheck::record(backend, seed, argv[4]); !wrong.empty()) {
      std::fprintf(stderr, "%s\n", wrong.c_str());
      return 1;
    }
  }
  return 0;
}
