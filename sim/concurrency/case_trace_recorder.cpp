#include "sim/concurrency/case_trace_recorder.hpp"

#include <algorithm>
#include <utility>

#include "leasecheck/spec/step.hpp"
#include "traces/digest.hpp"

namespace leasecheck::sim {

CaseTraceRecorder::CaseTraceRecorder(std::string origin) {
  trace_.head.origin = std::move(origin);
  trace_.head.deployment.emplace();
}

std::string CaseTraceRecorder::process_name(std::size_t number) {
  return "p" + std::to_string(number);
}

void CaseTraceRecorder::add_prior(const PriorState& prior) {
  model::State state;
  state.variant = prior.state.variant;
  for (const model::Action& action : prior.actions) {
    const model::Snapshot before = model::snapshot(state);
    model::Step step = model::step(std::move(state), action);
    state = std::move(step.state);
    const model::Snapshot after = model::snapshot(state);
    const std::uint64_t call = add_call(process_name(0), action);
    add(traces::Return{call, step.outcome, traces::delta(before, after), traces::digest(after)});
  }
}

std::uint64_t CaseTraceRecorder::add_call(std::string actor, const model::Action& action) {
  time_ = std::max(time_, action.now);
  return add(traces::Call{std::move(actor), action.now, action});
}

void CaseTraceRecorder::add_answer(std::uint64_t call, model::Outcome outcome) {
  add(traces::Return{call, std::move(outcome), {}, 0});
}

traces::Trace CaseTraceRecorder::finish(std::string property, std::string message) && {
  trace_.verdict = {.result = traces::Result::violated,
                    .property = std::move(property),
                    .message = std::move(message),
                    .first_bad = event_};
  return std::move(trace_);
}

std::uint64_t CaseTraceRecorder::add(traces::StepBody what) {
  const std::uint64_t number = trace_.steps.size() + 1;
  trace_.steps.push_back({number, time_, std::move(what)});
  return number;
}

}  // namespace leasecheck::sim
