#include <map>
#include <vector>

#include "leasecheck/spec/several.hpp"
#include "traces/reduction/structure.hpp"

namespace leasecheck::traces {
namespace {

/// Builds stimuli in which operations on several attempts are the operations on one that they are.
class Apart {
 public:
  explicit Apart(const Trace& trace) : trace_(trace), all_(stimuli_of(trace)) {
    for (const Step& step : trace.steps) {
      if (const auto* returned = std::get_if<Return>(&step.what)) answers_[returned->of] = returned;
    }
    next_ = trace.steps.empty() ? 1 : trace.steps.back().number + 1;
  }

  Stimuli make() {
    Stimuli apart{.head = all_.head, .steps = {}, .granted = all_.granted};
    for (const Step& step : all_.steps) {
      if (const auto* call = std::get_if<Call>(&step.what)) {
        add(apart, step, *call);
      } else {
        add_event(apart, step);
      }
    }
    return apart;
  }

 private:
  void add(Stimuli& apart, const Step& step, const Call& call) {
    const auto answer = answers_.find(step.number);
    const bool fails = answer == answers_.end() ||
                       trace_.verdict.first_bad == answer->second->of + 1 ||
                       trace_.verdict.first_bad == step.number;
    std::vector<model::Single> singles;
    if (!fails) singles = model::singles_of(call.action, answer->second->outcome);
    if (singles.empty()) {
      apart.steps.push_back(step);
      return;
    }
    for (const model::Single& single : singles) {
      const std::uint64_t number = next_++;
      numbers_[step.number].push_back(number);
      if (single.outcome && std::holds_alternative<model::UpsertLease>(single.action.operation)) {
        apart.granted[number] = std::get<model::LeaseRecord>(*single.outcome).lease_id;
      }
      apart.steps.push_back(
          {number, step.true_time, Call{call.actor, call.actor_clock, single.action}});
    }
  }

  /// What speaks of the call speaks of each of them; an effect, of the one that granted the lease.
  void add_event(Stimuli& apart, const Step& step) {
    Step copy = step;
    const std::uint64_t* named = call_of(copy);
    const auto numbers = named == nullptr ? numbers_.end() : numbers_.find(*named);
    if (numbers == numbers_.end()) {
      apart.steps.push_back(step);
      return;
    }
    for (const std::uint64_t number : numbers->second) {
      Step one = step;
      one.number = next_++;
      *call_of(one) = number;
      apart.steps.push_back(std::move(one));
    }
  }

  const Trace& trace_;
  const Stimuli all_;
  std::map<std::uint64_t, const Return*> answers_;
  std::map<std::uint64_t, std::vector<std::uint64_t>> numbers_;
  std::uint64_t next_ = 1;
};

}  // namespace

void take_apart(Trials& trials) {
  const auto has_several = [](const Step& step) {
    const auto* call = std::get_if<Call>(&step.what);
    return call != nullptr && model::has_singles(call->action.operation);
  };
  for (const Step& step : trials.best().steps) {
    if (!has_several(step)) continue;
    trials.keep(Apart(trials.best()).make());
    return;
  }
}

}  // namespace leasecheck::traces
