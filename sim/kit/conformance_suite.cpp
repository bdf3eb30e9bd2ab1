#include "leasecheck/conformance_suite.hpp"

#include <cstdint>

#include "sim/conformance/transition_tours.hpp"
#include "sim/kit/checked_repository.hpp"
#include "sim/world/world.hpp"

namespace leasecheck {
namespace {

constexpr std::uint64_t seeds = 100;

std::string holds_under_faults(const Candidate& candidate) {
  const std::string check = "HoldsUnderFaults";
  sim::report_earlier_death(candidate, check);
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    auto subject = sim::make_subject(candidate, check);
    if (!subject) return subject.error().message;
    const sim::Plan plan = sim::draw_plan(seed, {});
    traces::Trace trace{.head = sim::head_of(plan, candidate.name), .steps = {}, .verdict = {}};
    const sim::RunResult run = sim::simulate(
        plan, **subject, [&trace](const traces::Step& step) { trace.steps.push_back(step); });
    if (run.verdict.result == traces::Result::held) continue;
    trace.verdict = run.verdict;
    return "seed " + std::to_string(seed) + ": " +
           sim::complaint_of(candidate, check, sim::shrink(candidate, check, trace));
  }
  return {};
}

std::string conforms(const Candidate& candidate, const std::string& check, int attempts) {
  sim::report_earlier_death(candidate, check);
  const auto result = sim::conform({.workers = 2,
                                    .attempts = attempts,
                                    .backend = candidate.name,
                                    .make = [&] { return sim::make_subject(candidate, check); },
                                    .progress = {}});
  if (!result) return result.error();
  if (result->verdict.result == traces::Result::held) return {};
  if (!result->trace) return result->verdict.property + ": " + result->verdict.message;
  return sim::complaint_of(candidate, check, *result->trace);
}

Check conformance(const std::string& name, int attempts) {
  return {.name = name, .run = [name, attempts](const Candidate& candidate) {
            return conforms(candidate, name, attempts);
          }};
}

}  // namespace

const std::vector<Check>& battery() {
  static const std::vector<Check> checks{conformance("MakesEveryTransitionOfOneAttempt", 1),
                                         {.name = "HoldsUnderFaults", .run = holds_under_faults},
                                         conformance("MakesEveryTransitionOfTwoAttempts", 2)};
  return checks;
}

}  // namespace leasecheck
