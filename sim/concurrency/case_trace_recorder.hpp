#pragma once

#include <cstdint>
#include <string>

#include "sim/concurrency/prior_states.hpp"
#include "traces/trace.hpp"

namespace leasecheck::sim {

/// In the head of a disk trace: 0 where the repository was created under the crash.
inline constexpr const char* existed_option = "repository_existed";

/// The trace of a violation on a simulated disk while it is put together. True time follows the
/// operations and never goes back.
class CaseTraceRecorder {
 public:
  /// `origin` is the command that found it.
  explicit CaseTraceRecorder(std::string origin);

  /// "p0", "p1", …
  [[nodiscard]] static std::string process_name(std::size_t number);

  void set(const std::string& option, std::int64_t value) { trace_.head.config[option] = value; }

  /// What led to the prior state: its repository was where the model is.
  void add_prior(const PriorState& prior);

  /// Returns: the call's number.
  std::uint64_t add_call(std::string actor, const model::Action& action);

  /// The answer to a call, without the state: nobody could read it while others were at work, or
  /// the power was about to go.
  void add_answer(std::uint64_t call, model::Outcome outcome);

  /// The event to which the verdict points.
  void add_event(traces::DiskEvent event) { event_ = add(std::move(event)); }

  [[nodiscard]] traces::Trace finish(std::string property, std::string message) &&;

 private:
  std::uint64_t add(traces::StepBody what);

  traces::Trace trace_;
  model::Time time_{};
  std::uint64_t event_ = 0;
};

}  // namespace leasecheck::sim
