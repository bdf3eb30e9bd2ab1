#include "traces/reduction/stimuli.hpp"

#include <algorithm>
#include <set>

namespace leasecheck::traces {
namespace {

bool is_stimulus(const Step& step) {
  return !std::holds_alternative<Return>(step.what);
}

// What each call of the trace was granted.
std::map<std::uint64_t, model::Id> grants_of(const Trace& trace) {
  std::map<std::uint64_t, model::Id> granted;
  std::set<std::uint64_t> claims;
  for (const Step& step : trace.steps) {
    if (const auto* call = std::get_if<Call>(&step.what)) {
      if (std::holds_alternative<model::UpsertLease>(call->action.operation)) {
        claims.insert(step.number);
      }
    } else if (const auto* returned = std::get_if<Return>(&step.what)) {
      if (!claims.contains(returned->of) || !returned->outcome) continue;
      if (const auto* lease = std::get_if<model::LeaseRecord>(&*returned->outcome)) {
        granted.emplace(returned->of, lease->lease_id);
      }
    }
  }
  return granted;
}

/// Gives stimuli the numbers and names that they will have when they are run.
class Renaming {
 public:
  explicit Renaming(const Stimuli& stimuli) : granted_(stimuli.granted) {
    for (const auto& [call, lease] : granted_) leases_.insert(lease);
  }

  /// Returns: whether everything that the step speaks of is still there.
  [[nodiscard]] bool rename(Step& step) {
    if (std::uint64_t* call = call_of(step)) {
      const auto renumbered = numbers_.find(*call);
      if (renumbered == numbers_.end()) return false;
      *call = renumbered->second;
    }
    // A lease that never was granted is a hostile id and keeps its name.
    if (model::Id* lease = lease_of(step); lease != nullptr && leases_.contains(*lease)) {
      const auto renamed = names_.find(*lease);
      if (renamed == names_.end()) return false;
      *lease = renamed->second;
    }
    const bool is_call = std::holds_alternative<Call>(step.what);
    if (const auto grant = granted_.find(step.number); is_call && grant != granted_.end()) {
      names_.emplace(grant->second, "L" + std::to_string(names_.size() + 1));
    }
    numbers_.emplace(step.number, next_);
    step.number = next_;
    next_ += is_call ? 2 : 1;
    return true;
  }

 private:
  const std::map<std::uint64_t, model::Id>& granted_;
  std::set<model::Id> leases_;  // all that were granted
  std::map<std::uint64_t, std::uint64_t> numbers_;
  std::map<model::Id, model::Id> names_;
  std::uint64_t next_ = 1;
};

}  // namespace

Stimuli stimuli_of(const Trace& trace) {
  Stimuli stimuli{.head = trace.head, .steps = {}, .granted = grants_of(trace)};
  std::ranges::copy_if(trace.steps, std::back_inserter(stimuli.steps), is_stimulus);
  return stimuli;
}

Trace to_trace(const Stimuli& stimuli) {
  Trace trace{.head = stimuli.head, .steps = {}, .verdict = {}};
  Renaming renaming(stimuli);
  for (Step step : stimuli.steps) {
    if (renaming.rename(step)) trace.steps.push_back(std::move(step));
  }
  return trace;
}

Trace without_stimulus(const Trace& trace, std::uint64_t number) {
  Stimuli stimuli = stimuli_of(trace);
  std::erase_if(stimuli.steps, [number](const Step& step) { return step.number == number; });
  return to_trace(stimuli);
}

std::size_t length_of(const Trace& trace) {
  return static_cast<std::size_t>(std::ranges::count_if(trace.steps, is_stimulus));
}

model::Id* lease_of(Step& step) {
  model::Id* named = nullptr;
  each_id(step, [&named](IdKind kind, model::Id& id) {
    if (kind == IdKind::lease) named = &id;
  });
  return named;
}

std::uint64_t* call_of(Step& step) {
  auto* event = std::get_if<model::Environment>(&step.what);
  if (event == nullptr) return nullptr;
  if (auto* delivered = std::get_if<model::ReplyDelivered>(event)) return &delivered->call;
  if (auto* lost = std::get_if<model::ReplyLost>(event)) return &lost->call;
  if (auto* effect = std::get_if<model::EffectWritten>(event)) return &effect->grant;
  return nullptr;
}

}  // namespace leasecheck::traces
