#include "leasecheck/rapidcheck.hpp"

#include <rapidcheck/detail/TestListenerAdapter.h>

#include <cstdlib>
#include <optional>
#include <sstream>
#include <string_view>

#include "sim/fnv1a.hpp"
#include "sim/kit/checked_repository.hpp"
#include "sim/kit/rapidcheck/run.hpp"

namespace leasecheck::rapidcheck {
namespace {

/// A seed that is the property's own and the same everywhere.
std::uint64_t seed_of(std::string_view name) {
  sim::Fnv1a hash;
  hash.add(name);
  return hash.value();
}

Property property_of(std::string name, void (*change)(Menu& menu)) {
  Property property{.name = std::move(name), .menu = whole_menu(), .cases = 100};
  change(property.menu);
  return property;
}

/// Operations that a subject does not offer are on no menu.
Menu offered_by(Menu menu, const sim::Subject& subject) {
  std::erase_if(menu.operations,
                [&](const std::string& name) { return !subject.profile().offers(name); });
  return menu;
}

rc::detail::TestParams params_of(const Property& property) {
  rc::detail::TestParams params = rc::detail::configuration().testParams;
  if (std::getenv("RC_PARAMS") == nullptr) {
    params.seed = seed_of(property.name);
    params.maxSuccess = property.cases;
  }
  return params;
}

/// One property on one repository.
class Search {
 public:
  Search(const RepositoryUnderTest& repository, const Property& property)
      : repository_(repository), property_(property) {}

  std::optional<Violation> run() {
    sim::report_earlier_death(repository_, property_.name);
    rc::detail::TestMetadata metadata;
    metadata.id = property_.name;
    rc::detail::TestListenerAdapter nobody;  // the trace says it all
    const rc::detail::TestResult result =
        rc::detail::checkTestable([this] { try_case(); }, metadata, params_of(property_), nobody);
    if (result.is<rc::detail::SuccessResult>()) return std::nullopt;
    if (failed_) return sim::violation_of(repository_, property_.name, *failed_);
    std::ostringstream message;
    rc::detail::printResultMessage(result, message);
    return Violation{.what = message.str(), .trace = {}, .page = {}};
  }

 private:
  // The last case that fails while RapidCheck shrinks is the smallest that it finds.
  void try_case() {
    const auto subject = sim::make_subject(repository_, property_.name);
    if (!subject) RC_FAIL(subject.error().message);
    const Menu part = *any_part(offered_by(property_.menu, **subject));
    const Commands commands = *any_commands(part);
    sim::CheckedSubject checked(**subject);
    try {
      rc::state::runAll(commands, model::State{}, checked);
    } catch (const rc::detail::CaseResult&) {
      failed_ = checked.trace("rapidcheck");
      throw;
    }
  }

  const RepositoryUnderTest& repository_;
  const Property& property_;
  std::optional<traces::Trace> failed_;
};

}  // namespace

rc::Gen<std::shared_ptr<const Command>> any_command(const model::State& state, const Menu& menu) {
  return rc::gen::map(any_action(state, menu),
                      [](model::Action action) -> std::shared_ptr<const Command> {
                        return std::make_shared<Call>(std::move(action));
                      });
}

rc::Gen<Commands> any_commands(const Menu& menu) {
  return rc::state::gen::commands(
      model::State{}, [menu](const model::State& state) { return any_command(state, menu); });
}

const std::vector<Property>& properties() {
  static const std::vector<Property> all{
      property_of("HoldsForAnyCalls", [](Menu&) {}),
      property_of("HoldsAtTheDeadlinesOfOneAttempt",
                  [](Menu& menu) {
                    menu.attempts = 1;
                    menu.hostile_one_in = 0;
                  }),
      property_of("HoldsForTwoAttemptsOfOneRun",
                  [](Menu& menu) {
                    menu.attempts = 2;
                    menu.runs = 1;
                    menu.workers = 2;
                    menu.hostile_one_in = 0;
                  }),
      property_of("HoldsForHostileArguments", [](Menu& menu) { menu.hostile_one_in = 4; })};
  return all;
}

std::optional<Violation> check(const RepositoryUnderTest& repository, const Property& property) {
  return Search(repository, property).run();
}

const std::vector<Check>& checks() {
  static const std::vector<Check> all = [] {
    std::vector<Check> made;
    for (const Property& property : properties()) {
      made.push_back(
          {.name = property.name, .run = [&property](const RepositoryUnderTest& repository) {
             return check(repository, property);
           }});
    }
    return made;
  }();
  return all;
}

sim::RunResult rapidcheck_run(std::uint64_t seed, sim::Subject& subject) {
  rc::Random random(seed);
  const Menu part =
      any_part(offered_by(whole_menu(), subject))(random.split(), rc::kNominalSize).value();
  const Commands commands = any_commands(part)(random.split(), rc::kNominalSize).value();
  sim::CheckedSubject checked(subject);
  for (const auto& command : commands) {
    if (checked.operate(static_cast<const Call&>(*command).action())) break;
  }
  return {.verdict = checked.referee().verdict(), .tally = checked.referee().tally()};
}

}  // namespace leasecheck::rapidcheck
