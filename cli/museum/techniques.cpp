#include "cli/museum/techniques.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "cli/command.hpp"
#include "lease/memory.hpp"
#include "model/system/explore.hpp"
#include "sim/conformance/random_baseline.hpp"
#include "sim/conformance/transition_tours.hpp"
#include "sim/defects/searched_worlds.hpp"
#include "sim/kit/rapidcheck/run.hpp"
#include "sim/storage/concurrent_stress.hpp"
#include "sim/storage/crash_matrix.hpp"
#include "sim/storage/interleaver.hpp"
#include "sim/world/world.hpp"

namespace leasecheck::cli {
namespace {

using mutants::Exhibit;
using Subject = std::unique_ptr<sim::Subject>;

template <typename T>
const T* planted(const Exhibit& exhibit) {
  const auto* found = std::get_if<const T*>(&exhibit.planted);
  return found == nullptr ? nullptr : *found;
}

bool is_repository(const Exhibit& exhibit) {
  return planted<mutants::Mutant>(exhibit) != nullptr;
}
bool is_storage(const Exhibit& exhibit) {
  return planted<mutants::SqliteMutant>(exhibit) != nullptr;
}
bool needs(const Exhibit& exhibit, mutants::Search search) {
  return is_storage(exhibit) && planted<mutants::SqliteMutant>(exhibit)->search == search;
}
bool needs_crashes(const Exhibit& exhibit) {
  return needs(exhibit, mutants::Search::crash);
}
bool needs_schedules(const Exhibit& exhibit) {
  return needs(exhibit, mutants::Search::interleave);
}
bool is_model(const Exhibit& exhibit) {
  return planted<system::MutantInfo>(exhibit) != nullptr;
}
template <typename T, typename Error>
T value_of(std::expected<T, Error> made) {
  if (made) return *std::move(made);
  if constexpr (requires { made.error().message; }) {
    throw Stop{made.error().message, ExitCode::broken};
  } else {
    throw Stop{made.error(), ExitCode::broken};
  }
}

Detection found_by(const traces::Verdict& verdict, std::uint64_t calls) {
  return {.calls = calls, .property = verdict.property};
}

// Seed after seed, a new subject each, until something is found.
template <typename Run>
Detection search_by_runs(const Exhibit& exhibit, const SearchBounds& bounds, Run run) {
  Detection found;
  for (std::uint64_t i = 1; i <= bounds.most_runs && found.property.empty(); ++i) {
    const Subject subject = value_of(make_exhibited(exhibit));
    const sim::RunResult result = run(bounds.sample * bounds.most_runs + i, *subject);
    found.calls += result.tally.operations;
    found.property = result.verdict.property;
  }
  return found;
}

Detection plain(const Exhibit& exhibit, const SearchBounds& bounds) {
  return search_by_runs(exhibit, bounds, sim::random_baseline_run);
}

Detection properties_of_sequences(const Exhibit& exhibit, const SearchBounds& bounds) {
  return search_by_runs(exhibit, bounds, rapidcheck::rapidcheck_run);
}

Detection simulation(const Exhibit& exhibit, const SearchBounds& bounds) {
  return search_by_runs(exhibit, bounds, [&exhibit](std::uint64_t seed, sim::Subject& subject) {
    return simulate_exhibit(exhibit, sim::draw_plan(seed, {}), subject);
  });
}

Detection tours(const Exhibit& exhibit, const SearchBounds&) {
  const auto result = value_of(sim::conform({.workers = 2,
                                             .attempts = 2,
                                             .backend = std::string(exhibit.name),
                                             .make = [&exhibit] { return make_exhibited(exhibit); },
                                             .progress = {}}));
  return found_by(result.verdict, result.tally.operations);
}

// Of all small states those with the most that a crash or a rival can spoil: the whole matrix
// takes minutes on a defect that it does not see.
constexpr std::array<std::string_view, 3> crashed_states{"leased", "last_try", "two_leased"};
constexpr std::array<std::string_view, 2> raced_states{"queued", "leased"};

bool contains(std::span<const std::string_view> states, std::string_view name) {
  return std::ranges::find(states, name) != states.end();
}

Detection crash_matrix(const Exhibit& exhibit, const SearchBounds&) {
  const auto* mutant = planted<mutants::SqliteMutant>(exhibit);
  sim::CrashMatrixOptions options;
  options.checkpoint_pages = mutant->checkpoint_pages;
  sim::CrashMatrix matrix(mutant->open, options);
  Detection found;
  for (const sim::CrashCase& subject : sim::crash_cases()) {
    if (!subject.prior || !contains(crashed_states, subject.prior->name)) continue;
    if (const auto finding = value_of(matrix.search(subject))) {
      found.property = finding->property;
      break;
    }
  }
  const sim::CrashCount& count = matrix.count();
  found.calls = count.power_losses + count.kills + count.failures;
  return found;
}

Detection interleavings(const Exhibit& exhibit, const SearchBounds&) {
  constexpr std::uint32_t preemptions = 2;
  const auto interleaver =
      value_of(sim::Interleaver::make(planted<mutants::SqliteMutant>(exhibit)->open, {}));
  Detection found;
  for (const auto& subject : sim::interleave_cases(sim::InterleaveScope::pairs)) {
    if (!contains(raced_states, subject.prior.name)) continue;
    if (const auto finding = value_of(interleaver->search(subject, preemptions))) {
      found.property = finding->property;
      break;
    }
  }
  found.calls = 2 * interleaver->count().schedules;
  return found;
}

Detection stress_tests(const Exhibit& exhibit, const SearchBounds& bounds) {
  const std::uint64_t most_runs = std::max<std::uint64_t>(bounds.most_runs / 10, 1);
  Detection found;
  for (std::uint64_t i = 1; i <= most_runs && found.property.empty(); ++i) {
    const sim::StressResult result = sim::run_stress(bounds.sample * most_runs + i, {},
                                                     planted<mutants::SqliteMutant>(exhibit)->open);
    found.calls += result.tally.operations;
    found.property = result.verdict.property;
  }
  return found;
}

Detection model_checker(const Exhibit& exhibit, const SearchBounds&) {
  const auto* mutant = planted<system::MutantInfo>(exhibit);
  const system::Explored explored =
      value_of(system::explore(mutants::searched_world(mutant->mutant), {}));
  Detection found{.calls = explored.transitions, .property = {}};
  for (const system::Finding& finding : explored.findings) {
    const bool is_violated =
        finding.kind != check::Kind::sometimes && finding.verdict == check::Verdict::violated;
    // Of several that are violated, the one that the exhibit names speaks for them.
    if (!is_violated || found.property == exhibit.property) continue;
    found.property = finding.property;
  }
  return found;
}

constexpr auto techniques = std::to_array<Technique>(
    {{"plain", "random calls at uniform times", true, is_repository, plain},
     {"rapidcheck", "calls that aim at the model's state", true, is_repository,
      properties_of_sequences},
     {"simulation", "workers, reapers and faults in virtual time", true, suits_simulation,
      simulation},
     {"conformance", "tours through every transition", false, is_repository, tours},
     {"crash", "a crash event at every call of the disk", false, needs_crashes, crash_matrix},
     {"interleaving", "every schedule of two processes", false, needs_schedules, interleavings},
     {"stress", "processes, crashes and failures at random", true, is_storage, stress_tests},
     {"model", "the searched world", false, is_model, model_checker}});

}  // namespace

bool suits_simulation(const Exhibit& exhibit) {
  return is_repository(exhibit) || planted<mutants::DeploymentMutant>(exhibit) != nullptr;
}

std::expected<Subject, sim::BrokenSubject> make_exhibited(const Exhibit& exhibit) {
  const auto* mutant = planted<mutants::Mutant>(exhibit);
  return sim::make_repository_subject(std::string(exhibit.name), [mutant](lease::Clock& clock,
                                                                          lease::IdSource& ids) {
    return lease::Result<std::unique_ptr<lease::AttemptRepository>>(
        mutant == nullptr ? lease::make_memory_repository(clock, ids) : mutant->make(clock, ids));
  });
}

sim::RunResult simulate_exhibit(const Exhibit& exhibit, const sim::Plan& plan,
                                sim::Subject& subject, sim::Referee::StepSink sink) {
  sim::Plan with_defect = plan;
  sim::Actors actors;
  if (const auto* around = planted<mutants::DeploymentMutant>(exhibit)) {
    around->plant(with_defect, actors);
  }
  return sim::simulate(with_defect, subject, std::move(sink), actors);
}

std::span<const Technique> all_techniques() {
  return techniques;
}

}  // namespace leasecheck::cli
