#pragma once

#include "lease/attempt_repository.hpp"
#include "model/spec/operation.hpp"
#include "sim/handles.hpp"
#include "sim/subject.hpp"

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

}  // namespace leasecheck::sim
