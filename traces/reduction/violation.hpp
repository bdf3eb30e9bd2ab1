#pragma once

#include <string>

#include "traces/trace.hpp"

namespace leasecheck::traces {

/// What makes two violations the same one: the property, the operation or event at which it did not
/// hold, and the kind of difference, which is the complaint without the ids, numbers and statuses
/// of its run: "the expiry of lease * of * fell from * to *".
struct Violation {
  std::string property;
  std::string operation;
  std::string kind;
  bool operator==(const Violation&) const = default;
  auto operator<=>(const Violation&) const = default;
};

/// The violation that `verdict` says was seen when the stimuli of `trace` were run.
/// Returns: empty names if nothing was violated.
[[nodiscard]] Violation violation_of(const Trace& trace, const Verdict& verdict);

}  // namespace leasecheck::traces
