#include "leasecheck/conformance_suite.hpp"

#include <cstdint>

#include "sim/conformance/transition_tours.hpp"
#include "sim/kit/checked_repository.hpp"
#include "sim/world/world.hpp"

namespace leasecheck {
namespace {

constexpr std::uint64_t seeds = 100;

std::optional<std::string> holds_under_faults(const RepositoryUnderTest& repository) {
  const std::string check = "HoldsUnderFaults";
  sim::report_earlier_death(repository, check);
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    auto subject = sim::make_subject(repository, check);
    if (!subject) return subject.error().message;
    const sim::Plan plan = sim::draw_plan(seed, {});
    traces::Trace trace{.head = sim::head_of(plan, repository.name), .steps = {}, .verdict = {}};
    const sim::RunResult run = sim::simulate(
        plan, **subject, [&trace](const traces::Step& step) { trace.steps.push_back(step); });
    if (run.verdict.result == traces::Result::held) continue;
    trace.verdict = run.verdict;
    return "seed " + std::to_string(seed) + ": " +
           sim::violation_report(repository, check, sim::shrink(repository, check, trace));
  }
  return std::nullopt;
}

std::optional<std::string> conforms(const RepositoryUnderTest& repository, const std::string& check,
                                    int attempts) {
  sim::report_earlier_death(repository, check);
  const auto result = sim::conform({.workers = 2,
                                    .attempts = attempts,
                                    .backend = repository.name,
                                    .make = [&] { return sim::make_subject(repository, check); },
                                    .progress = {}});
  if (!result) return result.error();
  if (result->verdict.result == traces::Result::held) return std::nullopt;
  if (!result->trace) return result->verdict.property + ": " + result->verdict.message;
  return sim::violation_report(repository, check, *result->trace);
}

Check conformance(const std::string& name, int attempts) {
  return {.name = name, .run = [name, attempts](const RepositoryUnderTest& repository) {
            return conforms(repository, name, attempts);
          }};
}

}  // namespace

const std::vector<Check>& conformance_suite() {
  static const std::vector<Check> checks{conformance("MakesEveryTransitionOfOneAttempt", 1),
                                         {.name = "HoldsUnderFaults", .run = holds_under_faults},
                                         conformance("MakesEveryTransitionOfTwoAttempts", 2)};
  return checks;
}

}  // namespace leasecheck
