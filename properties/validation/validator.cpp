#include "properties/validation/validator.hpp"

#include <algorithm>
#include <string_view>
#include <utility>
#include <variant>

#include "leasecheck/spec/step.hpp"
#include "properties/validation/exploration.hpp"

namespace leasecheck::properties {
namespace {

bool says_that_nothing_changed(const LoggedCall& call) {
  if (!is_answered(call)) return false;
  if (!call.outcome) return !model::can_change_state(call.action.operation);
  return !model::may_have_changed(call.action.operation, *call.outcome);
}

bool is_enqueue(const OpenCall& open) {
  return std::holds_alternative<model::EnqueueAttempt>(open.call.action.operation) ||
         std::holds_alternative<model::EnqueueAttempts>(open.call.action.operation);
}

std::string_view word_for_answer(const LoggedCall& call) {
  if (!is_answered(call)) return "unanswered";
  return !call.outcome || *call.outcome ? "ok" : model::word(call.outcome->error());
}

}  // namespace

LogValidator::LogValidator(Assumptions assumptions, std::uint64_t most_steps)
    : most_steps_(most_steps), model_(std::move(assumptions)), configurations_(1) {}

void LogValidator::note(const LoggedCall& call) {
  ++tally_.calls;
  if (!is_answered(call)) ++tally_.unanswered;
  ++tally_.outcomes[std::string(model::name_of(call.action.operation))]
                   [std::string(word_for_answer(call))];
}

void LogValidator::begin(LoggedCall call, std::vector<std::uint64_t> after) {
  note(call);
  if (puts_aside(call) || model_.learn_unseen(call)) return;
  std::erase_if(after, [this](std::uint64_t number) { return !open_.contains(number); });
  model_.learn_grants(call);
  OpenCall open{.call = std::move(call), .scope = {}, .after = std::move(after), .moves = {}};
  open.scope = scope_of(open.call, model_.find_attempt());
  open.changes = !says_that_nothing_changed(open.call);
  note_overlap(open);
  model_.learn(open);
  const std::uint64_t number = open.call.number;
  open_.emplace(number, std::move(open));
  tally_.most_open = std::max(tally_.most_open, open_.size());
}

/// Whether the call is about an attempt of which nothing is said any more. If it is about others as
/// well, they are such ones from now on.
bool LogValidator::puts_aside(const LoggedCall& call) {
  if (aside_.empty()) return false;
  const std::vector<model::Id> attempts = attempts_of(call, model_.find_attempt());
  const bool is_about_one_aside = std::ranges::any_of(
      attempts, [this](const model::Id& attempt) { return aside_.contains(attempt); });
  if (!is_about_one_aside) return false;
  if (!says_that_nothing_changed(call)) aside_.insert(attempts.begin(), attempts.end());
  ++tally_.passed_over;
  return true;
}

void LogValidator::note_overlap(OpenCall& open) {
  for (auto& [number, other] : open_) {
    open.has_overlapped |= other.changes;
    other.has_overlapped |= open.changes;
    // Which of two was enqueued first decides which goes first, for good.
    if (is_enqueue(other) && is_enqueue(open)) model_.forget_order();
  }
}

std::optional<Finding> LogValidator::end(std::uint64_t number) {
  const auto found = open_.find(number);
  if (found == open_.end()) return std::nullopt;
  OpenCall& open = found->second;
  model_.allow_steps(most_steps_);
  std::optional<Finding> result;
  tally_.most_states = std::max(tally_.most_states, configurations_.size());
  if (!explain(number, Reach::named) && !explain(number, Reach::unseen) &&
      !explain(number, Reach::all)) {
    result = finding(open);
    ++(result->was_given_up ? tally_.given_up : tally_.findings);
    for (model::Id& attempt : attempts_of(open.call, model_.find_attempt())) {
      aside_.insert(std::move(attempt));
    }
    model_.count_no_longer();
  }
  close(number);
  return result;
}

bool LogValidator::explain(std::uint64_t number, Reach reach) {
  std::vector<Configuration> next;
  for (const Configuration& configuration : configurations_) {
    if (configuration.explained.contains(number)) {
      add_if_new(next, configuration);
      continue;
    }
    std::vector<std::uint64_t> before = others(number, configuration.explained, reach);
    if (before.empty() && configurations_.size() == 1 && reach == Reach::named) {
      return explain_alone(open_.at(number));
    }
    Exploration(model_, open_, number,
                {.others = std::move(before), .has_unseen = reach != Reach::named})
        .explore(configuration, next);
  }
  if (next.empty()) return false;
  configurations_ = std::move(next);
  tally_.most_states = std::max(tally_.most_states, configurations_.size());
  drop_beyond_most();
  return true;
}

/// Of what is dropped nothing can be said for sure any more.
void LogValidator::drop_beyond_most() {
  while (configurations_.size() > most_states) {
    for (const auto& [attempt, row] : configurations_.back().rows.attempts) {
      doubtful_.insert(attempt);
    }
    configurations_.pop_back();
  }
}

/// Where there is one state and no order to choose.
bool LogValidator::explain_alone(OpenCall& open) {
  Explained& explained = configurations_.front().explained;
  if (!is_enabled(open, open_, explained) || !model_.take(open)) return false;
  explained.insert(open);
  if (open.changes) settle_readings(model_, open_, explained);
  return true;
}

/// The open calls whose order with this one may matter: those whose scope overlaps its own, those
/// whose scope overlaps theirs, and so on; or all, since one without an answer may be about more
/// than it says.
std::vector<std::uint64_t> LogValidator::others(std::uint64_t number, const Explained& explained,
                                                Reach reach) const {
  std::vector<std::uint64_t> reached{number};
  for (std::size_t i = 0; i < reached.size(); ++i) {
    const Scope& scope = open_.at(reached[i]).scope;
    for (const auto& [other, open] : open_) {
      const bool is_in_reach =
          reach == Reach::all ||
          (overlap(scope, open.scope) && (is_answered(open.call) || !open.scope.is_everything));
      if (!is_in_reach || explained.contains(other)) continue;
      if (std::ranges::find(reached, other) == reached.end()) reached.push_back(other);
    }
  }
  reached.erase(reached.begin());
  std::ranges::sort(reached);
  return reached;
}

void LogValidator::close(std::uint64_t number) {
  const Explained& explained = configurations_.front().explained;
  for (const std::uint64_t each : explained.changes) count(open_.at(each));
  for (const std::uint64_t each : explained.readings) count(open_.at(each));
  open_.erase(number);
  for (Configuration& configuration : configurations_) configuration.explained.erase(number);
  // What took effect in every state without an answer is open no longer.
  std::erase_if(open_, [this](const auto& entry) {
    const auto& [each, open] = entry;
    const bool is_over =
        !is_answered(open.call) &&
        std::ranges::all_of(configurations_, [each](const Configuration& configuration) {
          return configuration.explained.contains(each);
        });
    if (!is_over) return false;
    for (Configuration& configuration : configurations_) configuration.explained.erase(each);
    return true;
  });
  model_.model().put(take_what_is_common(configurations_));
  model_.model().forget_marks();
  // Now and then, so that it costs nothing.
  if (model_.grants() > most_grants_ && configurations_.size() == 1) {
    model_.forget_ended_grants(open_);
    most_grants_ = 2 * model_.grants() + least_grants;
  }
}

void LogValidator::count(OpenCall& open) {
  if (std::exchange(open.is_counted, true)) return;
  const model::Operation& operation = open.call.action.operation;
  if (std::holds_alternative<model::ListDispatchableAttempts>(operation) ||
      std::holds_alternative<model::ClaimAttempts>(operation)) {
    ++(model_.goes_by_order(open) ? tally_.compared_in_order : tally_.compared_as_chosen);
  }
  for (const auto& [name, times] : open.moves) tally_.moves[name] += times;
}

Finding LogValidator::finding(const OpenCall& open) {
  constexpr std::size_t most_shown = 8;
  const std::vector<model::Id> attempts = attempts_of(open.call, model_.find_attempt());
  const bool is_doubtful =
      std::ranges::any_of(attempts,
                          [this](const model::Id& each) { return doubtful_.contains(each); }) ||
      (attempts.empty() && !doubtful_.empty());
  const bool is_sure =
      !model_.is_out_of_steps() && !is_doubtful && !model_.has_unanswered_about_any();
  Finding finding{.call = open.call, .states = {}, .was_given_up = !is_sure};
  for (const Configuration& configuration : configurations_) {
    if (finding.states.size() == most_shown) break;
    finding.states.push_back(model_.state_for(open, configuration));
  }
  return finding;
}

}  // namespace leasecheck::properties
