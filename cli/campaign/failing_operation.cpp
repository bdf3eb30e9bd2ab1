#include "cli/campaign/failing_operation.hpp"

#include <fmt/format.h>

#include <variant>

namespace leasecheck::cli {

const traces::Step* failing_step(const traces::Trace& trace) {
  const std::uint64_t number = trace.verdict.first_bad;
  return number == 0 || number > trace.steps.size() ? nullptr : &trace.steps[number - 1];
}

std::string failing_operation(const traces::Trace& trace) {
  const traces::Step* step = failing_step(trace);
  if (step == nullptr && !trace.steps.empty()) step = &trace.steps.back();
  if (step == nullptr) return {};
  if (const auto* unanswered = std::get_if<traces::Call>(&step->what)) {
    return fmt::format("{}: no answer", model::name_of(unanswered->action.operation));
  }
  if (const auto* event = std::get_if<model::Environment>(&step->what)) {
    return std::string(model::name_of(*event));
  }
  const auto* returned = std::get_if<traces::Return>(&step->what);
  if (returned == nullptr) return {};
  const auto& call = std::get<traces::Call>(trace.steps[returned->of - 1].what);
  return fmt::format("{}: {}", model::name_of(call.action.operation),
                     returned->outcome ? "ok" : model::word(returned->outcome.error()));
}

}  // namespace leasecheck::cli
