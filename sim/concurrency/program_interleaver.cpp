#include "sim/concurrency/program_interleaver.hpp"

#include <algorithm>
#include <utility>

#include "leasecheck/spec/several.hpp"
#include "sim/check.hpp"
#include "sim/concurrency/overlapped_calls.hpp"

namespace leasecheck::sim {
std::vector<InterleaveCase> ProgramInterleaver::offered(std::vector<InterleaveCase> cases) const {
  const Profile& profile = programs_.profile();
  const auto offers = [&profile](const model::Action& action) {
    // A reset is the harness's own, between two schedules.
    return profile.offers(model::name_of(action.operation)) &&
           !std::holds_alternative<model::Reset>(action.operation);
  };
  std::erase_if(cases, [&](const InterleaveCase& subject) {
    return !std::ranges::all_of(subject.prior.actions, offers) ||
           !std::ranges::all_of(subject.operations, offers, &SmallOperation::action);
  });
  return cases;
}

std::expected<std::optional<PriorState>, std::string> ProgramInterleaver::lead_to(
    const PriorState& prior) {
  if (auto emptied = programs_.reset(); !emptied) return std::unexpected(emptied.error().message);
  const properties::Comparison comparison = programs_.comparison();
  PriorState reached{.name = prior.name, .actions = {}, .state = programs_.beginning()};
  for (const model::Action& told : prior.actions) {
    const model::Action action = programs_.adapted(told);
    const auto reply = programs_.call(action);
    if (!reply) return std::unexpected(reply.error().message);
    const properties::ConcurrentCall call{.action = action,
                                          .invoked = 0,
                                          .returned = std::nullopt,
                                          .outcome = reply->outcome,
                                          .lease_ids = {}};
    model::Step step = comparison.step(std::move(reached.state), call);
    if (!comparison.are_same_answers(reply->outcome, step.outcome)) {
      ++count_.not_reached;
      if (count_.why_not_reached.empty()) {
        count_.why_not_reached = "on the way to " + prior.name + " " +
                                 std::string(model::name_of(action.operation)) +
                                 " is answered otherwise than by the model; `leasecheck conform` "
                                 "says how";
      }
      return std::nullopt;
    }
    reached.state = std::move(step.state);
    reached.actions.push_back(action);
  }
  return reached;
}

ProgramInterleaver::Found ProgramInterleaver::run(const PriorState& reached,
                                                  const std::vector<SmallOperation>& operations,
                                                  Strategy& strategy) {
  OverlappedCalls calls(reached.state);
  std::vector<std::size_t> numbers(operations.size());
  std::vector<bool> was_asked(operations.size(), false);
  bool is_undecided = false;
  const auto decisions = programs_.overlap(
      {.next = [&](TaskId process) -> std::optional<model::Action> {
         if (process >= was_asked.size() || was_asked[process]) return std::nullopt;
         was_asked[process] = true;
         return programs_.adapted(operations[process].action);
       },
       .begun =
           [&](TaskId process, const model::Action& action) {
             numbers[process] = calls.begin(process, action);
           },
       .ended =
           [&](TaskId process, const Reply& reply) {
             const model::Action& action = operations[process].action;
             is_undecided = is_undecided || (reply.effect_unknown && is_claim(action.operation));
             calls.end(numbers[process],
                       reply.effect_unknown ? std::nullopt : std::optional(reply.outcome),
                       leases_in(action, reply));
           }},
      strategy);
  if (!decisions) return std::unexpected(decisions.error().message);
  ++count_.schedules;
  count_.decisions += decisions->size();
  auto left = programs_.snapshot();
  if (!left) return std::unexpected(left.error().message);
  if (is_undecided) {
    ++count_.undecided;
    return std::nullopt;
  }
  calls.history().final_snapshot = *left;
  const auto verdict =
      properties::check_linearizable(calls.history(), {.comparison = programs_.comparison()})
          .verdict;
  if (verdict == properties::Linearizability::linearizable) return std::nullopt;
  check(verdict != properties::Linearizability::gave_up, "a few calls have few orders");
  return calls.finding(reached, *decisions, properties::StorageProperty::linearizable,
                       "no order of the operations explains it: " +
                           calls.in_words(left->value_or(model::Snapshot{})));
}

ProgramInterleaver::Found ProgramInterleaver::search(const InterleaveCase& subject,
                                                     std::uint32_t preemptions,
                                                     const std::function<bool()>& may_go_on) {
  ++count_.cases;
  BoundedStrategy strategy(preemptions);
  do {
    const auto prior = lead_to(subject.prior);
    if (!prior) return std::unexpected(prior.error());
    if (!*prior) return std::nullopt;
    auto finding = run(**prior, subject.operations, strategy);
    if (!finding || *finding) return finding;
    if (!strategy.was_followed()) {
      return std::unexpected(name_of(subject) +
                             ": the program does not stop at the same yield points when it is told "
                             "to go on in the same order");
    }
  } while (may_go_on() && strategy.advance());
  return std::nullopt;
}

ProgramInterleaver::Found ProgramInterleaver::replay(const InterleaveCase& subject,
                                                     const std::vector<TaskId>& schedule) {
  ++count_.cases;
  const auto prior = lead_to(subject.prior);
  if (!prior) return std::unexpected(prior.error());
  if (!*prior) return std::nullopt;
  RecordedStrategy strategy(schedule);
  return run(**prior, subject.operations, strategy);
}

}  // namespace leasecheck::sim
