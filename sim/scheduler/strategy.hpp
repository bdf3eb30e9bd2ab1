#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "sim/random.hpp"

/// Who goes on next: the one decision that a scheduler leaves open.
namespace leasecheck::sim {

/// Tasks are numbered in the order in which they were spawned.
using TaskId = std::uint32_t;

/// A decision that stands open: more than one task could go on.
struct Choice {
  std::span<const TaskId> runnable;  ///< ascending, at least two
  std::optional<TaskId> current;     ///< the one that ran last, if it could go on
};

/// Thread: one thread.
class Strategy {
 public:
  virtual ~Strategy() = default;

  /// Returns: one of `choice.runnable`.
  [[nodiscard]] virtual TaskId choose(const Choice& choice) = 0;
};

/// Every task is as likely as any other.
class UniformStrategy final : public Strategy {
 public:
  explicit UniformStrategy(Stream draw) : draw_(draw) {}
  [[nodiscard]] TaskId choose(const Choice& choice) override;

 private:
  Stream draw_;
};

/// Probabilistic concurrency testing: each task has a random priority and the highest goes on; at
/// `depth - 1` random points the one that was about to go on falls below all others. Finds a defect
/// that needs `depth` ordered steps with a probability of at least 1 / (tasks * points^(depth-1)).
/// Source: Burckhardt, Kothari, Musuvathi, Nagarakatte, ASPLOS 2010.
class PctStrategy final : public Strategy {
 public:
  struct Options {
    std::uint32_t depth = 3;              ///< d, at least 1
    std::uint64_t expected_points = 200;  ///< k: change points are drawn from the first k choices
  };

  PctStrategy(Stream draw, Options options);
  [[nodiscard]] TaskId choose(const Choice& choice) override;

 private:
  [[nodiscard]] std::uint64_t priority_of(TaskId task);

  Stream draw_;
  std::uint64_t choices_ = 0;
  std::map<TaskId, std::uint64_t> priorities_;
  std::map<std::uint64_t, std::uint64_t> changes_;  ///< number of the choice, new priority
};

/// Does again what was decided before; where the record ends, the current task goes on as long as
/// it can, then the first of the others.
class RecordedStrategy final : public Strategy {
 public:
  explicit RecordedStrategy(std::vector<TaskId> decisions) : decisions_(std::move(decisions)) {}
  [[nodiscard]] TaskId choose(const Choice& choice) override;

  /// Whether every decision so far could be followed: one that names a task that cannot go on
  /// belongs to another program or another input.
  [[nodiscard]] bool was_followed() const { return was_followed_; }

 private:
  std::vector<TaskId> decisions_;
  std::size_t next_ = 0;
  bool was_followed_ = true;
};

/// Every schedule with at most `preemptions` preemptions, one per run, depth first. A change from a
/// task that cannot go on is no preemption. Use: one run per schedule,
/// `while (strategy.advance())`.
/// Source: iterative context bounding, Musuvathi and Qadeer, PLDI 2007.
class BoundedStrategy final : public Strategy {
 public:
  explicit BoundedStrategy(std::uint32_t preemptions) : bound_(preemptions) {}
  [[nodiscard]] TaskId choose(const Choice& choice) override;

  /// Whether the run went as the run before it had as far as their decisions are the same. Where it
  /// did not, the tasks are not deterministic, and it went on as a new one would.
  [[nodiscard]] bool was_followed() const;

  /// Prepares the next run. Returns: whether there is a schedule left.
  [[nodiscard]] bool advance();

 private:
  void forget_what_was_planned();
  struct Branch {
    std::vector<TaskId> options;
    std::size_t taken = 0;
    bool preempts = false;  ///< whether taking any but the first is a preemption
  };

  std::uint32_t bound_;
  std::uint32_t used_ = 0;  ///< preemptions in this run
  std::size_t depth_ = 0;   ///< choices made in this run
  bool was_followed_ = true;
  std::vector<Branch> branches_;
};

/// For one of many runs of a seed: uniform or PCT. `expected_points` is how many choices a run has,
/// about.
[[nodiscard]] std::unique_ptr<Strategy> draw_strategy(std::uint64_t seed, Stream& draw,
                                                      std::uint64_t expected_points);

}  // namespace leasecheck::sim
