#pragma once

#include <rapidcheck.h>

#include <iosfwd>
#include <set>
#include <string>
#include <vector>

#include "leasecheck/printing.hpp"
#include "leasecheck/spec/operation.hpp"
#include "leasecheck/spec/state.hpp"

/// RapidCheck generators that aim: at ids that live or collide, at times on deadlines and one to
/// either side, at the ends of every range; and now and then at nothing that makes sense. Times
/// come from few significant values and never from sums, since RapidCheck shrinks sums badly.
namespace leasecheck::rapidcheck {

/// What a case is drawn from.
struct Menu {
  /// By name. `enqueue_attempt` is always on it, so that there is something to draw in every state.
  std::set<std::string, std::less<>> operations;
  int attempts = 9;  ///< different ids: the fewer, the more often they collide
  int runs = 3;
  int workers = 3;
  /// One id, limit or policy in about so many makes no sense or lies at the end of its range; 0 is
  /// none.
  int hostile_one_in = 32;
};

std::ostream& operator<<(std::ostream& out, const Menu& menu);

/// Every operation.
[[nodiscard]] const Menu& whole_menu();

/// Swarm testing: a random part of the menu, since what is always done hides what needs it not to
/// be done. Numbers of ids are drawn as well, down to one; two attempts of one run are frequent.
[[nodiscard]] rc::Gen<Menu> any_part(const Menu& menu);

/// Times that decide something in `state`: -1, 0 and +1 ms around its deadlines; else small or
/// extreme.
[[nodiscard]] rc::Gen<model::Time> any_time(const model::State& state);

/// Specs whose ids collide often; about one in eight is invalid.
[[nodiscard]] rc::Gen<model::AttemptSpec> any_spec(const model::State& state,
                                                   const Menu& menu = whole_menu());

[[nodiscard]] rc::Gen<model::RetryPolicy> any_retry_policy();

/// An operation of the menu at any time; the more likely, the more it moves the state. Every
/// operation can be called in every state: a refusal is an answer as well.
[[nodiscard]] rc::Gen<model::Action> any_action(const model::State& state,
                                                const Menu& menu = whole_menu());

/// A run: actions, each chosen for the state that the ones before it lead to. Shrinks by leaving
/// actions out.
[[nodiscard]] rc::Gen<std::vector<model::Action>> any_actions();

/// The state after the actions, from an empty one.
[[nodiscard]] model::State state_after(const std::vector<model::Action>& actions);

}  // namespace leasecheck::rapidcheck
