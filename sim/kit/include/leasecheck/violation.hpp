#pragma once

#include <functional>
#include <optional>
#include <string>

#include "leasecheck/repository_under_test.hpp"

namespace leasecheck {

/// What a check has found to be wrong.
struct Violation {
  std::string what;   ///< in words: the property, what was promised, who is at fault
  std::string trace;  ///< the whole path of the trace that shows it; empty if there is none
  std::string page;   ///< the whole path of its timeline, an HTML page; empty if there is none
};

struct Check {
  std::string name;  ///< "HoldsUnderFaults"
  /// Returns: nothing if it held.
  std::function<std::optional<Violation>(const RepositoryUnderTest&)> run;
};

}  // namespace leasecheck
