#pragma once

#include "sim/random.hpp"
#include "sim/referee.hpp"
#include "sim/timeline.hpp"

namespace leasecheck::sim {

/// Chooses when something happens next: near a deadline of the repository's present state (one
/// before, on it, one after) as often as by the plan's own rhythm, since uniform times hardly ever
/// meet a boundary.
class Aim {
 public:
  Aim(const Timeline& timeline, const Referee& referee, model::Duration grace, std::uint64_t seed,
      std::string_view name);

  /// A true time after now: about `rhythm` from now, or when `clock` shows a time at a deadline
  /// that is not much farther away than that.
  [[nodiscard]] model::Time next(const SkewedClock& clock, model::Duration rhythm);

  /// From now on `next` keeps to the rhythm, and skips what cannot hold anything: rounds in which
  /// no attempt is leased or due. A bound can be computed for that. Pre: all clocks are right.
  void keep_to_the_rhythm() { is_aiming_ = false; }

  /// A time at a deadline, or near `around`, for arguments of calls.
  [[nodiscard]] model::Time argument(model::Time around, model::Duration spread);

 private:
  /// A deadline of an attempt that was picked at random, or nothing.
  [[nodiscard]] std::optional<model::Time> deadline();
  /// When the first of the attempts that are left can be taken or taken back.
  [[nodiscard]] model::Time first_due() const;

  const Timeline& timeline_;
  const Referee& referee_;
  model::Duration grace_;
  Stream draw_;
  bool is_aiming_ = true;
};

}  // namespace leasecheck::sim
