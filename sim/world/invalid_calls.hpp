#pragma once

#include "leasecheck/spec/operation.hpp"
#include "sim/random.hpp"

namespace leasecheck::sim {

/// What the valid arguments of a call are that is to be refused for one invalid id.
struct ValidArguments {
  model::Id attempt_id;
  model::Id lease_id;
  model::Time now{};
  model::Duration ttl{1};
};

/// Draws a call in which one id is invalid and everything else valid: the operations that have ids,
/// except for `enqueue_attempt`, equally often, and each of their ids, those of items included.
/// Time: O(operations).
[[nodiscard]] model::Operation draw_invalid_call(Stream& draw, const ValidArguments& valid);

}  // namespace leasecheck::sim
