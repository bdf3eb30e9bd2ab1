#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "leasecheck/spec/fields.hpp"
#include "traces/trace.hpp"

namespace leasecheck::traces {

/// What was done in a run, to be changed and run again. Each stimulus keeps its number in that run
/// while others are left out, put elsewhere or changed: events name calls by it, and leases are
/// known by the call that was granted them.
struct Stimuli {
  Head head;
  std::vector<Step> steps;                     ///< no returns
  std::map<std::uint64_t, model::Id> granted;  ///< call -> lease
};

[[nodiscard]] Stimuli stimuli_of(const Trace& trace);

/// A trace of them that can be run: what speaks of a call or a lease that is not there any more is
/// left out too, calls are numbered with room for their returns, and leases are named in order of
/// granting. No answers and no verdict.
[[nodiscard]] Trace to_trace(const Stimuli& stimuli);

/// The stimuli of `trace` without the one at step `number`, and without those that speak of a call
/// or a lease that is then not there. No answers: it is to be run.
[[nodiscard]] Trace without_stimulus(const Trace& trace, std::uint64_t number);

/// How many stimuli a trace has: its length, whoever compares lengths.
[[nodiscard]] std::size_t length_of(const Trace& trace);

/// The lease that a stimulus names, null if it names none.
[[nodiscard]] model::Id* lease_of(Step& step);

/// The number of the call that an event speaks of, null if it speaks of none.
[[nodiscard]] std::uint64_t* call_of(Step& step);

enum class IdKind : std::uint8_t { attempt, run, worker, lease, other };

/// Calls `fields` of what a step says: the arguments of its operation or of its event.
template <class Visitor>
void visit_fields(Step& step, Visitor& visitor) {
  const auto visit = [&visitor](auto& what) { fields(visitor, what); };
  if (auto* call = std::get_if<Call>(&step.what)) std::visit(visit, call->action.operation);
  if (auto* event = std::get_if<model::Environment>(&step.what)) std::visit(visit, *event);
}

/// Calls `visit(kind, id)` for every id that a step names.
template <class Visit>
class IdVisitor {
 public:
  explicit IdVisitor(Visit& visit) : visit_(visit) {}

  void operator()(std::string_view name, std::string& id) {
    if (name != "operation") visit_(kind_of(name), id);
  }
  void operator()(std::string_view name, std::optional<std::string>& id) {
    if (id) (*this)(name, *id);
  }
  template <class Other>
  void operator()(std::string_view, Other&) {}
  void payload(std::string&) {}

 private:
  static IdKind kind_of(std::string_view name) {
    if (name == "attempt_id") return IdKind::attempt;
    if (name == "run_id") return IdKind::run;
    if (name == "worker_id" || name == "worker") return IdKind::worker;
    return name == "lease_id" ? IdKind::lease : IdKind::other;
  }
  Visit& visit_;
};

template <class Visit>
void each_id(Step& step, Visit&& visit) {
  IdVisitor<std::remove_reference_t<Visit>> visitor(visit);
  visit_fields(step, visitor);
}

/// Visits the times and durations among fields, within records too.
template <class OnTime, class OnDuration>
class TimeVisitor {
 public:
  TimeVisitor(OnTime& on_time, OnDuration& on_duration)
      : on_time_(on_time), on_duration_(on_duration) {}

  void operator()(std::string_view, model::Time& time) { on_time_(time); }
  void operator()(std::string_view, model::Duration& duration) { on_duration_(duration); }
  void operator()(std::string_view, model::RetryPolicy& policy) { fields(*this, policy); }
  template <class Value>
  void operator()(std::string_view name, std::optional<Value>& value) {
    if (value) (*this)(name, *value);
  }
  template <class Other>
  void operator()(std::string_view, Other&) {}
  void payload(std::string&) {}

 private:
  OnTime& on_time_;
  OnDuration& on_duration_;
};

/// Calls `on_time` for every time in the stimuli and their head, `on_duration` for every duration.
template <class OnTime, class OnDuration>
void each_time(Stimuli& stimuli, OnTime&& on_time, OnDuration&& on_duration) {
  if (stimuli.head.deployment) {
    on_time(stimuli.head.deployment->epoch);
    on_duration(stimuli.head.deployment->grace);
  }
  TimeVisitor visitor(on_time, on_duration);
  for (Step& step : stimuli.steps) {
    on_time(step.true_time);
    if (auto* call = std::get_if<Call>(&step.what)) {
      on_time(call->actor_clock);
      on_time(call->action.now);
    }
    visit_fields(step, visitor);
  }
}

}  // namespace leasecheck::traces
