#pragma once

#include "leasecheck/generators.hpp"
#include "leasecheck/spec/step.hpp"

/// The public generators under the tests' own roof.
namespace leasecheck::tests {

using rapidcheck::any_action;
using rapidcheck::any_actions;
using rapidcheck::any_retry_policy;
using rapidcheck::any_spec;
using rapidcheck::any_time;
using rapidcheck::state_after;

/// The contract, every other time.
inline rc::Gen<model::Variant> any_variant() {
  using namespace model;
  const auto other = rc::gen::exec([] {
    Variant variant;
    variant.order = static_cast<DispatchOrder>(*rc::gen::inRange(0, 5));
    variant.priorities = static_cast<Priorities>(*rc::gen::inRange(0, 3));
    variant.known_id = static_cast<KnownId>(*rc::gen::inRange(0, 3));
    variant.heartbeats = static_cast<Heartbeats>(*rc::gen::inRange(0, 2));
    variant.late_holder = static_cast<LateHolder>(*rc::gen::inRange(0, 2));
    variant.ack_holder = static_cast<AckHolder>(*rc::gen::inRange(0, 4));
    variant.repeated_ack = static_cast<RepeatedAck>(*rc::gen::inRange(0, 2));
    variant.stale_ack = static_cast<StaleAck>(*rc::gen::inRange(0, 2));
    return variant;
  });
  return rc::gen::oneOf(rc::gen::just(Variant{}), other);
}

}  // namespace leasecheck::tests
