#pragma once

#include "lease/attempt_repository.hpp"
#include "leasecheck/spec/operation.hpp"
#include "sim/subject/lease_id_map.hpp"
#include "sim/subject/subject.hpp"

/// The single mapping between the model's operations and the repository's methods.
namespace leasecheck::sim {

/// Carries out one operation of the model as one call of the repository. A claim that is granted
/// issues a handle. Operations that read a clock read the repository's own; `clock_reads` of the
/// reply is left for whoever owns that clock.
[[nodiscard]] Reply carry_out(lease::AttemptRepository& repository, Handles& handles,
                              const model::Action& action);

/// Everything the repository holds, with handles for lease ids.
/// Errors: those of the repository.
[[nodiscard]] lease::Result<model::Snapshot> snapshot_of(lease::AttemptRepository& repository,
                                                         const Handles& handles);

/// A snapshot that is kept up to date: only rows that differ are converted anew.
class Mirror {
 public:
  /// Brings `seen`, which is empty or what this gave last, up to what the repository holds now.
  /// Returns: whether anything in it is different.
  /// Errors: those of the repository.
  [[nodiscard]] lease::Result<bool> refresh(lease::AttemptRepository& repository,
                                            const Handles& handles, model::Snapshot& seen);

  /// Whether all lease ids in it had handles; others may get one yet, and then read otherwise.
  [[nodiscard]] bool is_final() const { return is_final_; }

 private:
  lease::Snapshot held_;  ///< what `seen` was converted from
  bool is_final_ = true;
};

}  // namespace leasecheck::sim
