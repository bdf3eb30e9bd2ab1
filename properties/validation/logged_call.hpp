#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "leasecheck/spec/operation.hpp"
#include "leasecheck/spec/outcome.hpp"

/// What the log of a running system says.
namespace leasecheck::properties {

/// One call as a log tells it. A log may say less than a trace: neither when the call took effect,
/// nor all of its answer.
struct LoggedCall {
  std::uint64_t number = 0;  ///< all different in one validation
  std::string place;         ///< where it stands, for people: "worker1.ndjson:17"
  std::string actor;         ///< who called, if that is said
  /// `now` only if `is_time_known`.
  model::Action action;
  bool is_time_known = true;
  /// The repository's clock stood between these two when the call took effect, both included.
  model::Time earliest{};
  model::Time latest{};
  /// The operation is on the lease that this attempt has when it takes effect: the log does not
  /// name leases. The operation's own lease id is not looked at then.
  std::optional<model::Id> lease_of;
  /// What was answered. Absent: unknown, or known only to have been accepted.
  std::optional<model::Outcome> outcome;
  bool is_accepted = false;
};

/// Whether the log says what became of the call.
[[nodiscard]] inline bool is_answered(const LoggedCall& call) {
  return call.outcome.has_value() || call.is_accepted;
}

/// The value of this kind in an answer. Returns: null, if it has none.
template <class Value>
const Value* value_in(const std::optional<model::Outcome>& outcome) {
  return outcome && *outcome ? std::get_if<Value>(&**outcome) : nullptr;
}

}  // namespace leasecheck::properties
