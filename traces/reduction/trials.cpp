#include "traces/reduction/trials.hpp"

#include <utility>

#include "traces/departure.hpp"

namespace leasecheck::traces {
namespace {

/// Of other violations, which cost a run more each.
constexpr std::size_t most_others = 8;

}  // namespace

Trials::Trials(Trace trace, const Rerun& rerun, const ReductionOptions& options)
    : rerun_(rerun), options_(options), violation_(violation_of(trace, trace.verdict)) {
  set_best(std::move(trace));
}

void Trials::set_best(Trace trace) {
  best_ = std::move(trace);
  stimuli_ = stimuli_of(best_);
}

bool Trials::may_go_on() const {
  return runs_ < options_.most_runs && steps_ < options_.most_steps &&
         (!options_.may_go_on || options_.may_go_on());
}

Trials::Seen Trials::judge(const Trace& candidate) {
  if (!may_go_on()) return Seen::nothing;
  ++runs_;
  steps_ += candidate.steps.size();
  if (options_.progress && runs_ % 64 == 0) options_.progress(length(), runs_);
  const auto verdict = rerun_.judge(candidate);
  if (!verdict || verdict->result != Result::violated) return Seen::nothing;
  Violation violation = violation_of(candidate, *verdict);
  if (violation == violation_) return Seen::same;
  note(candidate, std::move(violation));
  return Seen::other;
}

bool Trials::keep(const Trace& candidate) {
  if (judge(candidate) != Seen::same) return false;
  ++runs_;
  auto recorded = rerun_.record(candidate);
  if (!recorded || violation_of(*recorded, recorded->verdict) != violation_) return false;
  set_best(*std::move(recorded));
  return true;
}

void Trials::note(const Trace& candidate, Violation violation) {
  if (also_found_.size() >= most_others || also_found_.contains(violation)) return;
  ++runs_;
  auto recorded = rerun_.record(candidate);
  if (!recorded || violation_of(*recorded, recorded->verdict) != violation) return;
  // Callers that break a rule, as a candidate's may, do so on every subject.
  if (!first_departure(*recorded)) return;
  also_found_.emplace(std::move(violation), *std::move(recorded));
}

}  // namespace leasecheck::traces
