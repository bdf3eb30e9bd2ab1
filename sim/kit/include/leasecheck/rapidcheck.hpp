#pragma once

#include <rapidcheck.h>
#include <rapidcheck/state.h>

#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "leasecheck/checked_repository.hpp"
#include "leasecheck/conformance_suite.hpp"
#include "leasecheck/generators.hpp"
#include "leasecheck/spec/step.hpp"

/// RapidCheck commands over the model and a repository, for suites of your own:
///
///     RC_GTEST_PROP(MyRepository, HoldsForOneWorker, ()) {
///       leasecheck::rapidcheck::Menu menu = leasecheck::rapidcheck::whole_menu();
///       menu.workers = 1;
///       const auto checked = leasecheck::make_checked_repository(mine);
///       const auto commands = *leasecheck::rapidcheck::any_commands(menu);
///       rc::state::runAll(commands, leasecheck::model::State{}, *checked);
///     }
///
/// or, with nothing but `checks()`, the properties of this project.
namespace leasecheck::rapidcheck {

/// A command sees the model before its call and never the answer; what an answer says (the id of a
/// lease) is bound in the fixture.
using Command = rc::state::Command<model::State, CheckedRepository>;
using Commands = rc::state::Commands<Command>;

/// One call on the model and on the repository, checked by every property.
class Call final : public Command {
 public:
  explicit Call(model::Action action) : action_(std::move(action)) {}

  void apply(model::State& state) const override {
    state = model::step(std::move(state), action_).state;
  }
  void run(const model::State&, CheckedRepository& checked) const override {
    if (const auto violation = checked.operate(action_)) RC_FAIL(*violation);
  }
  void show(std::ostream& out) const override { out << action_; }

  [[nodiscard]] const model::Action& action() const { return action_; }

 private:
  model::Action action_;
};

/// A call that makes sense to try in this state, or does not but may be tried all the same.
[[nodiscard]] rc::Gen<std::shared_ptr<const Command>> any_command(const model::State& state,
                                                                  const Menu& menu = whole_menu());

/// A run of calls from an empty repository. Shrinks by leaving calls out and by simpler arguments.
[[nodiscard]] rc::Gen<Commands> any_commands(const Menu& menu = whole_menu());

/// That a repository keeps the contract whatever is called, from one point of view.
struct Property {
  std::string name;  ///< "HoldsForTwoAttemptsOfOneRun"
  Menu menu;         ///< each case draws a part of it
  int cases = 100;
};

/// Those of this project.
[[nodiscard]] const std::vector<Property>& properties();

/// Tries the property on new repositories of this kind. The cases depend on nothing but its
/// name (RC_PARAMS in the environment tries others).
/// Returns: what is wrong, with the trace of the smallest case that shows it; nothing if it held.
[[nodiscard]] std::optional<Violation> check(const RepositoryUnderTest& repository,
                                             const Property& property);

/// `properties()` as further checks: `testing::register_checks` makes tests of them.
[[nodiscard]] const std::vector<Check>& checks();

}  // namespace leasecheck::rapidcheck
