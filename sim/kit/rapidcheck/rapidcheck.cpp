#include "leasecheck/rapidcheck.hpp"

#include <rapidcheck/detail/TestListenerAdapter.h>

#include <cstdlib>
#include <optional>
#include <sstream>
#include <string_view>

#include "sim/kit/checked_repository.hpp"
#include "sim/kit/rapidcheck/run.hpp"

namespace leasecheck::rapidcheck {
namespace {

/// FNV-1a: a seed that is the property's own and the same everywhere.
std::uint64_t seed_of(std::string_view name) {
  std::uint64_t hash = 14'695'981'039'346'656'037U;
  for (const char byte : name) {
    hash = (hash ^ static_cast<unsigned char>(byte)) * 1'099'511'628'211U;
  }
  return hash;
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

/// One property on one candidate.
class Search {
 public:
  Search(const Candidate& candidate, const Property& property)
      : candidate_(candidate), property_(property) {}

  std::string run() {
    sim::report_earlier_death(candidate_, property_.name);
    rc::detail::TestMetadata metadata;
    metadata.id = property_.name;
    rc::detail::TestListenerAdapter nobody;  // the trace says it all
    const rc::detail::TestResult result =
        rc::detail::checkTestable([this] { try_case(); }, metadata, params_of(property_), nobody);
    if (result.is<rc::detail::SuccessResult>()) return {};
    if (failed_)
      return sim::complaint_of(candidate_, property_.name,
                               sim::shrink(candidate_, property_.name, *failed_));
    std::ostringstream message;
    rc::detail::printResultMessage(result, message);
    return message.str();
  }

 private:
  // The last case that fails while RapidCheck shrinks is the smallest that it finds.
  void try_case() {
    const auto subject = sim::make_subject(candidate_, property_.name);
    if (!subject) RC_FAIL(subject.error().message);
    const Menu part = *any_part(offered_by(property_.menu, **subject));
    const Commands commands = *any_commands(part);
    sim::JudgedSubject judged(**subject);
    try {
      rc::state::runAll(commands, model::State{}, judged);
    } catch (const rc::detail::CaseResult&) {
      failed_ = judged.trace("rapidcheck");
      throw;
    }
  }

  const Candidate& candidate_;
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

std::string check(const Candidate& candidate, const Property& property) {
  return Search(candidate, property).run();
}

const std::vector<Check>& checks() {
  static const std::vector<Check> all = [] {
    std::vector<Check> made;
    for (const Property& property : properties()) {
      made.push_back({.name = property.name, .run = [&property](const Candidate& candidate) {
                        return check(candidate, property);
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
  sim::JudgedSubject judged(subject);
  for (const auto& command : commands) {
    if (!judged.operate(static_cast<const Call&>(*command).action()).empty()) break;
  }
  return {.verdict = judged.referee().verdict(), .tally = judged.referee().tally()};
}

}  // namespace leasecheck::rapidcheck
