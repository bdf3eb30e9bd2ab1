#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "leasecheck/spec/operation.hpp"
#include "leasecheck/spec/outcome.hpp"
#include "leasecheck/spec/state.hpp"
#include "leasecheck/spec/step.hpp"
#include "model/indexed/attempt_index.hpp"

namespace leasecheck::model {

/// A state of the model that many operations are applied to, one after another, and that may be
/// large. It says what `step` says, and for that asks `step`: it cuts the part of the state out
/// that can matter to the operation, which indexes beside the state find, lets `step` do the
/// operation on that part, and puts it back. What an operation does stands in one place.
///
/// Complexity: an operation on one attempt or lease costs O(log n), one on several attempts
/// O(log n) for each that it lists, changes or names, the numbers of `queue_depth` and
/// `counts_by_status` O(1). A question for another time than the last one costs O(log n) for each
/// attempt that becomes dispatchable between the two. `reset`, and `list_attempts`, which reads
/// from its `after` on until it has enough, are linear.
/// Thread: one thread.
class IndexedModel {
 public:
  /// Pre: a sequence of steps leads to the state from an empty one.
  explicit IndexedModel(State state = {});
  IndexedModel(IndexedModel&&) = default;
  IndexedModel& operator=(IndexedModel&&) = default;

  [[nodiscard]] const State& state() const { return state_; }

  /// Does what `step` does, and answers what it answers.
  Outcome apply(const Action& action);

  /// The same where the order of dispatch is the repository's own choice, as `step_as_chosen`.
  Outcome apply_as_chosen(const Action& action, const Outcome& answered);

  /// The part of the state that can matter to the operation, and to those on one attempt each that
  /// it is if it is one on several: what they do to the part is what they do to the whole.
  [[nodiscard]] State part_for(const Action& action, const Outcome& answered);

  /// The attempt whose current lease has this id. Returns: null where there is none, here and
  /// below.
  [[nodiscard]] const Attempt* holding(const Id& lease_id) const;

  /// The attempt that remembers an ack of this lease (rule 11).
  [[nodiscard]] const Attempt* remembering(const Id& lease_id) const;

  /// The attempt that has this place in the order of ids. Pre: there are more than `place`.
  /// Complexity: O(1), linear where attempts have come or gone since it was asked last.
  [[nodiscard]] const Attempt& attempt_at(std::size_t place) const;

  /// A point in the past of this model. Only as good as what was applied since is not taken back.
  using Mark = std::size_t;

  /// The state as it is now can be returned to. From the first mark on every operation is noted
  /// down, which costs a copy of each attempt that it changes.
  [[nodiscard]] Mark mark();

  /// Takes back whatever was applied since the mark, at the cost of what that touched. The mark and
  /// earlier ones stay good; later ones do not.
  void undo_to(Mark mark);

  /// No mark is needed any more: nothing is noted down until the next one.
  void forget_marks();

  /// Some attempts and runs of a state: how it differs from another one.
  struct Rows {
    std::map<Id, std::optional<Attempt>> attempts = {};  ///< nothing: there is none
    std::map<Id, std::optional<Run>> runs = {};
    std::map<Id, Id> ended_leases = {};
    std::optional<std::uint64_t> version_floor = {};  ///< if it may differ
    std::optional<State> everything = {};             ///< after a reset: all that there is
    bool operator==(const Rows&) const = default;
  };

  /// What has changed since the mark, as it is now.
  [[nodiscard]] Rows rows_since(Mark mark) const;

  /// Puts the rows in the place of those that are there.
  void put(const Rows& rows);

  /// How an attempt went from one status to another: nothing where it is absent.
  struct Move {
    std::optional<Status> before;
    std::optional<Status> after;
  };

  /// The moves of the attempts that have changed since the mark.
  [[nodiscard]] std::vector<Move> moves_since(Mark mark) const;

 private:
  /// What one operation may have changed, as it was before. Of a run that can only have grown, how
  /// far it had.
  struct RunBefore {
    std::uint64_t latest_seq = 0;
    std::size_t events = 0;
    std::optional<Run> whole;
  };
  struct Before {
    std::uint64_t attempts_enqueued = 0;
    std::uint64_t version_floor = 0;
    std::uint64_t leases_issued = 0;
    std::map<Id, std::optional<Attempt>> attempts;  ///< nothing: there was none
    std::map<Id, std::optional<RunBefore>> runs;
    std::optional<State> everything;
  };

  template <class TakeStep>
  Outcome apply_to_part(const Action& action, const Outcome* answered, TakeStep take_step);
  Outcome reset(const Action& action);
  [[nodiscard]] static Before before(const Operation& operation, const State& part);
  static void add_what_is_new(const State& part, Before& before);
  void index_all();
  void undo(Before& before);
  void set(const Id& attempt_id, std::optional<Attempt> attempt);
  void undo(const Id& run_id, std::optional<RunBefore>& before);
  void add_if_ended(const Id& lease_id, Rows& rows) const;
  [[nodiscard]] bool is_as_before(const Id& run_id, const std::optional<RunBefore>& before) const;

  State state_;
  AttemptIndex index_;
  mutable std::vector<const Attempt*> by_place_;  ///< empty where that has to be found out again
  bool is_marked_ = false;
  std::vector<Before> journal_;  ///< since the first mark, of what may have changed something
};

}  // namespace leasecheck::model
