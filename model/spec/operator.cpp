// Rules 12 and 14: what an operator may do, whoever holds the lease.

#include <algorithm>
#include <tuple>

#include "model/spec/rules.hpp"

namespace leasecheck::model {
namespace {

bool by_death(const DeadLetter& left, const DeadLetter& right) {
  return std::tie(left.dead_at, left.attempt_id) < std::tie(right.dead_at, right.attempt_id);
}

}  // namespace

// Rule 12.
ResultOf<CancelAttempt> apply(State& state, const CancelAttempt& operation, Time now) {
  const auto found = find_attempt(state, operation.attempt_id);
  if (!found) return std::unexpected(found.error());
  Attempt& attempt = **found;
  if (is_terminal(attempt.status)) return std::unexpected(ErrorCode::not_dispatchable);
  finish(state, attempt, Status::cancelled, now);
  attempt.last_ack.reset();  // rule 11
  return Done{};
}

// Rule 14. The version stays: the fencing order goes on where it was (rule 16).
ResultOf<ReplayDeadLetter> apply(State& state, const ReplayDeadLetter& operation, Time now) {
  const auto found = find_attempt(state, operation.attempt_id);
  if (!found) return std::unexpected(found.error());
  Attempt& attempt = **found;
  if (!attempt.dead_letter) return std::unexpected(ErrorCode::not_dispatchable);
  requeue(state, attempt, now);
  attempt.attempt_no = 1;
  attempt.delivery_count = 0;
  attempt.dead_letter.reset();
  attempt.last_ack.reset();  // rule 11
  return Done{};
}

// Rule 14.
ResultOf<ListDeadLetters> apply(State& state, const ListDeadLetters& operation, Time) {
  std::vector<DeadLetter> letters;
  for (const auto& [id, attempt] : state.attempts) {
    if (attempt.dead_letter) letters.push_back(dead_letter_record(attempt));
  }
  std::ranges::sort(letters, by_death);
  if (letters.size() > operation.limit) letters.resize(operation.limit);
  return letters;
}

}  // namespace leasecheck::model
