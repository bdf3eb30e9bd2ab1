#include "traces/views/disk_fault.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <utility>
#include <variant>
#include <vector>

#include "leasecheck/spec/step.hpp"
#include "traces/digest.hpp"
#include "traces/wording.hpp"

namespace leasecheck::traces {
namespace {

/// An operation that the disk's event meets.
struct Met {
  std::uint64_t step = 0;
  const Call* call = nullptr;
  const Return* answer = nullptr;  ///< null if nobody heard one
};

/// What such a trace consists of.
struct DiskStory {
  model::State prior;
  const DiskEvent* event = nullptr;
  std::vector<Met> met;
};

DiskStory story_of(const Trace& trace) {
  DiskStory story;
  for (const Step& step : trace.steps) {
    if (const auto* event = std::get_if<DiskEvent>(&step.what)) {
      story.event = event;
    } else if (const auto* call = std::get_if<Call>(&step.what)) {
      if (story.event != nullptr) {
        story.met.push_back({.step = step.number, .call = call});
      } else {
        story.prior = model::step(std::move(story.prior), call->action).state;
      }
    } else if (const auto* answer = std::get_if<Return>(&step.what)) {
      const auto found = std::ranges::find(story.met, answer->of, &Met::step);
      if (found != story.met.end()) found->answer = answer;
    }
  }
  return story;
}

std::string changes_in_words(const model::State& before, const model::State& after,
                             const Wording& say) {
  const Return effect{.of = 0,
                      .outcome = {},
                      .delta = delta(model::snapshot(before), model::snapshot(after)),
                      .post = 0};
  return fmt::format("{}", fmt::join(say.changes(effect), ", "));
}

/// "to p0 it accepts, then to p1 it refuses: stale_lease", for the operations in this order. Where
/// those are the answers that were heard, what is stored is wrong, and so what it has to be.
std::string in_order(const DiskStory& story, const std::vector<std::size_t>& order,
                     const Wording& say) {
  model::State state = story.prior;
  std::vector<std::string> answers;
  bool are_as_heard = true;
  for (const std::size_t i : order) {
    const Met& met = story.met[i];
    model::Step step = model::step(std::move(state), met.call->action);
    state = std::move(step.state);
    answers.push_back(fmt::format("to {} it {}", met.call->actor, say.answer(step.outcome)));
    are_as_heard &= met.answer != nullptr && met.answer->outcome == step.outcome;
  }
  const std::string left =
      are_as_heard ? ", which leaves " + changes_in_words(story.prior, state, say) : "";
  return fmt::format("{}{}", fmt::join(answers, ", then "), left);
}

std::string demand_of_orders(const DiskStory& story, const Wording& say) {
  constexpr std::size_t most = 3;  // of more processes nobody would read all orders
  if (story.met.size() > most) return "It has to do as if they came one after the other.";
  std::vector<std::size_t> order(story.met.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::vector<std::string> ways;
  do {
    const std::string way = in_order(story, order, say);
    if (std::ranges::find(ways, way) == ways.end()) ways.push_back(way);
  } while (std::ranges::next_permutation(order).found);
  return fmt::format("It has to do as if they came one after the other: {}.",
                     fmt::join(ways, "; or "));
}

std::string demand_of_crash(const DiskStory& story, const std::string& property,
                            const Wording& say) {
  if (property == "recovers") return "It has to open and to work again.";
  if (story.met.empty()) return "To open it again must change nothing.";
  const Met& met = story.met.front();
  model::Step step = model::step(story.prior, met.call->action);
  const std::string changes = changes_in_words(story.prior, step.state, say);
  if (met.answer != nullptr && met.answer->outcome == step.outcome) {
    return fmt::format("Step {} was answered, so it has to hold what the step changes: {}.",
                       met.step, changes);
  }
  if (met.answer != nullptr) {
    return fmt::format(
        "At step {} it {}, or refuses as unavailable; refused without effect, the step must leave "
        "nothing of this: {}.",
        met.step, say.answer(step.outcome), changes);
  }
  return fmt::format(
      "It has to hold the state before step {}, or that state with all that the step changes: {}.",
      met.step, changes);
}

}  // namespace

std::string demand_on_disk(const Trace& trace) {
  const DiskStory story = story_of(trace);
  const Wording say(trace);
  switch (story.event->kind) {
    case DiskEvent::Kind::schedule:
      return demand_of_orders(story, say);
    case DiskEvent::Kind::mishap:
      return demand_of_crash(story, trace.verdict.property, say);
  }
  std::unreachable();
}

}  // namespace leasecheck::traces
