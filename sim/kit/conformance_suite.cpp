#include "leasecheck/conformance_suite.hpp"

#include <cstdint>

#include "sim/conformance/transition_tours.hpp"
#include "sim/kit/checked_repository.hpp"
#include "sim/seed_from_text.hpp"
#include "sim/world/world.hpp"

namespace leasecheck {
namespace {

constexpr std::uint64_t seeds = 100;

std::optional<Violation> holds_under_faults(const RepositoryUnderTest& repository,
                                            std::uint64_t first_seed) {
  const std::string check = "HoldsUnderFaults";
  sim::report_earlier_death(repository, check);
  for (std::uint64_t i = 0; i < seeds; ++i) {
    const std::uint64_t seed = first_seed + i;
    auto subject = sim::make_subject(repository, check);
    if (!subject) return sim::cannot_be_made(subject.error());
    const sim::Plan plan = sim::draw_plan(seed, {});
    traces::Trace trace{.head = sim::head_of(plan, repository.name), .steps = {}, .verdict = {}};
    const sim::RunResult run = sim::simulate(
        plan, **subject, [&trace](const traces::Step& step) { trace.steps.push_back(step); });
    if (run.verdict.result == traces::Result::held) continue;
    trace.verdict = run.verdict;
    Violation violation = sim::violation_of(repository, check, trace);
    violation.what = "seed " + std::to_string(seed) + ": " + violation.what;
    return violation;
  }
  return std::nullopt;
}

std::optional<Violation> conforms(const RepositoryUnderTest& repository, const std::string& check,
                                  int attempts) {
  sim::report_earlier_death(repository, check);
  const auto result = sim::conform({.workers = 2,
                                    .attempts = attempts,
                                    .backend = repository.name,
                                    .make = [&] { return sim::make_subject(repository, check); },
                                    .progress = {}});
  if (!result) return Violation{.what = result.error(), .trace = {}, .page = {}};
  if (result->verdict.result == traces::Result::held) return std::nullopt;
  if (result->trace) return sim::violation_of(repository, check, *result->trace);
  return Violation{
      .what = result->verdict.property + ": " + result->verdict.message, .trace = {}, .page = {}};
}

Check conformance(const std::string& name, int attempts) {
  return {.name = name, .run = [name, attempts](const RepositoryUnderTest& repository) {
            return conforms(repository, name, attempts);
          }};
}

}  // namespace

std::vector<Check> conformance_suite(std::uint64_t first_seed) {
  return {conformance("MakesEveryTransitionOfOneAttempt", 1),
          {.name = "HoldsUnderFaults",
           .run =
               [first_seed](const RepositoryUnderTest& repository) {
                 return holds_under_faults(repository, first_seed);
               }},
          conformance("MakesEveryTransitionOfTwoAttempts", 2)};
}

std::uint64_t first_seed_from(std::string_view text) {
  return sim::seed_from_text(text);
}

}  // namespace leasecheck
