#include "sim/concurrency/recorded_case.hpp"

#include <map>
#include <utility>
#include <variant>

#include "leasecheck/spec/step.hpp"
#include "sim/concurrency/case_trace_recorder.hpp"

namespace leasecheck::sim {

std::expected<RecordedCase, std::string> recorded_case(const traces::Trace& trace) {
  RecordedCase recorded;
  std::map<std::string, model::Action> at_once;  // by process
  for (const traces::Step& step : trace.steps) {
    if (const auto* event = std::get_if<traces::DiskEvent>(&step.what)) {
      if (recorded.event_number != 0) return std::unexpected("it has more than one event");
      recorded.event = *event;
      recorded.event_number = step.number;
    } else if (const auto* call = std::get_if<traces::Call>(&step.what)) {
      if (recorded.event_number == 0) {
        model::Step stepped = model::step(std::move(recorded.prior.state), call->action);
        if (!stepped.outcome) {
          return std::unexpected("step " + std::to_string(step.number) +
                                 ": the model refuses what led to the prior state");
        }
        recorded.prior.state = std::move(stepped.state);
        recorded.prior.actions.push_back(call->action);
      } else if (!at_once.emplace(call->actor, call->action).second) {
        return std::unexpected(call->actor + " has more than one operation");
      }
    } else if (std::holds_alternative<model::Environment>(step.what)) {
      return std::unexpected("step " + std::to_string(step.number) +
                             ": an event that means nothing to a store");
    }
  }
  if (recorded.event_number == 0) return std::unexpected("it has no event");
  for (auto& [process, action] : at_once) recorded.operations.push_back({process, action});
  return recorded;
}

traces::Verdict verdict_of(const RecordedCase& recorded, const std::optional<Finding>& found) {
  if (!found) return {};
  return {.result = traces::Result::violated,
          .property = found->property,
          .message = found->message,
          .first_bad = recorded.event_number};
}

std::expected<RecordedSchedule, std::string> schedule_of(const RecordedCase& recorded) {
  auto decisions = decisions_from_text(recorded.event.text);
  if (recorded.event.kind != traces::DiskEvent::Kind::schedule || !decisions) {
    return std::unexpected("\"" + recorded.event.text + "\" is no schedule");
  }
  RecordedSchedule schedule{.subject = {recorded.prior, recorded.operations},
                            .decisions = *std::move(decisions)};
  const std::vector<SmallOperation>& operations = schedule.subject.operations;
  for (std::size_t i = 0; i < operations.size(); ++i) {
    if (operations[i].name != CaseTraceRecorder::process_name(i)) {
      return std::unexpected("expected the processes p0, p1, … in turn");
    }
  }
  if (operations.size() < 2 || operations.size() > 10) {
    return std::unexpected("expected 2 to 10 processes");
  }
  return schedule;
}

}  // namespace leasecheck::sim
