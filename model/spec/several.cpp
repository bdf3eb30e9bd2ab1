// Rules 25 and 26: several at a time.

#include "leasecheck/spec/several.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include "leasecheck/spec/step.hpp"
#include "leasecheck/spec/validity.hpp"
#include "model/spec/rules.hpp"

namespace leasecheck::model {
namespace {

/// Rule 25: each item as the single operation, one after another, at one time.
template <class Item>
ItemResults<AnswerTo<Item>> each(State& state, const std::vector<Item>& items, Time now) {
  ItemResults<AnswerTo<Item>> results;
  for (const Item& item : items) {
    auto& result = results.emplace_back();
    if (auto answer = apply(state, item, now)) {
      result.ok = *std::move(answer);
    } else {
      result.error = Refusal{answer.error()};
    }
  }
  return results;
}

std::vector<EnqueueAttempt> items_of(const EnqueueAttempts& operation) {
  std::vector<EnqueueAttempt> items;
  items.reserve(operation.attempts.size());
  for (const AttemptSpec& spec : operation.attempts) items.push_back({spec});
  return items;
}
const auto& items_of(const HeartbeatLeases& operation) {
  return operation.heartbeats;
}
const auto& items_of(const AckAttempts& operation) {
  return operation.acks;
}

bool is_valid_claim(const ClaimAttempts& operation, Time now) {
  return is_valid_id(operation.worker_id) && operation.lease_ttl >= Duration{1} &&
         saturating_add(now, operation.lease_ttl) > now;
}

/// Pre: the claim is valid, and they are dispatchable at `now`.
std::vector<Claim> claim_all(State& state, const ClaimAttempts& operation,
                             std::vector<DispatchRecord> listed, Time now) {
  const Time expires_at = saturating_add(now, operation.lease_ttl);
  std::vector<Claim> claims;
  for (DispatchRecord& attempt : listed) {
    const UpsertLease claim{attempt.attempt_id, operation.worker_id, expires_at};
    claims.push_back({std::move(attempt), apply(state, claim, now).value()});
  }
  return claims;
}

/// Of the answer to a list or to a claim of several.
std::vector<Id> ids_listed(const Answer& answer) {
  std::vector<Id> ids;
  if (const auto* records = std::get_if<std::vector<DispatchRecord>>(&answer)) {
    for (const DispatchRecord& record : *records) ids.push_back(record.attempt_id);
  } else if (const auto* claims = std::get_if<std::vector<Claim>>(&answer)) {
    for (const Claim& claim : *claims) ids.push_back(claim.attempt.attempt_id);
  }
  return ids;
}

/// V1: what was chosen of the dispatchable attempts. Returns: nothing if that is no choice.
std::optional<std::vector<DispatchRecord>> chosen(const State& state, Time at, std::uint64_t limit,
                                                  const std::vector<Id>& ids) {
  const std::size_t due = dispatchable_attempts(state, at).size();
  if (ids.size() != std::min<std::uint64_t>(limit, due)) return std::nullopt;
  if (std::set(ids.begin(), ids.end()).size() != ids.size()) return std::nullopt;
  std::vector<DispatchRecord> records;
  for (const Id& id : ids) {
    const auto attempt = state.attempts.find(id);
    if (attempt == state.attempts.end() || !is_dispatchable(attempt->second, at)) {
      return std::nullopt;
    }
    records.push_back(dispatch_record(attempt->second));
  }
  return records;
}

/// Takes an operation on several apart.
struct Apart {
  const Action& action;
  const Outcome& outcome;
  std::vector<Single>& singles;

  template <class Several>
  requires is_item_results<AnswerTo<Several>>
  void operator()(const Several& operation) const {
    const auto* results = std::get_if<AnswerTo<Several>>(&*outcome);
    if (results == nullptr) return;
    const auto& items = items_of(operation);
    for (std::size_t i = 0; i < std::min(items.size(), results->size()); ++i) {
      const auto& result = (*results)[i];
      singles.push_back(
          {{action.now, items[i]},
           result.ok ? Outcome(*result.ok) : Outcome(std::unexpected(result.error.value().code))});
    }
  }
  void operator()(const ClaimAttempts& operation) const {
    const auto* claims = std::get_if<std::vector<Claim>>(&*outcome);
    if (claims == nullptr) return;
    const Time expires_at = saturating_add(action.now, operation.lease_ttl);
    for (const Claim& claim : *claims) {
      singles.push_back(
          {{action.now, UpsertLease{claim.attempt.attempt_id, operation.worker_id, expires_at}},
           Outcome(claim.lease)});
    }
  }
  void operator()(const auto&) const {}
};

}  // namespace

std::vector<Single> singles_of(const Action& action, const Outcome& outcome) {
  std::vector<Single> singles;
  if (outcome) std::visit(Apart{action, outcome, singles}, action.operation);
  return singles;
}

bool has_singles(const Operation& operation) {
  return std::visit(
      []<class Each>(const Each&) {
        return is_item_results<AnswerTo<Each>> || std::is_same_v<Each, ClaimAttempts>;
      },
      operation);
}

ResultOf<EnqueueAttempts> apply(State& state, const EnqueueAttempts& operation, Time now) {
  return each(state, items_of(operation), now);
}

ResultOf<HeartbeatLeases> apply(State& state, const HeartbeatLeases& operation, Time now) {
  return each(state, operation.heartbeats, now);
}

ResultOf<AckAttempts> apply(State& state, const AckAttempts& operation, Time now) {
  return each(state, operation.acks, now);
}

// Rule 26. What is wrong is refused even where nothing could be claimed.
ResultOf<ClaimAttempts> apply(State& state, const ClaimAttempts& operation, Time now) {
  if (!is_valid_claim(operation, now)) return std::unexpected(ErrorCode::invalid_argument);
  std::vector<DispatchRecord> listed;
  for (const Attempt* attempt : dispatchable_attempts(state, now)) {
    if (listed.size() == operation.limit) break;
    listed.push_back(dispatch_record(*attempt));
  }
  return claim_all(state, operation, std::move(listed), now);
}

Step step_as_chosen(State state, const Action& action, const Outcome& answered) {
  const auto* list = std::get_if<ListDispatchableAttempts>(&action.operation);
  const auto* several = std::get_if<ClaimAttempts>(&action.operation);
  std::optional<std::vector<DispatchRecord>> choice;
  if (answered && list != nullptr) {
    choice = chosen(state, list->at, list->limit, ids_listed(*answered));
  } else if (answered && several != nullptr && is_valid_claim(*several, action.now)) {
    choice = chosen(state, action.now, several->limit, ids_listed(*answered));
  }
  if (!choice) return step(std::move(state), action);
  if (list != nullptr) return {.state = std::move(state), .outcome = *std::move(choice)};
  std::vector<Claim> claims = claim_all(state, *several, *std::move(choice), action.now);
  return {.state = std::move(state), .outcome = std::move(claims)};
}

}  // namespace leasecheck::model
