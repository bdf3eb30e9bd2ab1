#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>

#include "lease/result.hpp"
#include "own_process.hpp"
#include "store.hpp"

namespace lease {

/// What a transaction was like, for one of the callers that shared it.
struct TransactionFigures {
  std::uint64_t operations = 0;  ///< that shared it; 0 if there was none
  StorageEvents events;          ///< told to one of them
};

/// Carries out the operations of any number of threads on one store, first come, first served, and
/// those that wait at the same time in one transaction: with a durable store a commit costs a sync
/// of the disk, and a group shares it.
///
/// There is no thread for it: a caller who finds nobody at work carries out its own operation with
/// all that have come by then, commits once, and only then answers; who comes meanwhile makes the
/// next group. With one caller each operation is exactly one transaction, and so it is on a store
/// that is not durable, which gains nothing by groups and need not be able to undo anything.
/// Source: group commit, DeWitt et al., "Implementation Techniques for Main Memory Database
/// Systems", SIGMOD 1984.
/// Thread: any.
class TransactionQueue {
 public:
  /// What is to be done within a transaction. It may be called again after a transaction that has
  /// been rolled back, and on another caller's thread. Returns: `roll_back` if it has changed
  /// nothing. What it throws reaches its own caller.
  using Operation = std::function<Ending()>;

  explicit TransactionQueue(Store& store) : store_(store) {}

  /// Returns: once the transaction has ended. An error means that the operation has had no effect,
  /// or what the error says of it. In a child of the process that made the queue, a durable store
  /// is `unavailable`: its connection is the parent's, whose threads do not go on in the child.
  /// `figures`, unless it is null, has the last transaction's, also after an exception.
  Result<void> carry_out(Access access, const Operation& operation,
                         TransactionFigures* figures = nullptr);

 private:
  /// A caller that has not been answered. It stands on its caller's stack.
  struct Caller {
    Access access;
    const Operation& operation;
    TransactionFigures* figures;
    Caller* next = nullptr;
    bool is_answered = false;
    Result<void> answer = {};
    std::exception_ptr thrown = nullptr;
    std::condition_variable turn = {};
  };
  /// Those who came first, as long as they want the same access. Neither end is null.
  struct Group {
    Caller* first;
    Caller* last;
    std::uint64_t size;
  };

  void append(Caller& caller);
  /// Removes the first group from the queue. Pre: somebody waits.
  Group take_group();
  void carry_out(Group group) noexcept;
  void carry_out_each(Group group);
  /// Returns: whether all of the group are answered.
  bool carry_out_together(Group group);
  void carry_out_alone(Caller& caller);
  /// Tells each how many share its transaction.
  static void count(Group group);
  static void answer(Group group, const Result<void>& answer);

  Store& store_;
  OwnProcess process_;
  std::mutex mutex_;  // of what follows; nobody holds it while an operation is carried out
  bool is_busy_ = false;
  Caller* first_ = nullptr;
  Caller* last_ = nullptr;
};

}  // namespace lease
