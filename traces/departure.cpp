#include "traces/departure.hpp"

#include <utility>
#include <variant>

#include "leasecheck/spec/step.hpp"
#include "traces/digest.hpp"

namespace leasecheck::traces {
namespace {

/// Takes the steps of a trace on the model.
class Contract {
 public:
  [[nodiscard]] const model::State& state() const { return state_; }

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

}  // namespace

std::optional<Departure> first_departure(const Trace& trace) {
  Contract contract;
  for (const Step& step : trace.steps) {
    const auto* returned = std::get_if<Return>(&step.what);
    if (returned == nullptr || did_not_happen(*returned)) continue;
    const auto& call = std::get<Call>(trace.steps[returned->of - 1].what);
    model::State before = contract.state();
    Return expected = contract.take(call.action, returned->of);
    if (expected.outcome != returned->outcome || expected.delta != returned->delta) {
      return Departure{.call = returned->of,
                       .answer = step.number,
                       .before = std::move(before),
                       .by_contract = std::move(expected),
                       .recorded = returned};
    }
  }
  return std::nullopt;
}

std::uint64_t stimulus_of(const Trace& trace, std::uint64_t step) {
  if (step == 0 || step > trace.steps.size()) return step;
  const auto* returned = std::get_if<Return>(&trace.steps[step - 1].what);
  return returned != nullptr ? returned->of : step;
}

}  // namespace leasecheck::traces
