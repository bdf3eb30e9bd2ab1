#pragma once

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "leasecheck/spec/variant.hpp"
#include "sim/conformance/difference.hpp"
#include "sim/conformance/observe_options.hpp"

namespace leasecheck::sim {

/// The variant of the contract that describes a subject better than its own handshake.
struct Proposal {
  model::Variant variant;
  std::string handshake;        ///< the fields that say so, as the text of a JSON object
  std::vector<bool> describes;  ///< of each difference that was listed: whether it is none then
  Differences left;             ///< what the walks find if the subject is judged as this variant
};

struct ProposalSearch {
  std::optional<Proposal>
      found;  ///< nothing if no variant leaves fewer differences than there were
  /// Whether it came to its end: no variant was left untried because of the time, and none could
  /// not be walked to the end.
  bool was_searched_whole = false;
};

/// Looks for the variant under which the most of the differences that were found are none: switch
/// by switch on their examples, then on all walks, whose differences are examples of the next
/// round, until a round finds no better one. Differences that nothing in a handshake describes are
/// then left.
/// Errors: as `list_differences`. Ends early, with the best so far, when `may_go_on` says no.
[[nodiscard]] std::expected<ProposalSearch, std::string> propose_variant(
    const ObserveOptions& options, const Differences& listed);

}  // namespace leasecheck::sim
