#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "traces/reduction/rerun.hpp"
#include "traces/reduction/stimuli.hpp"
#include "traces/reduction/violation.hpp"

namespace leasecheck::traces {

/// The least trace so far, and what is tried in order to find a lesser one: every step of the
/// reduction gives its candidates to this, which runs them as long as the options allow and keeps
/// those that end in the same violation.
/// Thread: one thread.
class Trials {
 public:
  /// Pre: `trace` is violated, and it is the record of a run on the subject.
  Trials(Trace trace, const Rerun& rerun, const ReductionOptions& options);

  [[nodiscard]] const Trace& best() const { return best_; }
  [[nodiscard]] const Stimuli& stimuli() const { return stimuli_; }
  [[nodiscard]] const Violation& violation() const { return violation_; }
  [[nodiscard]] std::size_t length() const { return stimuli_.steps.size(); }

  /// Whether there is anything left of the budget.
  [[nodiscard]] bool may_go_on() const;

  enum class Seen : std::uint8_t { same, other, nothing };

  /// How a run of the candidate ends. Another violation is noted if it is the subject's.
  Seen judge(const Trace& candidate);

  /// Runs the candidate, which is the least trace from now on if it ends in the same violation.
  bool keep(const Trace& candidate);
  bool keep(const Stimuli& candidate) { return keep(to_trace(candidate)); }

  [[nodiscard]] std::size_t runs() const { return runs_; }
  [[nodiscard]] const std::map<Violation, Trace>& also_found() const { return also_found_; }

 private:
  void set_best(Trace trace);
  void note(const Trace& candidate, Violation violation);

  const Rerun& rerun_;
  const ReductionOptions& options_;
  Trace best_;
  Stimuli stimuli_;
  Violation violation_;
  std::size_t runs_ = 0;
  std::size_t steps_ = 0;
  std::map<Violation, Trace> also_found_;
};

}  // namespace leasecheck::traces
