#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "leasecheck/spec/state.hpp"
#include "properties/validation/logged_call.hpp"

namespace leasecheck::properties {

/// What a call is about: two calls with disjoint scopes have the same effects and answers in either
/// order.
struct Scope {
  /// Attempts, leases and runs, each kind with names of its own. A lease stands beside its attempt
  /// where that is known.
  std::vector<std::string> names;
  /// It is about whatever is there: a list, a count, a reap that took something.
  bool is_everything = false;
};

/// Whether the order of two calls may matter.
[[nodiscard]] bool overlap(const Scope& left, const Scope& right);

/// For which attempt a lease was granted, and the run of that, if it is known.
struct Leased {
  model::Id attempt_id;
  std::optional<model::Id> run_id;
};

/// Finds that. Returns: nothing if nobody knows.
using FindAttempt = std::function<std::optional<Leased>(const model::Id& lease_id)>;

[[nodiscard]] Scope scope_of(const LoggedCall& call, const FindAttempt& find_attempt);

/// The attempts that the call names or was answered with, each once.
[[nodiscard]] std::vector<model::Id> attempts_of(const LoggedCall& call,
                                                 const FindAttempt& find_attempt);

}  // namespace leasecheck::properties
