#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "cli/command.hpp"
#include "cli/progress.hpp"
#include "cli/render.hpp"
#include "sim/conform.hpp"
#include "sim/plain.hpp"
#include "sim/world.hpp"
#include "tests/mutants/mutants.hpp"

namespace leasecheck::cli {
namespace {

struct MuseumFlags {
  CommonOptions common;
  std::uint64_t samples = 5;
  std::uint64_t most_runs = 500;
};

/// What one search for a defect gave.
struct Search {
  std::uint64_t calls = 0;
  double seconds = 0;
  std::string property;  ///< that was violated; empty if nothing was found
};

using Make = decltype(Backend::make);

/// One way to look for defects. `sample` makes searches differ; a tour is always the same.
struct Technique {
  std::string_view name;
  bool is_random;
  Search (*look)(const Make& make, std::uint64_t sample, std::uint64_t most_runs);
};

using Run = sim::RunResult (*)(std::uint64_t seed, sim::Subject& subject);

// Seed after seed, a new subject each, until something is found.
Search look_by_runs(Run run, const Make& make, std::uint64_t sample, std::uint64_t most_runs) {
  Search search;
  for (std::uint64_t i = 1; i <= most_runs; ++i) {
    auto subject = make();
    if (!subject) throw Stop{subject.error().message, ExitCode::broken};
    const sim::RunResult result = run(sample * most_runs + i, **subject);
    search.calls += result.tally.operations;
    if (result.verdict.result == traces::Result::held) continue;
    search.property = result.verdict.property;
    break;
  }
  return search;
}

Search plain(const Make& make, std::uint64_t sample, std::uint64_t most_runs) {
  return look_by_runs(sim::plain_run, make, sample, most_runs);
}

Search simulation(const Make& make, std::uint64_t sample, std::uint64_t most_runs) {
  const Run run = [](std::uint64_t seed, sim::Subject& subject) {
    return sim::simulate(sim::draw_plan(seed, {}), subject);
  };
  return look_by_runs(run, make, sample, most_runs);
}

Search conformance(const Make& make, std::uint64_t, std::uint64_t) {
  const auto result = sim::conform(
      {.workers = 2, .attempts = 2, .backend = "museum", .make = make, .progress = {}});
  if (!result) throw Stop{result.error(), ExitCode::broken};
  return {.calls = result->tally.operations, .seconds = 0, .property = result->verdict.property};
}

constexpr std::array techniques{
    Technique{.name = "plain", .is_random = true, .look = plain},
    Technique{.name = "simulation", .is_random = true, .look = simulation},
    Technique{.name = "conformance", .is_random = false, .look = conformance}};

/// What a technique makes of a defect: the median search, where one that found nothing is the
/// longest, and how many of them found it.
struct Cell {
  Search median;
  std::uint64_t found = 0;
  std::uint64_t samples = 0;
};

Cell look(const Technique& technique, const MuseumFlags& flags, const Make& make) {
  std::vector<Search> searches;
  for (std::uint64_t sample = 0; sample < (technique.is_random ? flags.samples : 1); ++sample) {
    const auto began = std::chrono::steady_clock::now();
    searches.push_back(technique.look(make, sample, flags.most_runs));
    searches.back().seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  }
  std::ranges::sort(searches, {}, [](const Search& search) {
    return std::pair(search.property.empty(), search.calls);
  });
  const auto found =
      std::ranges::count_if(searches, [](const Search& s) { return !s.property.empty(); });
  return {.median = searches[searches.size() / 2],
          .found = static_cast<std::uint64_t>(found),
          .samples = searches.size()};
}

struct Row {
  const mutants::Mutant* mutant = nullptr;
  std::vector<Cell> cells;  // as `techniques`

  /// Whether some technique finds it by the property that it names.
  [[nodiscard]] bool is_found() const {
    return std::ranges::any_of(
        cells, [this](const Cell& cell) { return cell.median.property == mutant->property; });
  }
};

std::string in_words(const Cell& cell) {
  if (cell.median.property.empty()) return fmt::format("- ({}/{})", cell.found, cell.samples);
  return grouped(cell.median.calls);
}

void print(const std::vector<Row>& rows) {
  fmt::print("{:32} {:5} {:22}", "defect", "row", "property");
  for (const Technique& technique : techniques) fmt::print(" {:>12}", technique.name);
  fmt::print("\n");
  for (const Row& row : rows) {
    fmt::print("{:32} {:5} {:22}", row.mutant->name, row.mutant->defect, row.mutant->property);
    for (const Cell& cell : row.cells) fmt::print(" {:>12}", in_words(cell));
    fmt::print("{}\n", row.is_found() ? "" : "  NOT FOUND BY ITS PROPERTY");
  }
  fmt::print("median calls to detection; - (n/m): found in n of m searches only\n");
}

nlohmann::ordered_json to_json(const std::vector<Row>& rows) {
  nlohmann::ordered_json document = nlohmann::ordered_json::array();
  for (const Row& row : rows) {
    nlohmann::ordered_json entry{{"name", row.mutant->name},
                                 {"defect", row.mutant->defect},
                                 {"source", row.mutant->source},
                                 {"property", row.mutant->property},
                                 {"found", row.is_found()}};
    for (std::size_t i = 0; i < techniques.size(); ++i) {
      const Cell& cell = row.cells[i];
      entry["techniques"][std::string(techniques[i].name)] = {
          {"property", cell.median.property},
          {"median_calls", cell.median.calls},
          {"median_seconds", cell.median.seconds},
          {"found", cell.found},
          {"samples", cell.samples}};
    }
    document.push_back(std::move(entry));
  }
  return document;
}

void run(const MuseumFlags& flags, ExitCode& exit_code) {
  Progress progress;
  std::vector<Row> rows;
  for (const mutants::Mutant& mutant : mutants::all_mutants()) {
    progress.show(fmt::format("museum: {}", mutant.name));
    const auto backend = parse_backend("mutant:" + std::string(mutant.name));
    if (!backend) throw Stop{backend.error()};
    Row row{.mutant = &mutant, .cells = {}};
    for (const Technique& technique : techniques) {
      row.cells.push_back(look(technique, flags, backend->make));
    }
    rows.push_back(std::move(row));
  }
  if (flags.common.json) {
    fmt::print("{}\n", to_json(rows).dump(2));
  } else {
    print(rows);
  }
  exit_code = std::ranges::all_of(rows, &Row::is_found) ? ExitCode::held : ExitCode::violated;
}

}  // namespace

void add_museum(CLI::App& app, ExitCode& exit_code) {
  CLI::App* command = app.add_subcommand(
      "museum", "Look for every planted defect by every technique and compare them");
  auto flags = std::make_shared<MuseumFlags>();
  add_json_option(*command, flags->common);
  command->add_option("--samples", flags->samples, "Searches by each random technique")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command->add_option("--most-runs", flags->most_runs, "Runs in a search before it gives up")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  command->callback([flags, &exit_code] { run(*flags, exit_code); });
}

}  // namespace leasecheck::cli
