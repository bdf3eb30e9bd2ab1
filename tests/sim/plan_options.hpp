#pragma once

#include <utility>

#include "sim/world/plan.hpp"

namespace leasecheck::sim::testing {

/// Everything drawn, and values odd in no other dimensions than these: none is plain values.
inline PlanOptions with_odd(values::Dimensions dimensions) {
  PlanOptions options;
  options.may_be_odd = std::move(dimensions);
  return options;
}

}  // namespace leasecheck::sim::testing
