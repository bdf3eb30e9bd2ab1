#pragma once

#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "model/system/world.hpp"
#include "sim/subject/subject.hpp"
#include "traces/trace.hpp"

namespace leasecheck::sim {

/// A run of the searched world as a trace, of stimuli alone: who answers them is not said yet.
/// `origin` is the command that found it.
[[nodiscard]] traces::Trace stimuli_trace(const system::Options& world,
                                          const system::State& initial,
                                          const std::vector<system::Action>& actions,
                                          std::string origin);

/// The trace as it goes on this subject: with what is answered and how it is judged.
/// Pre: the subject is empty.
/// Errors: as `replay`.
[[nodiscard]] std::expected<traces::Trace, std::string> played(traces::Trace stimuli,
                                                               Subject& subject);

/// The reference model with a defect planted, as it is searched.
[[nodiscard]] std::unique_ptr<Subject> make_mutated_model_subject(system::Mutant mutant);

}  // namespace leasecheck::sim
