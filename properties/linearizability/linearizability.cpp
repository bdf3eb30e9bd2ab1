#include "properties/linearizability/linearizability.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <string>
#include <utility>

namespace leasecheck::properties {
namespace {

// The model numbers leases in the order of granting, which is what is being looked for. So each
// lease that it grants is renamed at once to the id that was observed; the numbers that it draws
// meanwhile are beyond all that anybody observes.
constexpr std::uint64_t beyond_observed = std::uint64_t{1} << 62;

model::State numbering_beyond_observed(model::State state) {
  if (state.leases_issued < beyond_observed) state.leases_issued += beyond_observed;
  return state;
}

void rename_lease(model::State& state, model::LeaseRecord& granted, model::Id observed) {
  state.attempt_of_lease.erase(granted.lease_id);
  state.attempt_of_lease.emplace(observed, granted.attempt_id);
  state.attempts.at(granted.attempt_id).lease->lease_id = observed;
  granted.lease_id = std::move(observed);
}

void rename_leases(model::Step& step, const ConcurrentCall& call, std::size_t index) {
  if (!step.outcome) return;
  // A transaction that began anew drew others before.
  const auto observed = [&](std::size_t place, std::size_t granted) {
    const std::size_t skipped = std::max(call.lease_ids.size(), granted) - granted;
    return skipped + place < call.lease_ids.size()
               ? call.lease_ids[skipped + place]
               : "unobserved lease of call " + std::to_string(index) + "." + std::to_string(place);
  };
  if (auto* claims = std::get_if<std::vector<model::Claim>>(&*step.outcome)) {
    for (std::size_t i = 0; i < claims->size(); ++i) {
      rename_lease(step.state, (*claims)[i].lease, observed(i, claims->size()));
    }
  } else if (std::holds_alternative<model::UpsertLease>(call.action.operation)) {
    rename_lease(step.state, std::get<model::LeaseRecord>(*step.outcome), observed(0, 1));
  }
}

bool had_no_effect(const ConcurrentCall& call) {
  return call.outcome == std::unexpected(model::ErrorCode::unavailable);
}

/// About what a copy of the state takes: the same on every machine whose strings and maps are
/// alike.
std::size_t bytes_of(const model::State& state) {
  constexpr std::size_t node = 48;  // of a map, with what the allocator adds
  const auto rows = [](const auto& map) { return map.size() * (sizeof(*map.begin()) + node); };
  std::size_t bytes =
      sizeof(state) + rows(state.attempts) + rows(state.attempt_of_lease) + rows(state.runs);
  for (const auto& [id, run] : state.runs) {
    for (const model::RunEvent& event : run.events) bytes += sizeof(event) + event.payload.size();
  }
  return bytes;
}

class Search {
 public:
  Search(const History& history, const LinearizabilityOptions& options)
      : history_(history),
        comparison_(options.comparison),
        steps_left_(options.most_steps),
        bytes_left_(options.most_bytes),
        done_(history.calls.size(), false) {
    for (std::size_t i = 0; i < done_.size(); ++i) done_[i] = had_no_effect(history.calls[i]);
  }

  Linearizability run() {
    if (explains_the_rest(numbering_beyond_observed(history_.initial))) {
      return Linearizability::linearizable;
    }
    return gave_up_ ? Linearizability::gave_up : Linearizability::not_linearizable;
  }

  /// Looks for all explanations from here too, and adds where they lead.
  void collect(const model::State& initial, std::vector<model::State>& found) {
    found_ = &found;
    static_cast<void>(explains_the_rest(numbering_beyond_observed(initial)));
  }

  [[nodiscard]] bool gave_up() const { return gave_up_; }

  [[nodiscard]] std::uint64_t steps_left() const { return steps_left_; }

 private:
  static constexpr std::uint64_t never = std::numeric_limits<std::uint64_t>::max();

  // The earliest answer among calls that still have to be explained: no call that was invoked after
  // it can come first.
  [[nodiscard]] std::uint64_t earliest_return() const {
    std::uint64_t earliest = never;
    for (std::size_t i = 0; i < done_.size(); ++i) {
      const ConcurrentCall& call = history_.calls[i];
      if (!done_[i] && call.outcome) earliest = std::min(earliest, call.returned.value_or(never));
    }
    return earliest;
  }

  [[nodiscard]] bool is_explained(const model::State& state) const {
    for (std::size_t i = 0; i < done_.size(); ++i) {
      if (!done_[i] && history_.calls[i].outcome) return false;
    }
    if (!history_.final_snapshot) return true;
    const model::Snapshot& seen = *history_.final_snapshot;
    return comparison_.are_same_states ? comparison_.are_same_states(seen, model::snapshot(state))
                                       : seen == model::snapshot(state);
  }

  [[nodiscard]] model::Step step(const model::State& state, const ConcurrentCall& call) const {
    return comparison_.step ? comparison_.step(state, call) : model::step(state, call.action);
  }

  [[nodiscard]] bool are_same(const model::Outcome& seen, const model::Outcome& expected) const {
    return comparison_.are_same_answers ? comparison_.are_same_answers(seen, expected)
                                        : seen == expected;
  }

  /// Whether nothing new is to be found from here.
  [[nodiscard]] bool was_here(const model::State& state) {
    std::vector<model::State>& states = seen_[done_];
    return std::ranges::find(states, state) != states.end() || !keep(state, states);
  }

  /// Returns: false if there is no memory left for it.
  [[nodiscard]] bool keep(const model::State& state, std::vector<model::State>& states) {
    const std::size_t bytes = bytes_of(state);
    if (bytes > bytes_left_) {
      gave_up_ = true;
      return false;
    }
    bytes_left_ -= bytes;
    states.push_back(state);
    return true;
  }

  bool explains_the_rest(model::State state) {
    if (was_here(state)) return false;
    if (is_explained(state)) {
      if (found_ == nullptr) return true;
      if (std::ranges::find(*found_, state) == found_->end() && !keep(state, *found_)) return false;
    }
    const std::uint64_t end = earliest_return();
    for (std::size_t i = 0; i < done_.size(); ++i) {
      const ConcurrentCall& call = history_.calls[i];
      if (done_[i] || call.invoked > end) continue;
      if (steps_left_ == 0) {
        gave_up_ = true;
        return false;
      }
      --steps_left_;
      model::Step stepped = step(state, call);
      rename_leases(stepped, call, i);
      if (call.outcome && !are_same(*call.outcome, stepped.outcome)) continue;
      done_[i] = true;
      if (explains_the_rest(std::move(stepped.state))) return true;
      done_[i] = false;
    }
    return false;
  }

  const History& history_;
  const Comparison& comparison_;
  std::uint64_t steps_left_;
  std::size_t bytes_left_;
  bool gave_up_ = false;
  std::vector<model::State>* found_ = nullptr;  ///< if all explanations are wanted
  std::vector<bool> done_;
  std::map<std::vector<bool>, std::vector<model::State>> seen_;
};

}  // namespace

LinearizabilityResult check_linearizable(const History& history,
                                         const LinearizabilityOptions& options) {
  LinearizabilityOptions left = options;
  Linearizability verdict = Linearizability::linearizable;
  for (const History& part : partition(history)) {
    Search search(part, left);
    const Linearizability found = search.run();
    left.most_steps = search.steps_left();
    if (found == Linearizability::not_linearizable) {
      return {.verdict = found, .steps = options.most_steps - left.most_steps};
    }
    if (found == Linearizability::gave_up) verdict = found;
  }
  return {.verdict = verdict, .steps = options.most_steps - left.most_steps};
}

Explanations explain(const std::vector<model::State>& initial, const History& history,
                     const LinearizabilityOptions& options) {
  Explanations explanations;
  Search search(history, options);
  for (const model::State& state : initial) search.collect(state, explanations.states);
  explanations.verdict = search.gave_up()              ? Linearizability::gave_up
                         : explanations.states.empty() ? Linearizability::not_linearizable
                                                       : Linearizability::linearizable;
  return explanations;
}

}  // namespace leasecheck::properties
