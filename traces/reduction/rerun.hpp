#pragma once

#include <cstddef>
#include <expected>
#include <functional>
#include <string>

#include "traces/trace.hpp"

namespace leasecheck::traces {

/// Does again, on a new subject, what a trace says was done.
/// Errors: in words; such a candidate is as good as one that holds.
struct Rerun {
  std::function<std::expected<Verdict, std::string>(const Trace&)> judge;
  /// The same, and gives the trace of that run.
  std::function<std::expected<Trace, std::string>(const Trace&)> record;
};

/// How much work a lesser trace is worth. What is found by then is the result.
struct ReductionOptions {
  std::size_t most_runs = 400;
  std::size_t most_steps = 1'000'000;  ///< stimuli of all runs together
  std::function<bool()> may_go_on = {};
  /// Told now and then how long the shortest trace is, and how many runs there were.
  std::function<void(std::size_t length, std::size_t runs)> progress = {};
};

/// What is known of a trace's length. Every sequence of up to `searched` actions of an alphabet of
/// `alphabet` actions was tried in which no clock goes back, states told apart by the model's
/// state; for a subject that answers by what it does not show, a shorter one may exist.
struct Shortness {
  bool is_proved = false;  ///< no shorter sequence of this alphabet ends in the violation
  std::size_t searched = 0;
  std::size_t alphabet = 0;
};

}  // namespace leasecheck::traces
