#pragma once

#include "leasecheck/spec/outcome.hpp"

namespace leasecheck::properties {

/// An answer without what the repository's clock showed when it wrote: of records `ready_at` and
/// `finished_at`, of dead letters `dead_at` and their order.
[[nodiscard]] model::Outcome without_times(model::Outcome outcome);

}  // namespace leasecheck::properties
