#pragma once

#include <optional>
#include <vector>

#include "leasecheck/spec/state.hpp"
#include "properties/validation/logged_call.hpp"

namespace leasecheck::properties {

/// A lease as a call or its answer names it.
struct NamedLease {
  model::Id lease_id;
  std::optional<model::Id> worker_id = {};
  std::optional<model::Id> attempt_id = {};

  /// Pre: the attempt has a lease.
  [[nodiscard]] bool may_be_of(const model::Attempt& attempt) const {
    return (!worker_id || *worker_id == attempt.lease->worker_id) &&
           (!attempt_id || *attempt_id == attempt.spec.attempt_id);
  }
};

/// Those of the answer come first: it says more of them.
[[nodiscard]] std::vector<NamedLease> leases_named_by(const LoggedCall& call);

}  // namespace leasecheck::properties
