#pragma once

#include <optional>

#include "leasecheck/spec/state.hpp"
#include "traces/trace.hpp"

namespace leasecheck::traces {

/// A step at which the repository did not do what the contract asks for.
struct Departure {
  std::uint64_t call = 0;    ///< number of the step
  std::uint64_t answer = 0;  ///< number of the step of its return
  model::State before;       ///< by the contract
  Return by_contract;        ///< what the model answers and changes
  const Return* recorded = nullptr;
};

/// The first one in the trace, of which the reference model takes the steps. What it points to is
/// in the trace. Complexity: the steps times the rows of the model's state.
[[nodiscard]] std::optional<Departure> first_departure(const Trace& trace);

/// The step that led to this one: the call of a return, and every other step itself, be it in the
/// trace or not.
[[nodiscard]] std::uint64_t stimulus_of(const Trace& trace, std::uint64_t step);

}  // namespace leasecheck::traces
