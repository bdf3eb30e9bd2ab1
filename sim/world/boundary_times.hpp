#pragma once

#include <optional>
#include <utility>

#include "sim/oracle/referee.hpp"
#include "sim/random.hpp"
#include "sim/world/timeline.hpp"

namespace leasecheck::sim {

/// Chooses when something happens next: near a deadline of the repository's present state (one
/// before, on it, one after) as often as by the plan's own period, since uniform times hardly ever
/// meet a boundary.
class BoundaryTimes {
 public:
  BoundaryTimes(const Timeline& timeline, const Referee& referee, model::Duration grace,
                std::uint64_t seed, std::string_view name);

  /// A true time after now: about `period` from now, or when `clock` shows a time at a deadline
  /// that is not much farther away than that.
  [[nodiscard]] model::Time next(const SkewedClock& clock, model::Duration period);

  /// From now on `next` keeps to the period, and from `settled` on, when nothing is under way any
  /// more, it skips rounds in which nothing can be done: no attempt is due, none could be taken
  /// back, and `worker`, the only one left, holds none that it may give up at any time. A bound can
  /// be computed for that. Pre: all clocks are right.
  void keep_period(model::Id worker, model::Time settled) {
    last_worker_ = std::move(worker);
    settled_ = settled;
  }

  /// A time at a deadline, or near `around`, for arguments of calls.
  [[nodiscard]] model::Time argument(model::Time around, model::Duration spread);

 private:
  /// A deadline of an attempt that was picked at random, or nothing.
  [[nodiscard]] std::optional<model::Time> deadline();
  /// When the first of the attempts that are left can be taken or taken back, or is given up.
  [[nodiscard]] model::Time first_due() const;

  const Timeline& timeline_;
  const Referee& referee_;
  model::Duration grace_;
  Stream draw_;
  std::optional<model::Id> last_worker_;  ///< from when on there is only one
  model::Time settled_{};
};

}  // namespace leasecheck::sim
