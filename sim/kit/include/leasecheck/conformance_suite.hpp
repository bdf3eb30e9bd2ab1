#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "lease/attempt_repository.hpp"

/// The checks of this project for a repository of your own, without any test framework. Most users
/// want leasecheck/gtest.hpp, which makes GoogleTest tests of them.
namespace leasecheck {

/// A repository that is to be checked.
struct Candidate {
  std::string name;  ///< names the traces of failures: "NAME.CHECK.jsonl"
  /// Makes an empty one that takes its time and its lease ids from these.
  std::function<lease::Result<std::unique_ptr<lease::AttemptRepository>>(lease::Clock& clock,
                                                                         lease::IdSource& ids)>
      make;
  /// Operations by name that it does not have; they are never called.
  std::set<std::string> not_offered;
};

struct Check {
  std::string name;  ///< "HoldsUnderFaults"
  /// Returns: empty if it held, otherwise what is wrong in words, with the trace that shows it.
  std::function<std::string(const Candidate&)> run;
};

/// Every check: simulations of workers, reapers and a bad network over a hundred seeds, and every
/// transition of bounded models of one and of two attempts.
[[nodiscard]] const std::vector<Check>& battery();

}  // namespace leasecheck
