#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "sim/oracle/necessity.hpp"
#include "traces/trace.hpp"

namespace leasecheck::cli {

/// What is said of a trace: what was promised and what happened instead, the story in numbered
/// sentences, why each of them is needed, and what became of the leases that it is about.
struct Explanation {
  traces::Trace trace;
  /// How the run ends without each stimulus, by step; what was not tried is not there.
  std::map<std::uint64_t, sim::WithoutIt> without = {};
};

/// For a terminal.
[[nodiscard]] std::string in_text(const Explanation& explanation);

/// The same for a comment on GitHub or GitLab, with a sequence diagram.
[[nodiscard]] std::string in_markdown(const Explanation& explanation);

}  // namespace leasecheck::cli
