#include "properties/validation/logged_model.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "leasecheck/spec/operation_case.hpp"
#include "leasecheck/spec/several.hpp"
#include "leasecheck/spec/step.hpp"
#include "properties/validation/named_leases.hpp"
#include "properties/validation/without_times.hpp"

namespace leasecheck::properties {
namespace {

using model::Outcome;

using Claims = std::vector<model::Claim>;

bool has_order_of_dispatch(const model::Operation& operation) {
  return std::holds_alternative<model::ListDispatchableAttempts>(operation) ||
         std::holds_alternative<model::ClaimAttempts>(operation);
}

/// Whether the answer is about whatever attempts there are.
bool is_about_all(const model::Operation& operation) {
  return has_order_of_dispatch(operation) ||
         std::holds_alternative<model::ExpireLeasesAndRequeue>(operation) ||
         std::holds_alternative<model::TransitionTimedOutAttempts>(operation) ||
         std::holds_alternative<model::QueueDepth>(operation) ||
         std::holds_alternative<model::CountByStatus>(operation) ||
         std::holds_alternative<model::ListDeadLetters>(operation) ||
         std::holds_alternative<model::ListAttempts>(operation) ||
         std::holds_alternative<model::PruneAttempts>(operation);
}

/// When it may have taken effect. What is asked of a time changes at one instant, so that its first
/// and its last one show all there is; and a grant says its time itself.
std::vector<model::Time> instants_of(const LoggedCall& call) {
  if (call.is_time_known) return {call.action.now};
  if (const auto* lease = value_in<model::LeaseRecord>(call.outcome);
      lease != nullptr && std::holds_alternative<model::UpsertLease>(call.action.operation)) {
    return {lease->heartbeat_at};
  }
  if (const auto* claims = value_in<Claims>(call.outcome); claims != nullptr && !claims->empty()) {
    return {claims->front().lease.heartbeat_at};
  }
  if (call.latest == call.earliest) return {call.latest};
  return {call.latest, call.earliest};
}

/// Whether it took attempts that the model does not know to have been there for it.
bool took_more(const LoggedCall& call, const Outcome& expected) {
  const auto* const seen = value_in<model::Count>(call.outcome);
  const auto* const known = expected ? std::get_if<model::Count>(&*expected) : nullptr;
  return UnseenOperations::may_take_any(call.action.operation) && seen != nullptr &&
         known != nullptr && seen->value > known->value;
}

std::string status_word(const std::optional<model::Status>& status) {
  return status ? std::string(model::word(*status)) : "absent";
}

void add_moves(OpenCall& open, const model::Operation& operation,
               const std::vector<model::IndexedModel::Move>& moves) {
  if (open.is_counted) return;
  for (const auto& [before, after] : moves) {
    ++open.moves[model::move_name(status_word(before), status_word(after),
                                  model::mover_of(operation), "")];
  }
}

/// The model's own numbers of leases are beyond all that a log names: each is named at once as the
/// log does.
model::State beginning(const model::Variant& variant) {
  model::State state;
  state.variant = variant;
  state.leases_issued = std::uint64_t{1} << 62;
  return state;
}

model::DispatchRecord as_listed(const model::Attempt& attempt) {
  return {.attempt_id = attempt.spec.attempt_id,
          .run_id = attempt.spec.run_id,
          .attempt_no = attempt.attempt_no,
          .status = attempt.status,
          .retry_at = attempt.retry_at};
}

/// Two enqueues of a log whose order is not known get places that do not depend on it.
constexpr std::uint64_t most_in_batch = std::uint64_t{1} << 20;

}  // namespace

LoggedModel::LoggedModel(Assumptions assumptions)
    : assumptions_(std::move(assumptions)),
      model_(beginning(assumptions_.variant)),
      unseen_(assumptions_),
      is_order_known_(unseen_.is_empty()) {}

bool LoggedModel::take(OpenCall& open) {
  open.moves.clear();
  const model::IndexedModel::Mark mark = model_.mark();
  for (const model::Time now : instants_of(open.call)) {
    if (take_at(open, now)) return true;
    model_.undo_to(mark);
  }
  return false;
}

void LoggedModel::each_way(OpenCall& open, const std::function<void()>& then) {
  constexpr int most_unseen = 4;
  const model::IndexedModel::Mark mark = model_.mark();
  for (const model::Time now : instants_of(open.call)) {
    open.moves.clear();
    const auto attempt_it = [&] {
      if (take_at(open, now)) then();
      model_.undo_to(mark);
    };
    attempt_it();
    if (name_unnamed(open.call)) attempt_it();
    if (adopt_versions(open.call)) attempt_it();
    model_.undo_to(mark);
    each_way_after_unseen(open, now, most_unseen, then);
  }
  // It took fewer than there seem to be: which, others will show.
  const bool took_some = is_partial_ && value_in<model::Count>(open.call.outcome) != nullptr &&
                         UnseenOperations::may_take_any(open.call.action.operation);
  if (!took_some) return;
  if (unseen_.has_unanswered()) unseen_.add(open.call);
  then();
}

bool LoggedModel::take_at(OpenCall& open, model::Time now) {
  if (steps_left_ == 0) return false;
  --steps_left_;
  const model::IndexedModel::Mark mark = model_.mark();
  const model::Action action{now, with_lease(open.call)};
  std::vector<model::Id> added;
  if (!is_order_known_) added = to_be_added(action.operation);
  const std::optional<Outcome> expected = answer(open, action);
  if (!expected || !is_as_seen(open, *expected)) return false;
  if (unseen_.has_unanswered() && took_more(open.call, *expected)) unseen_.add(open.call);
  if (model::may_have_changed(action.operation, *expected)) {
    add_moves(open, action.operation, model_.moves_since(mark));
    std::erase_if(added, [this](const model::Id& attempt_id) {
      return !model_.state().attempts.contains(attempt_id);  // it was refused
    });
    place_by_number(open.call, added);
  }
  return true;
}

std::optional<Outcome> LoggedModel::answer(const OpenCall& open, const model::Action& action) {
  const std::optional<Outcome>& seen = open.call.outcome;
  const auto* const claims = value_in<Claims>(seen);
  if (goes_by_order(open) || !has_order_of_dispatch(action.operation)) {
    Outcome outcome = model_.apply(action);
    return name_leases(open, outcome) ? std::optional(std::move(outcome)) : std::nullopt;
  }
  // Rule 26: what others are changing may be passed over.
  if (claims != nullptr && claims->empty() && (open.has_overlapped || is_partial_)) return seen;
  if (claims != nullptr && !claims->empty()) return claim_one_by_one(open, action);
  Outcome outcome = seen ? model_.apply_as_chosen(action, *seen) : model_.apply(action);
  return name_leases(open, outcome) ? std::optional(std::move(outcome)) : std::nullopt;
}

std::optional<Outcome> LoggedModel::claim_one_by_one(const OpenCall& open,
                                                     const model::Action& action) {
  Claims claims;
  for (const model::Single& single : model::singles_of(action, *open.call.outcome)) {
    const auto& claim = std::get<model::UpsertLease>(single.action.operation);
    const model::Claim& seen = value_in<Claims>(open.call.outcome)->at(claims.size());
    const auto attempt = model_.state().attempts.find(claim.attempt_id);
    if (attempt == model_.state().attempts.end()) return std::nullopt;
    model::DispatchRecord listed = as_listed(attempt->second);
    Outcome granted = model_.apply(single.action);
    if (!granted) return std::nullopt;
    auto& lease = std::get<model::LeaseRecord>(*granted);
    if (!name_lease(lease, seen.lease.lease_id)) return std::nullopt;
    claims.push_back({.attempt = std::move(listed), .lease = std::move(lease)});
  }
  return claims;
}

bool LoggedModel::name_leases(const OpenCall& open, Outcome& outcome) {
  const std::string place = "a lease of " + open.call.place;
  if (!outcome) return true;
  if (std::holds_alternative<model::UpsertLease>(open.call.action.operation)) {
    const auto* const seen = value_in<model::LeaseRecord>(open.call.outcome);
    return name_lease(std::get<model::LeaseRecord>(*outcome),
                      seen != nullptr ? seen->lease_id : unnamed(open.call, place));
  }
  auto* const claims = std::get_if<Claims>(&*outcome);
  const auto* const seen = value_in<Claims>(open.call.outcome);
  for (std::size_t i = 0; claims != nullptr && i < claims->size(); ++i) {
    const bool is_seen = seen != nullptr && i < seen->size();
    const model::Id name = is_seen ? (*seen)[i].lease.lease_id
                                   : unnamed(open.call, place + ", " + std::to_string(i + 1));
    if (!name_lease((*claims)[i].lease, name)) return false;
  }
  return true;
}

void LoggedModel::replace(model::Attempt attempt) {
  const model::Id id = attempt.spec.attempt_id;
  model_.put({.attempts = {{id, std::move(attempt)}}});
}

/// What a lease is called whose name the log does not say. If the call was not answered, others may
/// name it all the same.
model::Id LoggedModel::unnamed(const LoggedCall& call, model::Id name) {
  if (!is_answered(call)) unnamed_.insert(name);
  return name;
}

/// A call shows the names of leases that were granted without an answer: it can only have them from
/// the repository.
/// Returns: whether there was one.
bool LoggedModel::name_unnamed(const LoggedCall& call) {
  bool has_named = false;
  for (const NamedLease& named : leases_named_by(call)) {
    if (model_.holding(named.lease_id) != nullptr) continue;
    for (const model::Id& name : unnamed_) {
      const model::Attempt* const holder = model_.holding(name);
      if (holder == nullptr || !named.may_be_of(*holder)) continue;
      model::Attempt attempt = *holder;
      attempt.lease->lease_id = named.lease_id;
      replace(std::move(attempt));
      has_named = true;
      break;
    }
  }
  return has_named;
}

/// Returns: false if another attempt has a lease of that name.
bool LoggedModel::name_lease(model::LeaseRecord& granted, const model::Id& name) {
  if (model_.holding(name) != nullptr) return false;
  model::Attempt attempt = *model_.holding(granted.lease_id);
  attempt.lease->lease_id = name;
  replace(std::move(attempt));
  granted.lease_id = name;
  return true;
}

bool LoggedModel::is_as_seen(const OpenCall& open, const Outcome& expected) const {
  const model::Operation& operation = open.call.action.operation;
  const std::optional<Outcome>& seen = open.call.outcome;
  if (!is_answered(open.call)) return model::may_have_changed(operation, expected);
  if (!seen) return expected.has_value();
  if (is_partial_ && is_about_all(operation)) {
    const auto* const known = expected ? std::get_if<model::Count>(&*expected) : nullptr;
    const auto* const count = value_in<model::Count>(seen);
    const bool took_fewer = UnseenOperations::may_take_any(operation) && known != nullptr &&
                            count != nullptr && count->value < known->value;
    return seen->has_value() == expected.has_value() && !took_fewer;
  }
  if (are_times_known_) return *seen == expected;
  // Which letters are the first ones is not known then.
  const auto* const list = std::get_if<model::ListDeadLetters>(&operation);
  const auto* const letters = value_in<std::vector<model::DeadLetter>>(seen);
  if (list != nullptr && letters != nullptr && letters->size() == list->limit) return true;
  return without_times(*seen) == without_times(expected);
}

void LoggedModel::place_by_number(const LoggedCall& call, const std::vector<model::Id>& added) {
  std::uint64_t place = call.number * most_in_batch;
  for (const model::Id& attempt_id : added) {
    model::Attempt attempt = model_.state().attempts.at(attempt_id);
    attempt.enqueue_seq = ++place;
    replace(std::move(attempt));
  }
}

/// The attempts that the operation enqueues and that are not there.
std::vector<model::Id> LoggedModel::to_be_added(const model::Operation& operation) const {
  std::vector<model::Id> added;
  const auto add = [&](const model::AttemptSpec& spec) {
    const bool is_known = model_.state().attempts.contains(spec.attempt_id) ||
                          std::ranges::find(added, spec.attempt_id) != added.end();
    if (!is_known) added.push_back(spec.attempt_id);
  };
  if (const auto* one = std::get_if<model::EnqueueAttempt>(&operation)) {
    add(one->spec);
  } else if (const auto* several = std::get_if<model::EnqueueAttempts>(&operation)) {
    std::ranges::for_each(several->attempts, add);
  }
  return added;
}

model::Operation LoggedModel::with_lease(const LoggedCall& call) const {
  model::Operation operation = call.action.operation;
  if (!call.lease_of) return operation;
  const auto found = model_.state().attempts.find(*call.lease_of);
  model::Id lease_id = "no lease of " + *call.lease_of;
  if (found != model_.state().attempts.end()) {
    const model::Attempt& attempt = found->second;
    if (attempt.last_ack) lease_id = attempt.last_ack->lease_id;
    if (attempt.lease) lease_id = attempt.lease->lease_id;
  }
  std::visit(
      [&lease_id]<class Operation>(Operation& named) {
        if constexpr (requires { named.lease_id; }) named.lease_id = std::move(lease_id);
      },
      operation);
  return operation;
}

/// Lets operations happen that no answer shows, up to `most`.
void LoggedModel::each_way_after_unseen(OpenCall& open, model::Time now, int most,
                                        const std::function<void()>& then) {
  if (most == 0 || steps_left_ == 0) return;
  for (const model::Id& attempt_id : attempts_of(open.call, find_attempt())) {
    const auto found = model_.state().attempts.find(attempt_id);
    const model::Attempt* const attempt =
        found == model_.state().attempts.end() ? nullptr : &found->second;
    for (const model::Action& unseen : unseen_.on(attempt_id, attempt, now)) {
      const model::IndexedModel::Mark mark = model_.mark();
      const auto moves = open.moves;
      if (happens(open, attempt_id, unseen)) {
        const model::IndexedModel::Mark after = model_.mark();
        if (take_at(open, now)) then();
        model_.undo_to(after);
        each_way_after_unseen(open, now, most - 1, then);
      }
      model_.undo_to(mark);
      open.moves = moves;
    }
  }
}

/// A prune without an answer leaves open at which version later attempts began: the first grant
/// shows it.
/// Returns: whether there is one to be adopted.
bool LoggedModel::adopt_versions(const LoggedCall& call) {
  if (!unseen_.has_prune() || !call.outcome || !*call.outcome) return false;
  bool has_adopted = false;
  const auto adopt = [&](const model::Id& attempt_id, std::uint64_t version) {
    const auto found = model_.state().attempts.find(attempt_id);
    if (found == model_.state().attempts.end()) return;
    model::Attempt attempt = found->second;
    if (attempt.delivery_count > 0 || version <= attempt.version) return;
    attempt.version = version;
    replace(std::move(attempt));
    has_adopted = true;
  };
  if (const auto* lease = std::get_if<model::LeaseRecord>(&**call.outcome)) {
    adopt(lease->attempt_id, lease->version - 1);
  } else if (const auto* claims = std::get_if<Claims>(&**call.outcome)) {
    for (const model::Claim& claim : *claims) {
      adopt(claim.attempt.attempt_id, claim.lease.version - 1);
    }
  } else if (const auto* record = std::get_if<model::AttemptRecord>(&**call.outcome)) {
    adopt(record->attempt_id, record->version);
  }
  return has_adopted;
}

/// Returns: whether the action changed the attempt. It concerns no other one.
bool LoggedModel::happens(OpenCall& open, const model::Id& attempt_id,
                          const model::Action& unseen) {
  const model::IndexedModel::Mark mark = model_.mark();
  model::State part = beginning(assumptions_.variant);
  const auto found = model_.state().attempts.find(attempt_id);
  if (found != model_.state().attempts.end()) {
    part.attempts.insert(*found);
    const std::optional<model::Lease>& lease = found->second.lease;
    if (lease) part.attempt_of_lease[lease->lease_id] = attempt_id;
  }
  model::Step taken = model::step(std::move(part), unseen);
  if (!model::may_have_changed(unseen.operation, taken.outcome)) return false;
  if (taken.state.attempts.empty()) {
    const std::uint64_t floor = std::max(model_.state().version_floor, taken.state.version_floor);
    model_.put({.attempts = {{attempt_id, std::nullopt}}, .version_floor = floor});
    add_moves(open, unseen.operation, model_.moves_since(mark));
    return true;
  }
  model::Attempt attempt = std::move(taken.state.attempts.at(attempt_id));
  if (std::holds_alternative<model::UpsertLease>(unseen.operation)) {
    attempt.lease->lease_id =
        "a lease of " + attempt_id + ", " + std::to_string(attempt.delivery_count);
    unnamed_.insert(attempt.lease->lease_id);
  }
  if (found == model_.state().attempts.end()) attempt.enqueue_seq = most_in_batch;
  replace(std::move(attempt));
  add_moves(open, unseen.operation, model_.moves_since(mark));
  return true;
}

bool LoggedModel::learn_unseen(const LoggedCall& call) {
  if (is_answered(call) || !UnseenOperations::may_take_any(call.action.operation)) return false;
  unseen_.add(call);
  is_partial_ = true;
  return true;
}

void LoggedModel::learn(const OpenCall& open) {
  const model::Operation& operation = open.call.action.operation;
  const bool says_itself = instants_of(open.call).size() == 1 &&
                           (std::holds_alternative<model::UpsertLease>(operation) ||
                            std::holds_alternative<model::ClaimAttempts>(operation));
  if (open.call.is_time_known || says_itself || !model::can_change_state(operation)) return;
  are_times_known_ = false;
  is_order_known_ = false;
}

bool LoggedModel::goes_by_order(const OpenCall& open) const {
  return has_order_of_dispatch(open.call.action.operation) && is_order_known_ && !is_partial_ &&
         !open.has_overlapped && assumptions_.variant.order != model::DispatchOrder::none;
}

PossibleState LoggedModel::state_for(const OpenCall& open, const Configuration& configuration) {
  const model::IndexedModel::Mark mark = model_.mark();
  model_.put(configuration.rows);
  model::State part;
  for (const model::Id& attempt_id : attempts_of(open.call, find_attempt())) {
    const auto found = model_.state().attempts.find(attempt_id);
    if (found != model_.state().attempts.end()) part.attempts.insert(*found);
  }
  model::Snapshot shown = model::snapshot(part);
  PossibleState state{
      .attempts = std::move(shown.attempts),
      .leases = std::move(shown.leases),
      .expected = model_.apply({instants_of(open.call).front(), with_lease(open.call)})};
  model_.undo_to(mark);
  return state;
}

}  // namespace leasecheck::properties
