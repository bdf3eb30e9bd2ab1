#include "sim/oracle/referee.hpp"

#include <algorithm>
#include <utility>

#include "leasecheck/spec/several.hpp"
#include "leasecheck/spec/step.hpp"
#include "properties/support/singles.hpp"
#include "properties/support/snapshot_diff.hpp"
#include "sim/check.hpp"
#include "sim/subject/variant_words.hpp"
#include "traces/digest.hpp"

namespace leasecheck::sim {
namespace {

/// A trace may begin and end anywhere: the difference of two times may be more than a duration
/// holds. Pre: `from <= to`.
model::Duration between(model::Time from, model::Time to) {
  const bool is_held =
      from >= model::at_ms(0) || to <= model::end_of_time + from.time_since_epoch();
  return is_held ? to - from : model::Duration::max();
}

/// Beside what its differences break: what cannot be seen of it.
Names not_promised_of(const Profile& profile) {
  Names names = properties_not_promised(profile);
  const auto is_absent = [&](std::string_view field) { return profile.absent.contains(field); };
  for (const properties::Property& property : properties::all_properties()) {
    const bool shows_rows = profile.offers("snapshot") &&
                            !profile.absent.contains(full_name<model::AttemptRecord>("status"));
    const bool is_hidden =
        !property.about.empty() && std::ranges::all_of(property.about, is_absent);
    if (is_hidden || (property.needs_rows && !shows_rows)) names.emplace(property.name);
  }
  return names;
}

bool is_ack(const model::Operation& operation) {
  return std::holds_alternative<model::AckAttempt>(operation) ||
         std::holds_alternative<model::AckAttempts>(operation);
}

/// Properties of the contract look for the attempt of an ack by its lease. Where acks go by
/// attempt, they cannot: such an ack is compared with the model alone.
bool excuses_ack(const model::Variant& variant, std::string_view property) {
  if (!model::goes_by_attempt(variant.ack_holder)) {
    return property == "holder_only" && differs_in_acks(variant);
  }
  return property != "conforms_to_model" && property != "several_as_single";
}

}  // namespace

Referee::Referee(Subject& subject, const properties::Deployment& deployment, StepSink sink)
    : subject_(subject),
      follower_(subject.profile()),
      not_promised_(not_promised_of(subject.profile())),
      sink_(std::move(sink)),
      true_time_(deployment.epoch),
      model_(follower_.beginning()) {
  for (std::size_t i = 0; i < offers_.size(); ++i) {
    offers_[i] = follower_.profile().offers(model::all_operations[i].name);
  }
  tally_.runs = 1;
  for (const std::string& phrase : not_promised_in_words(subject.profile())) {
    tally_.differences[phrase] = 1;
  }
  for (const properties::Property& property : properties::all_properties()) {
    watchers_.push_back(property.watch(deployment));
  }
  std::expected<model::Snapshot, BrokenSubject> first = subject_.snapshot();
  if (!first) {
    break_off(first.error().message);
  } else if (*first != model::Snapshot{}) {
    break_off("the subject is not empty at the beginning of the run");
  }
}

void Referee::advance_to(model::Time true_time) {
  check(true_time >= true_time_, "true time went back");
  tally_.virtual_time =
      model::saturating_add(model::at_ms(0) + tally_.virtual_time, between(true_time_, true_time))
          .time_since_epoch();
  true_time_ = true_time;
}

std::expected<Referee::Done, BrokenSubject> Referee::call_subject(const model::Action& action) {
  std::expected<Reply, BrokenSubject> reply = subject_.call(action);
  if (!reply) return std::unexpected(std::move(reply.error()));
  std::expected<bool, BrokenSubject> changed = true;
  if (follower_.is_idle()) {
    changed = subject_.refresh(after_);
  } else if (auto shown = subject_.snapshot()) {
    after_ = *std::move(shown);
  } else {
    changed = std::unexpected(std::move(shown.error()));
  }
  if (!changed) return std::unexpected(std::move(changed.error()));
  return Done{.reply = *std::move(reply), .changed = *changed};
}

bool Referee::is_unchanged(bool changed) const {
  if (follower_.is_idle()) return !changed;
  model::Snapshot after = after_;
  static_cast<void>(follower_.complete(after, before_, before_, Follower::Answered::as_expected));
  return after == before_;
}

std::expected<CallResult, NoAnswer> Referee::operate(const Caller& caller,
                                                     model::Action requested) {
  if (is_over()) return std::unexpected(NoAnswer::run_over);
  if (!offers_[requested.operation.index()]) {
    ++tally_.skipped[std::string(model::name_of(requested.operation))];
    return std::unexpected(NoAnswer::not_offered);
  }
  const model::Action adapted = follower_.adapted(std::move(requested));
  const std::uint64_t call = ++steps_;
  if (sink_) record(call, traces::Call{std::string(caller.actor), caller.clock, adapted});
  std::expected<Done, BrokenSubject> done =
      follower_.is_idle() ? call_subject(adapted) : call_subject(follower_.for_subject(adapted));
  if (!done) {
    break_off(std::string(model::name_of(adapted.operation)) + ": " + done.error().message);
    return std::unexpected(NoAnswer::run_over);
  }
  compare(caller, call, adapted, *done, settle(adapted, *done));
  return CallResult{call, std::move(done->reply.outcome)};
}

// An operation that failed as `unavailable` and changed nothing did not happen; one whose effect is
// unknown and that did change something did, and is judged as if it had been answered.
Referee::Expected Referee::settle(const model::Action& action, Done& done) {
  Reply& reply = done.reply;
  const bool did_not_happen =
      reply.outcome == std::unexpected(model::ErrorCode::unavailable) && is_unchanged(done.changed);
  const bool has_items =
      model::has_singles(action.operation) &&
      (reply.effect_unknown || !model::singles_of(action, reply.outcome).empty());
  model::State before;
  if (has_items) before = model_.part_for(action, reply.outcome);
  model::Outcome expected =
      did_not_happen ? reply.outcome : follower_.apply(model_, action, reply.outcome);
  const bool may_have_happened = reply.effect_unknown && !did_not_happen;
  if (may_have_happened) reply.outcome = expected;
  if (!follower_.is_idle()) {
    follower_.complete(reply.outcome, expected);
    is_guessed_ = follower_.complete(after_, model::snapshot(model_.state()), before_,
                                     follower_.answered(reply.outcome, expected)) ==
                  Follower::Filled::by_guess;
    done.changed = after_ != before_;
  }
  const bool is_interrupted = may_have_happened && !model::shows(after_, model_.state());
  return {.outcome = std::move(expected),
          .before = std::move(before),
          .judges = is_interrupted ? Judges::model_only : Judges::all};
}

void Referee::compare(const Caller& caller, std::uint64_t call, const model::Action& action,
                      const Done& done, Expected expected) {
  ++tally_.operations;
  const std::uint64_t return_step = ++steps_;
  record_return(return_step, call, done.reply.outcome, done.changed);
  std::vector<properties::AttemptChange> changes;
  if (done.changed) changes = properties::changes_between(before_, after_);
  counts_.count(action.operation, done.reply.outcome, changes);
  const properties::Operated operated{.step = call,
                                      .true_time = true_time_,
                                      .actor = caller.actor,
                                      .actor_clock = caller.clock,
                                      .action = action,
                                      .outcome = done.reply.outcome,
                                      .expected = expected.outcome,
                                      .before = before_,
                                      .after = after_,
                                      .changed = done.changed,
                                      .expected_after = model_.state(),
                                      .changes = changes,
                                      .clock_reads = done.reply.clock_reads};
  if (model::has_singles(action.operation)) {
    // The rule that an item breaks says more than that the whole is not what its items are.
    properties::each_single(operated, std::move(expected.before),
                            [&](const properties::Operated& single) {
                              judge(single, return_step, expected.judges, Asked::of_each);
                            });
    judge(operated, return_step, expected.judges, Asked::of_the_whole);
  } else {
    judge(operated, return_step, expected.judges);
  }
  if (watch_) watch_(operated);
  if (done.changed) before_ = after_;
}

void Referee::record_return(std::uint64_t step, std::uint64_t call, const model::Outcome& outcome,
                            bool changed) {
  if (!sink_) return;
  if (changed || !digest_) digest_ = traces::digest(after_);
  traces::Return returned{.of = call, .outcome = outcome, .delta = {}, .post = *digest_};
  if (changed) returned.delta = traces::delta(before_, after_);
  record(step, std::move(returned));
}

void Referee::happen(const model::Environment& event) {
  if (is_over()) return;
  const std::uint64_t step = ++steps_;
  record(step, event);
  const properties::Happened happened{.step = step, .true_time = true_time_, .event = event};
  const auto all = properties::all_properties();
  for (std::size_t i = 0; i < watchers_.size() && !is_over(); ++i) {
    properties::Complaint complaint = watchers_[i]->after(happened);
    if (complaint && is_promised(all[i])) {
      complain(all[i], *std::move(complaint), step);
    }
  }
}

bool Referee::is_promised(const properties::Property& property,
                          const model::Operation& operation) const {
  const bool is_excused =
      is_ack(operation) && excuses_ack(follower_.profile().variant, property.name);
  const bool is_about_a_guess =
      is_guessed_ && std::ranges::any_of(property.about, [this](std::string_view field) {
        return follower_.profile().absent.contains(field);
      });
  return !is_excused && !is_about_a_guess && is_promised(property);
}

// Every property sees every operation, so that premises are counted alike in all of them; the first
// complaint in their order names the violation. Where an interrupted operation left neither the
// state before it nor the one after it, what exactly happened is unknown and no rule's to say.
void Referee::judge(const properties::Operated& operated, std::uint64_t return_step, Judges judges,
                    Asked asked) {
  const auto all = properties::all_properties();
  for (std::size_t i = 0; i < watchers_.size(); ++i) {
    const bool sees_whole = all[i].sees_several_as_one;
    if (asked != Asked::all && sees_whole != (asked == Asked::of_the_whole)) continue;
    properties::Complaint complaint = watchers_[i]->after(operated);
    const bool counts = judges == Judges::all || all[i].name == "conforms_to_model";
    if (complaint && counts && !is_over() && is_promised(all[i], operated.action.operation)) {
      complain(all[i], *std::move(complaint), return_step);
    }
  }
}

void Referee::record(std::uint64_t number, traces::StepBody what) {
  if (sink_) sink_({.number = number, .true_time = true_time_, .what = std::move(what)});
}

void Referee::complain(const properties::Property& property, std::string message,
                       std::uint64_t step) {
  verdict_ = {.result = traces::Result::violated,
              .property = std::string(property.name),
              .message = std::move(message),
              .first_bad = step};
}

void Referee::break_off(std::string message) {
  verdict_ = {.result = traces::Result::broken,
              .property = {},
              .message = std::move(message),
              .first_bad = 0};
}

Tally Referee::tally() const {
  Tally tally = tally_;
  counts_.add_to(tally);
  const auto all = properties::all_properties();
  for (std::size_t i = 0; i < watchers_.size(); ++i) {
    const std::string name(all[i].name);
    if (watchers_[i]->is_promised() && is_promised(all[i])) {
      tally.premises[name] += watchers_[i]->premises_reached();
    } else {
      ++tally.not_promised[name];
      tally.premises[name] += 0;
    }
  }
  return tally;
}

}  // namespace leasecheck::sim
