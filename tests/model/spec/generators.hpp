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

}  // namespace leasecheck::tests
