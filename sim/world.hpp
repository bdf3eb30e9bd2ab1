#pragma once

#include "sim/plan.hpp"
#include "sim/referee.hpp"
#include "sim/subject.hpp"

namespace leasecheck::sim {

/// Everything that one simulated run gave.
struct RunResult {
  traces::Verdict verdict;
  Tally tally;
};

/// Runs the plan on the subject: a repository on its host, workers behind a network, reapers, a
/// producer, an operator and a confused client, in virtual time, every operation judged. The same
/// plan on a subject that answers the same gives the same steps, byte for byte.
/// Pre: the subject is empty.
[[nodiscard]] RunResult simulate(const Plan& plan, Subject& subject, Referee::StepSink sink = {});

/// The head of the trace of this run.
[[nodiscard]] traces::Head head_of(const Plan& plan, std::string backend);

}  // namespace leasecheck::sim
