#include "transaction_queue.hpp"

#include <utility>

#include "failure.hpp"

namespace lease {
namespace {

/// How many operations share a commit at most, so that a group is short beside a busy timeout.
constexpr std::uint64_t largest_group = 256;

}  // namespace

Result<void> TransactionQueue::carry_out(Access access, const Operation& operation,
                                         TransactionFigures* figures) {
  if (store_.is_durable() && !process_.is_this()) {
    return failure(ErrorCode::unavailable,
                   "the repository was opened by another process, before a fork");
  }
  Caller caller{.access = access, .operation = operation, .figures = figures};
  std::unique_lock lock(mutex_);
  Group group{.first = &caller, .last = &caller, .size = 1};
  if (is_busy_ || first_ != nullptr) {
    append(caller);
    caller.turn.wait(lock, [&] { return caller.is_answered || (!is_busy_ && first_ == &caller); });
    if (!caller.is_answered) group = take_group();
  }
  if (!caller.is_answered) {
    is_busy_ = true;
    lock.unlock();
    carry_out(group);
    lock.lock();
    is_busy_ = false;
    // Whoever is answered may leave as soon as the lock is free, and its place with it.
    for (Caller* each = group.first; each != nullptr; each = each->next) {
      each->is_answered = true;
      if (each != &caller) each->turn.notify_one();
    }
    if (first_ != nullptr) first_->turn.notify_one();
  }
  lock.unlock();
  if (caller.thrown) std::rethrow_exception(caller.thrown);
  return std::move(caller.answer);
}

void TransactionQueue::append(Caller& caller) {
  (first_ == nullptr ? first_ : last_->next) = &caller;
  last_ = &caller;
}

TransactionQueue::Group TransactionQueue::take_group() {
  const std::uint64_t most = store_.is_durable() ? largest_group : 1;
  Group group{.first = first_, .last = first_, .size = 1};
  while (group.size < most && group.last->next != nullptr) {
    if (group.last->next->access != group.first->access) break;
    group.last = group.last->next;
    ++group.size;
  }
  first_ = std::exchange(group.last->next, nullptr);
  return group;
}

// Whatever happens, everybody is answered: who is not would wait for ever, and all that come after.
void TransactionQueue::carry_out(Group group) noexcept {
  try {
    carry_out_each(group);
  } catch (...) {
    for (Caller* each = group.first; each != nullptr; each = each->next) {
      each->thrown = std::current_exception();
    }
  }
  if (group.first->figures != nullptr) group.first->figures->events = store_.take_events();
}

// An operation that throws, or that finds a row which no repository wrote, spoils its transaction.
// It must not spoil the others': then each is done again for itself.
void TransactionQueue::carry_out_each(Group group) {
  if (group.first != group.last && carry_out_together(group)) return;
  for (Caller* each = group.first; each != nullptr; each = each->next) carry_out_alone(*each);
}

bool TransactionQueue::carry_out_together(Group group) {
  count(group);
  if (const auto begun = store_.begin(group.first->access); !begun) {
    answer(group, begun);
    return true;
  }
  Transaction transaction(store_);
  Ending ending = Ending::roll_back;
  try {
    for (Caller* each = group.first; each != nullptr; each = each->next) {
      if (each->operation() == Ending::commit) ending = Ending::commit;
    }
  } catch (...) {
    return false;
  }
  const Result<void> ended = transaction.end(ending);
  // Those who were in the way of one were perhaps not in the way of the others.
  if (!ended && store_.is_worth_repeating()) return false;
  const bool is_spoiled = !ended && ended.error().code == ErrorCode::corrupt;
  if (is_spoiled && ended.error().effect == Effect::none) return false;
  answer(group, ended);
  return true;
}

void TransactionQueue::carry_out_alone(Caller& caller) {
  if (caller.figures != nullptr) caller.figures->operations = 1;
  try {
    do {
      caller.answer = store_.begin(caller.access);
      if (!caller.answer) return;
      Transaction transaction(store_);
      caller.answer = transaction.end(caller.operation());
    } while (!caller.answer && store_.is_worth_repeating());
  } catch (...) {
    caller.thrown = std::current_exception();
  }
}

void TransactionQueue::count(Group group) {
  for (Caller* each = group.first; each != nullptr; each = each->next) {
    if (each->figures != nullptr) each->figures->operations = group.size;
  }
}

void TransactionQueue::answer(Group group, const Result<void>& answer) {
  for (Caller* each = group.first; each != nullptr; each = each->next) each->answer = answer;
}

}  // namespace lease
