#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "sim/oracle/referee.hpp"
#include "sim/subject/subject.hpp"
#include "sim/world/observer.hpp"
#include "sim/world/plan.hpp"
#include "sim/world/reaper.hpp"
#include "sim/world/worker.hpp"

namespace leasecheck::sim {

/// Who the workers and reapers of a run are: those that keep their side of the contract, unless a
/// defect is planted around the repository.
struct Actors {
  std::function<std::unique_ptr<Worker>(model::Id, model::ClockError, Context)> make_worker =
      [](model::Id id, model::ClockError clock, Context context) {
        return std::make_unique<Worker>(std::move(id), clock, context);
      };
  std::function<std::unique_ptr<Reaper>(model::Id, model::ClockError, Context)> make_reaper =
      [](model::Id id, model::ClockError clock, Context context) {
        return std::make_unique<Reaper>(std::move(id), clock, context, context.plan.grace);
      };
};

/// Runs the plan on the subject: a repository on its host, workers behind a network, reapers, a
/// producer, an operator and a confused client, in virtual time, every operation judged. When the
/// plan's duration is over faults end; one worker and one reaper are left, and every attempt must
/// become terminal within `progress_bound` (rule 24). The same plan on a subject that answers the
/// same gives the same steps, byte for byte. A plan with a workload is carried out by its producers
/// and its workers and reapers alone: nobody interferes. `observer`, if any, watches.
/// Pre: the subject is empty.
[[nodiscard]] RunResult simulate(const Plan& plan, Subject& subject, Referee::StepSink sink = {},
                                 const Actors& actors = {}, Observer* observer = nullptr);

/// The instant by which every attempt of this state must be terminal, if from `now` on nothing
/// fails and one worker and one reaper go on by the plan: computed from expiries and policies
/// alone.
/// Returns: nothing where that is longer than a run lasts: 139 years, or ten thousand failures of
/// one attempt.
[[nodiscard]] std::optional<model::Time> progress_bound(const model::State& state, const Plan& plan,
                                                        model::Time now);

/// The head of the trace of this run.
[[nodiscard]] traces::Head head_of(const Plan& plan, std::string backend);

}  // namespace leasecheck::sim
