#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "sim/conformance/observe_options.hpp"
#include "traces/trace.hpp"

namespace leasecheck::sim {

/// One way in which a subject does otherwise than the contract: calls of one operation, of an
/// attempt in one status, with complaints of one property that are the same but for ids, numbers
/// and statuses.
struct Difference {
  std::string operation;
  std::string status;    ///< of the attempt before the call; "absent"; empty where it names none
  std::string property;  ///< that is violated
  std::string kind;      ///< the complaint, with "*" for what differs
  std::uint64_t times = 0;
  std::string message;  ///< the complaint of the example
  /// What shows it in the fewest calls. Nothing if it did not happen a second time, or if the time
  /// was over before it was tried.
  std::optional<traces::Trace> example;
  bool was_tried_again = false;
};

struct Differences {
  /// `violated` if there is any; else `inconclusive` and `broken` as in `conform`.
  traces::Verdict verdict;
  std::vector<Difference> found;  ///< by operation, status and kind
  std::uint64_t transitions = 0;  ///< of the worlds that the subject offers
  std::uint64_t carried_out = 0;  ///< the others lie behind differences, or there was no time
  std::string ended_early = {};   ///< why the walk ended before its end; empty if it did not
  std::vector<std::string> not_covered = {};  ///< what no walk looks at, with the reason
};

/// Walks every transition of bounded worlds on the subject and goes on after a difference, as
/// `observe` does, so that the first one hides no other.
/// Errors: as `observe`.
[[nodiscard]] std::expected<Differences, std::string> list_differences(
    const ObserveOptions& options);

}  // namespace leasecheck::sim
