#include "leasecheck/battery.hpp"

#include <cstdint>

#include "sim/conform.hpp"
#include "sim/world.hpp"
#include "traces/writer.hpp"

namespace leasecheck {
namespace {

constexpr std::uint64_t seeds = 100;

std::expected<std::unique_ptr<sim::Subject>, sim::BrokenSubject> make(const Candidate& candidate) {
  sim::Profile profile = sim::whole_contract();
  for (const std::string& operation : candidate.not_offered) profile.operations.erase(operation);
  return sim::make_repository_subject(candidate.name, candidate.make, std::move(profile));
}

/// What is wrong, in words, and where the trace of it is.
std::string complaint(const Candidate& candidate, const std::string& check,
                      const traces::Trace& trace) {
  const traces::Verdict& verdict = trace.verdict;
  std::string text = verdict.property + ": " + verdict.message;
  const std::string file = candidate.name + "." + check + ".jsonl";
  if (auto written = traces::write_file(file, trace); !written) {
    return text + "\nno trace: " + written.error();
  }
  return text + "\ntrace: " + file;
}

std::string holds_under_faults(const Candidate& candidate) {
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    auto subject = make(candidate);
    if (!subject) return subject.error().message;
    const sim::Plan plan = sim::draw_plan(seed, {});
    traces::Trace trace{.head = sim::head_of(plan, candidate.name), .steps = {}, .verdict = {}};
    const sim::RunResult run = sim::simulate(
        plan, **subject, [&trace](const traces::Step& step) { trace.steps.push_back(step); });
    if (run.verdict.result == traces::Result::held) continue;
    trace.verdict = run.verdict;
    return "seed " + std::to_string(seed) + ": " + complaint(candidate, "HoldsUnderFaults", trace);
  }
  return {};
}

std::string conforms(const Candidate& candidate, const std::string& check, int attempts) {
  const auto result = sim::conform({.workers = 2,
                                    .attempts = attempts,
                                    .backend = candidate.name,
                                    .make = [&candidate] { return make(candidate); },
                                    .progress = {}});
  if (!result) return result.error();
  if (result->verdict.result == traces::Result::held) return {};
  if (!result->trace) return result->verdict.property + ": " + result->verdict.message;
  return complaint(candidate, check, *result->trace);
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
