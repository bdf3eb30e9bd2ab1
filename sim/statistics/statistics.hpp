#pragma once

#include <cstdint>
#include <vector>

#include "sim/statistics/histogram.hpp"

/// What an operator wants to know of a deployment, until the duration of its plan is over.
namespace leasecheck::sim {

/// A part of a run. Of several runs: the same part of each.
struct Interval {
  std::uint64_t finished = 0;  ///< attempts, sum
  std::uint64_t ready = 0;     ///< most attempts at a time that waited for nothing but a worker
  std::uint64_t leased = 0;    ///< most attempts at a time that somebody had a lease of
  bool operator==(const Interval&) const = default;
};

/// Sums over runs, unless it says otherwise. All times are true time.
struct Statistics {
  std::uint64_t runs = 0;
  model::Duration duration{0};
  std::uint64_t enqueued = 0;
  std::uint64_t completed = 0;
  std::uint64_t dead_letters = 0;  ///< attempts that failed for good
  std::uint64_t cancelled = 0;
  std::uint64_t unfinished = 0;  ///< at the end
  std::uint64_t deepest = 0;     ///< the most attempts that were ready at a time, in any run

  /// From the instant from which on an attempt waited for nothing but a worker, to its claim.
  Histogram time_in_queue;
  /// From the crash of a worker to the next claim of an attempt that it had a lease of, be it one
  /// that was granted on its way down. What was not claimed before the end is not in it.
  Histogram time_to_recovery;
  std::uint64_t unrecovered = 0;  ///< what was not

  /// A worker began to work on an attempt.
  std::uint64_t executions = 0;
  /// Executions that were work done again: an execution of the same attempt with the same number
  /// had begun before. What is tried again by its retry policy has another number.
  std::uint64_t repeated = 0;
  /// Executions that began while another of the same attempt was at work.
  std::uint64_t overlapping = 0;
  /// Of these, those during which the worker of another believed that it held the attempt, as it
  /// did itself: by no more than its own clock and what it had been answered (rule 18).
  std::uint64_t believed_twice = 0;

  model::Duration interval{0};  ///< the length of each of these but the last; the same in all runs
  std::vector<Interval> intervals;

  /// Attempts that reached their end.
  [[nodiscard]] std::uint64_t finished() const { return completed + dead_letters + cancelled; }

  /// Adds another run or runs of the same deployment.
  void add(const Statistics& other);
  bool operator==(const Statistics&) const = default;
};

/// Calls `visit(name, member)` for every sum, in the order in which reports show them.
template <typename Visitor>
void for_each_sum(Visitor&& visit) {
  visit("runs", &Statistics::runs);
  visit("enqueued", &Statistics::enqueued);
  visit("completed", &Statistics::completed);
  visit("dead_letters", &Statistics::dead_letters);
  visit("cancelled", &Statistics::cancelled);
  visit("unfinished", &Statistics::unfinished);
  visit("unrecovered", &Statistics::unrecovered);
  visit("executions", &Statistics::executions);
  visit("repeated", &Statistics::repeated);
  visit("overlapping", &Statistics::overlapping);
  visit("believed_twice", &Statistics::believed_twice);
}

}  // namespace leasecheck::sim
