#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/campaign/progress.hpp"
#include "cli/campaign/worker_pool.hpp"
#include "cli/command.hpp"
#include "cli/museum/detection_matrix.hpp"

namespace leasecheck::cli {
namespace {

struct MuseumFlags {
  std::string json;  ///< a file, "-" for standard output, empty for a table
  std::string svg;
  std::string only;
  std::string technique;
  std::uint64_t samples = 5;
  std::uint64_t most_runs = 300;
  unsigned jobs = 2;
};

/// One exhibit to be looked for by one technique.
struct Task {
  std::size_t row = 0;
  std::size_t technique = 0;
};

std::vector<const Technique*> chosen_techniques(const MuseumFlags& flags) {
  std::vector<const Technique*> chosen;
  std::string names;
  for (const Technique& technique : all_techniques()) {
    names += (names.empty() ? "" : ", ") + std::string(technique.name);
    if (flags.technique.empty() || technique.name == flags.technique) chosen.push_back(&technique);
  }
  if (!chosen.empty()) return chosen;
  throw Stop{fmt::format("--technique {}: expected one of: {}", flags.technique, names)};
}

bool is_for_any(const std::vector<const Technique*>& techniques, const mutants::Exhibit& exhibit) {
  return std::ranges::any_of(
      techniques, [&](const Technique* technique) { return technique->applies(exhibit); });
}

std::vector<Shown> chosen_rows(const MuseumFlags& flags,
                               const std::vector<const Technique*>& techniques) {
  std::vector<Shown> rows;
  for (const mutants::Exhibit& exhibit : mutants::exhibits()) {
    if (!flags.only.empty() && exhibit.name != flags.only) continue;
    if (!is_for_any(techniques, exhibit)) continue;
    rows.push_back({.exhibit = &exhibit, .cells = std::vector<Cell>(techniques.size())});
  }
  if (rows.empty()) {
    throw Stop{
        fmt::format("--only {}: no exhibit of this name that the technique is for; `leasecheck "
                    "mutants` lists them",
                    flags.only)};
  }
  std::ranges::stable_sort(rows, {}, [](const Shown& row) { return topic_of(*row.exhibit); });
  return rows;
}

Cell look(const Technique& technique, const MuseumFlags& flags, const mutants::Exhibit& exhibit) {
  struct Timed {
    Search search;
    double seconds;
  };
  std::vector<Timed> searches;
  const std::uint64_t samples = technique.is_random ? flags.samples : 1;
  for (std::uint64_t sample = 0; sample < samples; ++sample) {
    const auto began = std::chrono::steady_clock::now();
    Search search = technique.look(exhibit, {.sample = sample, .most_runs = flags.most_runs});
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    searches.push_back({std::move(search), took.count()});
  }
  std::ranges::sort(searches, {}, [](const Timed& timed) {
    return std::pair(timed.search.property.empty(), timed.search.calls);
  });
  const auto found = std::ranges::count_if(
      searches, [](const Timed& timed) { return !timed.search.property.empty(); });
  const Timed& median = searches[searches.size() / 2];
  return {.calls = median.search.calls,
          .seconds = median.seconds,
          .property = median.search.property,
          .found = static_cast<std::uint64_t>(found),
          .samples = samples};
}

// How a cell comes from the process that found it; in words, if it found that it could not go on.
std::string packed(const Cell& cell) {
  return nlohmann::json{cell.calls, cell.seconds, cell.property, cell.found, cell.samples}.dump();
}

Cell unpacked(const std::string& text) {
  const auto parts = nlohmann::json::parse(text);
  if (parts.is_string()) throw Stop{parts.get<std::string>(), ExitCode::broken};
  return {.calls = parts[0],
          .seconds = parts[1],
          .property = parts[2],
          .found = parts[3],
          .samples = parts[4]};
}

std::vector<Task> tasks_of(const Exhibition& exhibition) {
  std::vector<Task> tasks;
  for (std::size_t row = 0; row < exhibition.rows.size(); ++row) {
    for (std::size_t i = 0; i < exhibition.techniques.size(); ++i) {
      if (exhibition.techniques[i]->applies(*exhibition.rows[row].exhibit)) {
        tasks.push_back({row, i});
      }
    }
  }
  return tasks;
}

Pool::Work work_of(const Exhibition& exhibition, const std::vector<Task>& tasks,
                   const MuseumFlags& flags) {
  return [&](std::uint64_t number) -> std::string {
    const Task& task = tasks[number];
    try {
      return packed(
          look(*exhibition.techniques[task.technique], flags, *exhibition.rows[task.row].exhibit));
    } catch (const Stop& stop) {
      return nlohmann::json(stop.message).dump();
    } catch (const std::exception& error) {
      return nlohmann::json(error.what()).dump();
    }
  };
}

void fill(Exhibition& exhibition, const MuseumFlags& flags) {
  const std::vector<Task> tasks = tasks_of(exhibition);
  Progress progress;
  Pool pool(flags.jobs, work_of(exhibition, tasks, flags));
  std::uint64_t given = 0;
  for (std::uint64_t done = 0; done < tasks.size(); ++done) {
    while (given < tasks.size() && pool.has_room()) pool.give(given++);
    const Pool::Done found = pool.next();
    const Task& task = tasks[found.number];
    if (!found.answer) {
      throw Stop{
          fmt::format("a search for {} {}", exhibition.rows[task.row].exhibit->name, found.death),
          ExitCode::broken};
    }
    exhibition.rows[task.row].cells[task.technique] = unpacked(*found.answer);
    progress.show(fmt::format("museum: {} of {} searches", done + 1, tasks.size()));
  }
}

void write(const std::string& flag, const std::string& name, const std::string& text) {
  std::ofstream file(name, std::ios::binary);
  file << text;
  file.flush();
  if (!file) throw Stop{fmt::format("{} {}: cannot be written", flag, name)};
}

ExitCode run(const MuseumFlags& flags) {
  Exhibition exhibition{.techniques = chosen_techniques(flags), .rows = {}};
  exhibition.rows = chosen_rows(flags, exhibition.techniques);
  fill(exhibition, flags);
  if (!flags.svg.empty()) write("--svg", flags.svg, exhibition_svg(exhibition));
  if (flags.json == "-") {
    fmt::print("{}\n", to_json(exhibition).dump(2));
  } else {
    fmt::print("{}", in_words(exhibition));
    if (!flags.json.empty()) write("--json", flags.json, to_json(exhibition).dump(2) + "\n");
  }
  const bool all_found = std::ranges::all_of(exhibition.rows, &Shown::is_found_by_its_property);
  return all_found ? ExitCode::held : ExitCode::violated;
}

}  // namespace

void add_museum(CommandLine& program) {
  Command command =
      program.add("museum", "Look for every planted defect by every technique and compare them");
  auto flags = std::make_shared<MuseumFlags>();
  command.option("--json", flags->json, "Write JSON to this file, or alone to standard output")
      .value_may_be_missing()
      .show_default("-")
      .placeholder("FILE");
  command.option("--svg", flags->svg, "Draw the matrix into this file").placeholder("FILE");
  command.option("--only", flags->only, "Only this exhibit").placeholder("NAME");
  command.option("--technique", flags->technique, "Only this technique").placeholder("NAME");
  command.option("--samples", flags->samples, "Searches by each random technique")
      .between(1, 1000)
      .show_default();
  command
      .option("--most-runs", flags->most_runs,
              "Runs in a random search before it gives up; of storms a tenth")
      .between(1, 1'000'000)
      .show_default();
  command.option("--jobs", flags->jobs, "Searches at a time; no result depends on it")
      .between(1, 256)
      .show_default();
  command.runs([flags] { return run(*flags); });
}

}  // namespace leasecheck::cli
