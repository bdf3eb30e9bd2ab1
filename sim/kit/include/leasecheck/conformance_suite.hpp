#pragma once

#include <functional>
#include <string>
#include <vector>

#include "leasecheck/candidate.hpp"

/// The checks of this project for a repository of your own, without any test framework. Most users
/// want leasecheck/gtest.hpp, which makes GoogleTest tests of them.
namespace leasecheck {

struct Check {
  std::string name;  ///< "HoldsUnderFaults"
  /// Returns: empty if it held, otherwise what is wrong in words, with the trace that shows it.
  std::function<std::string(const Candidate&)> run;
};

/// Every check: simulations of workers, reapers and a bad network over a hundred seeds, and every
/// transition of bounded models of one and of two attempts.
[[nodiscard]] const std::vector<Check>& battery();

}  // namespace leasecheck
