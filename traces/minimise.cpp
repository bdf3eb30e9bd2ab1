#include "traces/minimise.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

namespace leasecheck::traces {
namespace {

bool is_stimulus(const Step& step) {
  return !std::holds_alternative<Return>(step.what);
}

std::vector<Step> stimuli_of(const Trace& trace) {
  std::vector<Step> stimuli;
  for (const Step& step : trace.steps) {
    if (is_stimulus(step)) stimuli.push_back(step);
  }
  return stimuli;
}

// The number of the call that an event speaks of, if it speaks of one.
std::uint64_t* call_of(model::Environment& event) {
  if (auto* delivered = std::get_if<model::ReplyDelivered>(&event)) return &delivered->call;
  if (auto* lost = std::get_if<model::ReplyLost>(&event)) return &lost->call;
  if (auto* effect = std::get_if<model::EffectWritten>(&event)) return &effect->grant;
  return nullptr;
}

// The lease that a stimulus names, if it names one.
model::Id* lease_of(Step& step) {
  if (auto* event = std::get_if<model::Environment>(&step.what)) {
    auto* given_up = std::get_if<model::LeaseGivenUp>(event);
    return given_up == nullptr ? nullptr : &given_up->lease_id;
  }
  auto* call = std::get_if<Call>(&step.what);
  if (call == nullptr) return nullptr;
  return std::visit(
      [](auto& operation) -> model::Id* {
        if constexpr (requires { operation.lease_id; }) {
          return &operation.lease_id;
        } else {
          return nullptr;
        }
      },
      call->action.operation);
}

// What each call of the trace was granted: call number -> lease.
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

/// Chooses stimuli of a trace and makes a trace of them that can run: what spoke of a call or a
/// lease that was left out goes as well, and the others are renumbered. A call keeps room for its
/// return, so numbers are those that the run will give.
class Selection {
 public:
  explicit Selection(const Trace& trace)
      : head_(trace.head), stimuli_(stimuli_of(trace)), granted_(grants_of(trace)) {
    for (const auto& [call, lease] : granted_) leases_.insert(lease);
  }

  [[nodiscard]] std::size_t size() const { return stimuli_.size(); }

  [[nodiscard]] Trace without(std::size_t first, std::size_t count) const {
    Trace candidate{.head = head_, .steps = {}, .verdict = {}};
    std::map<std::uint64_t, std::uint64_t> new_number;
    std::map<model::Id, model::Id> new_lease;
    std::uint64_t next = 1;
    for (std::size_t i = 0; i < stimuli_.size(); ++i) {
      if (i >= first && i < first + count) continue;
      Step step = stimuli_[i];
      if (!rename(step, new_number, new_lease)) continue;
      const bool is_call = std::holds_alternative<Call>(step.what);
      if (const auto grant = granted_.find(step.number); is_call && grant != granted_.end()) {
        new_lease.emplace(grant->second, "L" + std::to_string(new_lease.size() + 1));
      }
      new_number.emplace(step.number, next);
      step.number = next;
      next += is_call ? 2 : 1;
      candidate.steps.push_back(std::move(step));
    }
    return candidate;
  }

 private:
  // Whether everything that the step speaks of is still there.
  [[nodiscard]] bool rename(Step& step, const std::map<std::uint64_t, std::uint64_t>& new_number,
                            const std::map<model::Id, model::Id>& new_lease) const {
    if (auto* event = std::get_if<model::Environment>(&step.what)) {
      if (std::uint64_t* call = call_of(*event)) {
        const auto renumbered = new_number.find(*call);
        if (renumbered == new_number.end()) return false;
        *call = renumbered->second;
      }
    }
    model::Id* lease = lease_of(step);
    // A lease that never was granted is a hostile id and keeps its name.
    if (lease == nullptr || !leases_.contains(*lease)) return true;
    const auto renamed = new_lease.find(*lease);
    if (renamed == new_lease.end()) return false;
    *lease = renamed->second;
    return true;
  }

  Head head_;
  std::vector<Step> stimuli_;
  std::map<std::uint64_t, model::Id> granted_;  ///< call number -> lease
  std::set<model::Id> leases_;                  ///< all that were granted
};

// The name of the operation or event at which the violation was seen: a shrunk trace that complains
// elsewhere has slid to another bug.
std::string_view kind_of_violation(const Trace& trace) {
  std::uint64_t number = trace.verdict.first_bad;
  for (const Step& step : trace.steps) {
    if (const auto* returned = std::get_if<Return>(&step.what); step.number == number && returned) {
      number = returned->of;
    }
  }
  for (const Step& step : trace.steps) {
    if (step.number != number) continue;
    if (const auto* call = std::get_if<Call>(&step.what)) {
      return model::name_of(call->action.operation);
    }
    if (const auto* event = std::get_if<model::Environment>(&step.what)) {
      return model::name_of(*event);
    }
  }
  return {};
}

bool is_same_violation(const Trace& left, const Trace& right) {
  return right.verdict.result == Result::violated &&
         left.verdict.property == right.verdict.property &&
         kind_of_violation(left) == kind_of_violation(right);
}

/// Runs candidates as long as the options allow.
class BoundedRerun {
 public:
  BoundedRerun(const Rerun& rerun, const MinimiseOptions& options)
      : rerun_(rerun), runs_left_(options.most_runs), steps_left_(options.most_steps) {}

  [[nodiscard]] bool may_run(const Trace& candidate) const {
    return runs_left_ > 0 && candidate.steps.size() <= steps_left_;
  }

  /// Pre: it may run.
  [[nodiscard]] std::expected<Trace, std::string> run(const Trace& candidate) {
    --runs_left_;
    steps_left_ -= candidate.steps.size();
    return rerun_(candidate);
  }

 private:
  const Rerun& rerun_;
  std::size_t runs_left_;
  std::size_t steps_left_;
};

// One pass over all chunks of `size` stimuli; keeps every candidate that is violated as before.
Trace drop_chunks(Trace trace, std::size_t size, BoundedRerun& rerun) {
  std::size_t first = 0;
  while (true) {
    const Selection selection(trace);
    if (first >= selection.size()) return trace;
    const Trace candidate = selection.without(first, size);
    if (!rerun.may_run(candidate)) return trace;
    auto run = rerun.run(candidate);
    if (run && is_same_violation(trace, *run)) {
      trace = *std::move(run);
    } else {
      first += size;
    }
  }
}

}  // namespace

Trace minimise(const Trace& trace, const Rerun& rerun, const MinimiseOptions& options) {
  if (trace.verdict.result != Result::violated) return trace;
  BoundedRerun bounded(rerun, options);
  const Trace whole = Selection(trace).without(0, 0);
  if (!bounded.may_run(whole)) return trace;
  auto shortest = bounded.run(whole);
  if (!shortest || !is_same_violation(trace, *shortest)) return trace;
  std::size_t before = 0;
  do {
    before = stimuli_of(*shortest).size();
    for (std::size_t size = before / 2; size >= 1; size /= 2) {
      shortest = drop_chunks(*std::move(shortest), size, bounded);
    }
  } while (stimuli_of(*shortest).size() < before);
  return *std::move(shortest);
}

Trace without_stimulus(const Trace& trace, std::uint64_t number) {
  const std::vector<Step> stimuli = stimuli_of(trace);
  const auto found = std::ranges::find(stimuli, number, &Step::number);
  const auto index = static_cast<std::size_t>(found - stimuli.begin());
  return Selection(trace).without(index, 1);
}

}  // namespace leasecheck::traces
