#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "leasecheck/repository_under_test.hpp"

/// The checks of this project for a repository of your own, without any test framework. Most users
/// want leasecheck/gtest.hpp, which makes GoogleTest tests of them.
namespace leasecheck {

struct Check {
  std::string name;  ///< "HoldsUnderFaults"
  /// Returns: what is wrong in words, with the trace that shows it; nothing if it held.
  std::function<std::optional<std::string>(const RepositoryUnderTest&)> run;
};

/// Every check: simulations of workers, reapers and a bad network over a hundred seeds, and every
/// transition of bounded models of one and of two attempts.
[[nodiscard]] const std::vector<Check>& conformance_suite();

}  // namespace leasecheck
