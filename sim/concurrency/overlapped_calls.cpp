#include "sim/concurrency/overlapped_calls.hpp"

#include <map>
#include <utility>

#include "leasecheck/spec/step.hpp"
#include "properties/support/difference.hpp"
#include "properties/support/words.hpp"
#include "sim/concurrency/case_trace_recorder.hpp"

namespace leasecheck::sim {
namespace {

const model::Count* count_in(const properties::ConcurrentCall& call) {
  const bool is_answered = call.outcome && call.outcome->has_value();
  return is_answered ? std::get_if<model::Count>(&**call.outcome) : nullptr;
}

/// Where the state that is left differs from what the calls leave one after the other.
std::string difference_in_turn(const properties::History& history, const model::Snapshot& left) {
  model::State state = history.initial;
  for (const properties::ConcurrentCall& call : history.calls) {
    state = model::step(std::move(state), call.action).state;
  }
  const auto difference = properties::first_difference(model::snapshot(state), left);
  return difference ? "; compared with one after the other, " + *difference : "";
}

}  // namespace

std::size_t OverlappedCalls::begin(TaskId process, const model::Action& action) {
  callers_.push_back(process);
  history_.calls.push_back({.action = action,
                            .invoked = ++events_,
                            .returned = std::nullopt,
                            .outcome = std::nullopt,
                            .lease_ids = {}});
  return history_.calls.size() - 1;
}

void OverlappedCalls::end(std::size_t call, std::optional<model::Outcome> outcome,
                          std::vector<model::Id> lease_ids) {
  properties::ConcurrentCall& ended = history_.calls[call];
  ended.returned = ++events_;
  ended.outcome = std::move(outcome);
  ended.lease_ids = std::move(lease_ids);
}

std::string OverlappedCalls::answers_in_words() const {
  std::string words;
  for (const properties::ConcurrentCall& call : history_.calls) {
    words += words.empty() ? "" : ", ";
    words += properties::words_of(call.action.operation);
    words += ' ';
    if (const auto* count = count_in(call)) {
      words += "answered " + std::to_string(count->value);
    } else {
      words += call.outcome ? properties::words_of(*call.outcome)
                            : "was refused as unavailable, its effect unknown";
    }
  }
  return words;
}

std::string OverlappedCalls::in_words(const model::Snapshot& left) const {
  return answers_in_words() + difference_in_turn(history_, left);
}

Finding OverlappedCalls::finding(const PriorState& prior, const std::vector<TaskId>& schedule,
                                 properties::StorageProperty property, std::string message) const {
  CaseTraceRecorder recorder("interleave");
  recorder.add_prior(prior);
  recorder.add_event({traces::DiskEvent::Kind::schedule, to_text(schedule)});
  std::map<std::uint64_t, std::size_t> call_of_event;
  for (std::size_t i = 0; i < history_.calls.size(); ++i) {
    const properties::ConcurrentCall& call = history_.calls[i];
    call_of_event.emplace(call.invoked, i);
    if (call.returned && call.outcome) call_of_event.emplace(*call.returned, i);
  }
  std::map<std::size_t, std::uint64_t> numbers;
  for (const auto& [event, i] : call_of_event) {
    const properties::ConcurrentCall& call = history_.calls[i];
    if (event == call.invoked) {
      numbers[i] = recorder.add_call(CaseTraceRecorder::process_name(callers_[i]), call.action);
    } else {
      recorder.add_answer(numbers.at(i), *call.outcome);
    }
  }
  const std::string name(name_of(property));
  return {.property = name,
          .message = message,
          .reproduce = to_text(schedule),
          .trace = std::move(recorder).finish(name, message)};
}

}  // namespace leasecheck::sim
