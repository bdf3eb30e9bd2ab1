#pragma once

#include <chrono>
#include <utility>
#include <vector>

#include "lease/observer.hpp"
#include "lease/worker_repository.hpp"
#include "transaction_queue.hpp"

namespace lease {

/// One call of a repository, for its observer, who is told of it at the end of the scope: neither
/// before it is known what has become of the transaction, nor under a lock.
/// Thread: one at a time; what happens in the transaction may come from another caller's thread.
class Observation {
 public:
  /// What an observer is told of a lease with.
  using OfLease = void (Observer::*)(const EndedLease& lease);

  Observation(Observer& observer, Operation operation);
  ~Observation();
  Observation(const Observation&) = delete;
  Observation& operator=(const Observation&) = delete;

  /// The operation begins, perhaps anew: what was noted so far has not happened.
  void begin();
  void lease_ended(OfLease telling, EndedLease lease) {
    ended_leases_.emplace_back(telling, std::move(lease));
  }
  void dead_letter_added(DeadLetter letter) { dead_letters_.push_back(std::move(letter)); }

  [[nodiscard]] TransactionFigures& transaction() { return transaction_; }

  /// Without it the call has ended by an exception.
  template <typename T>
  void answered(const Result<T>& answer) {
    report_.has_thrown = false;
    if (!answer) {
      report_.error = answer.error().code;
    } else if constexpr (!std::is_void_v<T>) {
      count(*answer);
    }
  }

 private:
  template <typename T>
  void count(const T&) {}
  template <typename T>
  void count(const std::vector<T>& list) {
    report_.items = list.size();
  }
  template <typename T>
  void count(const Results<T>& results) {
    report_.items = results.size();
    for (const Result<T>& result : results) {
      if (!result) ++report_.refused_items[result.error().code];
    }
  }

  void tell_of_attempts();
  void tell_of_storage();
  /// What the observer throws is dropped.
  template <typename... Parameters, typename... Arguments>
  void tell(void (Observer::*telling)(Parameters...), const Arguments&... arguments) noexcept;

  Observer& observer_;
  OperationReport report_;
  std::chrono::nanoseconds began_;
  TransactionFigures transaction_;
  std::vector<std::pair<OfLease, EndedLease>> ended_leases_;
  std::vector<DeadLetter> dead_letters_;
};

}  // namespace lease
