#include "traces/reduction/reduction.hpp"

#include <utility>

#include "traces/reduction/arguments.hpp"
#include "traces/reduction/search.hpp"
#include "traces/reduction/structure.hpp"
#include "traces/reduction/trials.hpp"

namespace leasecheck::traces {
namespace {

/// How often a failure has to come back before anything is made of it.
constexpr unsigned repetitions = 3;

bool is_failing_step(const Trace& trace, const Step& step) {
  return step.number == trace.verdict.first_bad;
}

void make_plain(Trials& trials) {
  Stimuli before;
  do {
    before = trials.stimuli();
    simplify_arguments(trials);
    lower_times(trials);
    leave_out(trials);
    make_canonical(trials);
  } while (trials.may_go_on() && before.steps != trials.stimuli().steps);
}

}  // namespace

bool can_be_reduced(const Trace& trace) {
  if (trace.verdict.result != Result::violated) return false;
  for (const Step& step : trace.steps) {
    if (!is_failing_step(trace, step)) continue;
    const auto* event = std::get_if<model::Environment>(&step.what);
    return event == nullptr || !std::holds_alternative<model::ProgressDue>(*event);
  }
  return false;
}

Reduction reduce(const Trace& trace, const Rerun& rerun, const ReductionOptions& options) {
  Reduction reduction{.trace = trace};
  const Trace stimuli = to_trace(stimuli_of(trace));
  const Violation violation = violation_of(trace, trace.verdict);
  Trace recorded;
  const auto may_go_on = [&] { return !options.may_go_on || options.may_go_on(); };
  for (; reduction.repetitions < repetitions && may_go_on(); ++reduction.repetitions) {
    auto again = rerun.record(stimuli);
    ++reduction.runs;
    if (!again || violation_of(*again, again->verdict) != violation) continue;
    ++reduction.came_back;
    recorded = *std::move(again);
  }
  if (!reduction.is_reproducible() || reduction.came_back == 0) return reduction;
  Trials trials(std::move(recorded), rerun, options);
  take_apart(trials);
  slice(trials);
  leave_out(trials);
  make_plain(trials);
  std::size_t before = 0;
  do {
    before = trials.length();
    while (find_plainer_way(trials)) make_plain(trials);
    reduction.shortness = prove(trials);
    choose_plainer_actions(trials);
    make_plain(trials);
  } while (trials.length() < before && trials.may_go_on());
  reduction.trace = trials.best();
  reduction.runs += trials.runs();
  for (const auto& [_, other] : trials.also_found()) reduction.also_found.push_back(other);
  return reduction;
}

}  // namespace leasecheck::traces
