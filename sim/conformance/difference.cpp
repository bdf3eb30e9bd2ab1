#include "sim/conformance/difference.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "sim/conformance/observation.hpp"
#include "sim/interruption.hpp"
#include "sim/oracle/shrink.hpp"

namespace leasecheck::sim {
namespace {

/// Null if there is none.
const model::Operation* last_call_of(const traces::Trace& trace) {
  const model::Operation* last = nullptr;
  for (const traces::Step& step : trace.steps) {
    if (const auto* call = std::get_if<traces::Call>(&step.what)) last = &call->action.operation;
  }
  return last;
}

/// As `not_covered`, and that nothing is dispatched before anything else where there is only one.
std::vector<std::string> not_looked_at(const Profile& profile, int attempts) {
  std::vector<std::string> texts = not_covered(profile, attempts);
  if (attempts == 1 && profile.variant.order != model::DispatchOrder::none) {
    texts.emplace_back("dispatch order: one attempt at a time shows none");
  }
  return texts;
}

}  // namespace

std::expected<Differences, std::string> list_differences(const ObserveOptions& options) {
  const auto walked = walk_all(options, options.make);
  if (!walked) return std::unexpected(walked.error());
  const Log& log = walked->log;
  const WalkBounds bounds{
      .workers = options.workers, .attempts = options.attempts, .backend = options.backend};
  Differences differences{.verdict = log.verdict,
                          .found = {},
                          .transitions = log.transitions,
                          .carried_out = log.carried_out,
                          .not_covered = not_looked_at(walked->profile, options.attempts)};
  const bool is_cut_short = log.verdict.result == traces::Result::inconclusive ||
                            log.verdict.result == traces::Result::broken;
  if (is_cut_short) differences.ended_early = log.verdict.message;
  for (const auto& [key, record] : log.differences) {
    const auto is_the_same = [&bounds, &violation = key.violation](const traces::Trace& trace) {
      const model::Operation* last = last_call_of(trace);
      return last != nullptr && violation_in_world(bounds, *last, trace.verdict) == violation;
    };
    std::optional<traces::Trace> example;
    const bool is_tried_again = !interrupted;
    if (is_tried_again) {
      example = witness_of(*walked, *record.nearest, options.make, bounds, is_the_same);
    }
    const std::size_t steps_of_shortest = 2 * (record.nearest->calls + std::size_t{1});
    if (example && example->steps.size() > steps_of_shortest) {
      traces::ReductionOptions reduction = modest_budget(*example);
      reduction.may_go_on = options.may_go_on;
      example = shrink(*example, options.make, reduction).trace;
    }
    differences.found.push_back({.operation = key.violation.operation,
                                 .status = key.status,
                                 .property = key.violation.property,
                                 .kind = key.violation.kind,
                                 .times = record.times,
                                 .message = example ? example->verdict.message : record.message,
                                 .example = std::move(example),
                                 .was_tried_again = is_tried_again});
  }
  std::ranges::stable_sort(differences.found, {}, [](const Difference& difference) {
    return std::tie(difference.operation, difference.status, difference.kind);
  });
  // A walk that was cut short takes nothing from what it found.
  const bool is_broken = differences.verdict.result == traces::Result::broken;
  if (!differences.found.empty() && !is_broken) {
    const Difference& first = differences.found.front();
    differences.verdict.result = traces::Result::violated;
    differences.verdict.property = first.property;
    differences.verdict.message = first.message;
  }
  return differences;
}

}  // namespace leasecheck::sim
