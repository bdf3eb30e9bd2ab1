#pragma once

#include <rapidcheck.h>

#include <memory>
#include <vector>

#include "model/spec/operation.hpp"
#include "model/spec/state.hpp"
#include "model/spec/step.hpp"
#include "tests/model/printing.hpp"

/// Random actions that aim: at ids that are live or collide, at times on deadlines and one to
/// either side, at the ends of every range; and now and then at nothing that makes sense.
namespace leasecheck::tests {

/// Times that decide something in `state`: -1, 0 and +1 ms around its deadlines; else small or
/// extreme.
[[nodiscard]] rc::Gen<model::Time> any_time(const model::State& state);

/// Specs whose ids collide often; about one in eight is invalid.
[[nodiscard]] rc::Gen<model::AttemptSpec> any_spec(const model::State& state);

[[nodiscard]] rc::Gen<model::RetryPolicy> any_retry_policy();

/// Any operation at any time; the more likely, the more it moves the state.
[[nodiscard]] rc::Gen<model::Action> any_action(const model::State& state);

/// A run: actions, each chosen for the state that the ones before it lead to. Shrinks by leaving
/// actions out.
[[nodiscard]] rc::Gen<std::vector<model::Action>> any_actions();

/// The state after the actions, from an empty one.
[[nodiscard]] model::State state_after(const std::vector<model::Action>& actions);

}  // namespace leasecheck::tests
