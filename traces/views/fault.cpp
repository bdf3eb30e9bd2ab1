#include "traces/views/fault.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "leasecheck/spec/step.hpp"
#include "traces/digest.hpp"
#include "traces/disk_trace.hpp"
#include "traces/wording.hpp"

namespace leasecheck::traces {
namespace {

/// The first answer that is not the contract's.
struct Departure {
  std::uint64_t call = 0;    ///< number of the step
  std::uint64_t answer = 0;  ///< number of the step of its return
  Return by_contract;        ///< what the model answers and changes
  const Return* recorded = nullptr;
};

/// Takes the steps of a trace on the model.
class Contract {
 public:
  /// Returns: what the model answers and changes.
  Return take(const model::Action& action, std::uint64_t call) {
    model::Step step = model::step(std::move(state_), action);
    state_ = std::move(step.state);
    model::Snapshot after = model::snapshot(state_);
    Return returned{
        .of = call, .outcome = std::move(step.outcome), .delta = delta(shown_, after), .post = 0};
    shown_ = std::move(after);
    return returned;
  }

 private:
  model::State state_;
  model::Snapshot shown_;
};

bool did_not_happen(const Return& returned) {
  return returned.outcome == std::unexpected(model::ErrorCode::unavailable) &&
         returned.delta.empty();
}

std::optional<Departure> first_departure(const Trace& trace) {
  Contract contract;
  for (const Step& step : trace.steps) {
    const auto* returned = std::get_if<Return>(&step.what);
    if (returned == nullptr || did_not_happen(*returned)) continue;
    const auto& call = std::get<Call>(trace.steps[returned->of - 1].what);
    Return expected = contract.take(call.action, returned->of);
    if (expected.outcome != returned->outcome || expected.delta != returned->delta) {
      return Departure{.call = returned->of,
                       .answer = step.number,
                       .by_contract = std::move(expected),
                       .recorded = returned};
    }
  }
  return std::nullopt;
}

/// What the contract asks for after the step and did not get, and what it got and must not have.
std::string effect(const Departure& departure, const Wording& say) {
  const auto& asked = departure.by_contract.delta;
  const auto& seen = departure.recorded->delta;
  Return missing{.of = departure.call, .outcome = {}, .delta = {}, .post = 0};
  std::ranges::set_difference(asked, seen, std::inserter(missing.delta, missing.delta.end()));
  std::vector<std::string> wrong;
  for (const auto& [name, value] : seen) {
    if (!asked.contains(name)) wrong.push_back(name);
  }
  if (asked.empty()) return "changes nothing";
  std::vector<std::string> clauses;
  if (!missing.delta.empty()) {
    clauses.push_back(
        fmt::format("has to lead to this: {}", fmt::join(say.changes(missing), ", ")));
  }
  if (!wrong.empty()) clauses.push_back(fmt::format("must not change {}", fmt::join(wrong, ", ")));
  if (clauses.empty()) return "changes what it has changed";
  return fmt::format("{}", fmt::join(clauses, ", and "));
}

std::string demand(const Departure& departure, const Wording& say) {
  const std::string what_it_does = effect(departure, say);
  if (departure.by_contract.outcome == departure.recorded->outcome) {
    return fmt::format("By the contract, step {} {}.", departure.call, what_it_does);
  }
  return fmt::format("By the contract, at step {} it {}, and the step {}.", departure.call,
                     say.answer(departure.by_contract.outcome), what_it_does);
}

/// Pre: every answer is the contract's.
std::string fault_around(const Trace& trace, const Wording& say) {
  const std::string contract = "Every answer of the repository is the contract's";
  const Step& bad = trace.steps[trace.verdict.first_bad - 1];
  if (const auto* returned = std::get_if<Return>(&bad.what)) {
    const Step& call = trace.steps[returned->of - 1];
    return fmt::format("{}. {}; {}'s call broke the rule: it {}.", actor_of(call), contract,
                       actor_of(call), say.call(std::get<Call>(call.what).action.operation));
  }
  return fmt::format(
      "not the repository. {}, so it is those around it: a worker, a reaper, or a clock that is "
      "further off than the grace window allows.",
      contract);
}

}  // namespace

std::string fault_of(const Trace& trace) {
  if (trace.verdict.result != Result::violated) return {};
  if (is_disk_trace(trace)) {
    return "the repository. Its processes and its disk did only what they may do at any time.";
  }
  const Wording say(trace);
  const std::optional<Departure> departure = first_departure(trace);
  if (!departure) return fault_around(trace, say);
  if (departure->answer == trace.verdict.first_bad) {
    return "the repository. " + demand(*departure, say);
  }
  // A run goes on after such an answer only if the subject says of itself that it does otherwise.
  return fmt::format(
      "the repository, or what it says that it does otherwise: from step {} on its answers are not "
      "the contract's. {}",
      departure->call, demand(*departure, say));
}

}  // namespace leasecheck::traces
