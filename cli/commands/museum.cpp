#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/campaign/progress.hpp"
#include "cli/campaign/worker_pool.hpp"
#include "cli/command.hpp"
#include "cli/interruption.hpp"
#include "cli/museum/detection_matrix.hpp"
#include "cli/museum/reductions.hpp"
#include "cli/output.hpp"
#include "cli/report/file_writer.hpp"
#include "cli/report/text.hpp"

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
  bool shrink = false;
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

std::vector<MatrixRow> chosen_rows(const MuseumFlags& flags,
                                   const std::vector<const Technique*>& techniques) {
  std::vector<MatrixRow> rows;
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
  // Within a topic as the exhibits stand.
  std::ranges::sort(rows, {}, [](const MatrixRow& row) {
    return std::pair(topic_of(*row.exhibit), row.exhibit);
  });
  return rows;
}

Cell run_technique(const Technique& technique, const MuseumFlags& flags,
                   const mutants::Exhibit& exhibit) {
  struct Timed {
    Detection detection;
    double seconds;
  };
  std::vector<Timed> searches;
  const std::uint64_t samples = technique.is_random ? flags.samples : 1;
  for (std::uint64_t sample = 0; sample < samples; ++sample) {
    const auto began = std::chrono::steady_clock::now();
    Detection detection =
        technique.search(exhibit, {.sample = sample, .most_runs = flags.most_runs});
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    searches.push_back({std::move(detection), took.count()});
  }
  std::ranges::sort(searches, {}, [](const Timed& timed) {
    return std::pair(timed.detection.property.empty(), timed.detection.calls);
  });
  const auto found = std::ranges::count_if(
      searches, [](const Timed& timed) { return !timed.detection.property.empty(); });
  const Timed& median = searches[searches.size() / 2];
  return {.calls = median.detection.calls,
          .seconds = median.seconds,
          .property = median.detection.property,
          .found = static_cast<std::uint64_t>(found),
          .samples = samples};
}

// How a cell crosses from the process that found it.
std::string to_text(const Cell& cell) {
  return nlohmann::json{cell.calls, cell.seconds, cell.property, cell.found, cell.samples}.dump();
}

Cell cell_from_text(const std::string& text) {
  const auto parts = nlohmann::json::parse(text);
  return {.calls = parts[0],
          .seconds = parts[1],
          .property = parts[2],
          .found = parts[3],
          .samples = parts[4]};
}

std::vector<Task> tasks_of(const DetectionMatrix& matrix) {
  std::vector<Task> tasks;
  for (std::size_t row = 0; row < matrix.rows.size(); ++row) {
    for (std::size_t i = 0; i < matrix.techniques.size(); ++i) {
      if (matrix.techniques[i]->applies(*matrix.rows[row].exhibit)) {
        tasks.push_back({row, i});
      }
    }
  }
  return tasks;
}

// An interruption leaves cells empty.
void fill(DetectionMatrix& matrix, const MuseumFlags& flags) {
  const std::vector<Task> tasks = tasks_of(matrix);
  Progress progress;
  WorkerPool pool(flags.jobs, [&](std::uint64_t number) {
    const Task& task = tasks[number];
    return to_text(
        run_technique(*matrix.techniques[task.technique], flags, *matrix.rows[task.row].exhibit));
  });
  std::uint64_t submitted = 0;
  for (std::uint64_t done = 0; done < tasks.size(); ++done) {
    while (submitted < tasks.size() && pool.has_room()) pool.submit(submitted++);
    const auto found = pool.next(is_interrupted);
    if (!found) return;
    const Task& task = tasks[found->number];
    if (!found->answer) {
      throw Stop{fmt::format("a search for {} {}", matrix.rows[task.row].exhibit->name,
                             found->exit_reason),
                 ExitCode::broken};
    }
    matrix.rows[task.row].cells[task.technique] = cell_from_text(*found->answer);
    progress.show(fmt::format("museum: {} of {} searches", done + 1, tasks.size()));
  }
}

void leave_only_whole_rows(DetectionMatrix& matrix) {
  const std::vector<Task> tasks = tasks_of(matrix);
  std::vector<bool> is_whole(matrix.rows.size(), true);
  for (const Task& task : tasks) {
    if (matrix.rows[task.row].cells[task.technique].samples == 0) is_whole[task.row] = false;
  }
  std::vector<MatrixRow> whole;
  for (std::size_t row = 0; row < matrix.rows.size(); ++row) {
    if (is_whole[row]) whole.push_back(std::move(matrix.rows[row]));
  }
  matrix.rows = std::move(whole);
}

void write(const std::string& flag, const std::string& name, const std::string& text) {
  if (auto written = write_file(name, text); !written) {
    throw Stop{fmt::format("{} {}", flag, written.error())};
  }
}

// Of --json: neither left out nor standard output.
bool is_file(const std::string& name) {
  return !name.empty() && name != "-";
}

std::vector<ReductionRow> rows_to_reduce(const MuseumFlags& flags) {
  std::vector<ReductionRow> rows;
  for (const mutants::Exhibit& exhibit : mutants::exhibits()) {
    if (!suits_simulation(exhibit) || (!flags.only.empty() && exhibit.name != flags.only)) continue;
    rows.push_back({.exhibit = &exhibit, .samples = {}});
  }
  if (!rows.empty()) return rows;
  throw Stop{
      fmt::format("--only {}: no exhibit of this name that simulation is for; `leasecheck "
                  "mutants` lists them",
                  flags.only)};
}

// Sample after sample of every exhibit. An interruption leaves samples out.
void reduce(std::vector<ReductionRow>& rows, const MuseumFlags& flags) {
  /// Enough for a proof of most traces; of others so much is tried and no more.
  constexpr std::uint64_t most_runs = 100'000;
  const std::uint64_t count = rows.size() * flags.samples;
  Progress progress;
  WorkerPool pool(flags.jobs, [&](std::uint64_t number) {
    return to_text(reduced_sample(*rows[number / flags.samples].exhibit, number % flags.samples,
                                  flags.most_runs, most_runs));
  });
  std::map<std::uint64_t, ReducedSample> samples;
  std::uint64_t submitted = 0;
  while (samples.size() < count) {
    while (submitted < count && pool.has_room()) pool.submit(submitted++);
    const auto done = pool.next(is_interrupted);
    if (!done) break;
    const ReductionRow& row = rows[done->number / flags.samples];
    if (!done->answer) {
      throw Stop{fmt::format("a reduction for {} {}", row.exhibit->name, done->exit_reason),
                 ExitCode::broken};
    }
    samples.emplace(done->number, reduced_sample_from_text(*done->answer));
    progress.show(fmt::format("museum: {} of {} reductions", samples.size(), count));
  }
  for (auto& [number, sample] : samples) {
    rows[number / flags.samples].samples.push_back(std::move(sample));
  }
}

// A table of its own: it says nothing of techniques.
ExitCode run_reductions(const MuseumFlags& flags) {
  std::vector<ReductionRow> rows = rows_to_reduce(flags);
  if (is_file(flags.json)) require_writable("--json", flags.json);
  reduce(rows, flags);
  say(flags.json == "-" ? json_text(to_json(rows)) : in_words(rows));
  const bool all_proved = std::ranges::all_of(rows, [](const ReductionRow& row) {
    const Agreement agreement = agreement_of(row);
    return agreement.proved == agreement.found;
  });
  ExitCode end = all_proved ? ExitCode::held : ExitCode::inconclusive;
  if (is_interrupted()) {
    complain("interrupted: only what was reduced by then is shown");
    end = ExitCode::inconclusive;
  }
  return after_verdict(end, [&] {
    if (is_file(flags.json)) write("--json", flags.json, json_text(to_json(rows)));
  });
}

ExitCode run(const MuseumFlags& flags) {
  if (flags.shrink) return run_reductions(flags);
  DetectionMatrix matrix{.techniques = chosen_techniques(flags), .rows = {}};
  matrix.rows = chosen_rows(flags, matrix.techniques);
  require_writable("--svg", flags.svg);
  if (is_file(flags.json)) require_writable("--json", flags.json);
  fill(matrix, flags);
  if (is_interrupted()) leave_only_whole_rows(matrix);
  if (flags.json == "-") {
    say(json_text(to_json(matrix)));
  } else {
    say(in_words(matrix));
  }
  const bool all_found = std::ranges::all_of(matrix.rows, &MatrixRow::is_found_by_its_property);
  ExitCode end = all_found ? ExitCode::held : ExitCode::violated;
  if (is_interrupted()) {
    complain("interrupted: only what every technique has looked for is shown");
    end = ExitCode::inconclusive;
  }
  return after_verdict(end, [&] {
    if (!flags.svg.empty()) write("--svg", flags.svg, matrix_svg(matrix));
    if (is_file(flags.json)) write("--json", flags.json, json_text(to_json(matrix)));
  });
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
  const Option svg =
      command.option("--svg", flags->svg, "Draw the matrix into this file").placeholder("FILE");
  command.option("--only", flags->only, "Only this exhibit").placeholder("NAME");
  const Option technique =
      command.option("--technique", flags->technique, "Only this technique").placeholder("NAME");
  command.option("--samples", flags->samples, "Searches by each random technique")
      .between(1, 1000)
      .show_default("5, with --shrink 20");
  command
      .option("--most-runs", flags->most_runs,
              "Runs in a random search before it gives up; of stress tests a tenth")
      .between(1, 1'000'000)
      .show_default();
  command
      .flag("--shrink", flags->shrink,
            "Reduce what simulation finds instead: how short, how much alike the traces become")
      .excludes(svg)
      .excludes(technique);
  command.option("--jobs", flags->jobs, "Searches at a time; no result depends on it")
      .between(1, 256)
      .show_default();
  command.runs([flags, command] {
    constexpr std::uint64_t samples_to_reduce = 20;
    if (flags->shrink && !command.names("--samples")) flags->samples = samples_to_reduce;
    return run(*flags);
  });
}

}  // namespace leasecheck::cli
