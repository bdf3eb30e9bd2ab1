#include <algorithm>
#include <set>

#include "traces/reduction/arguments.hpp"

namespace leasecheck::traces {
namespace {

using Number = std::int64_t;

// Beyond it a time is as odd as the ends of the range, and no arithmetic is done with it.
constexpr Number usual_end = Number{1} << 60;

bool is_usual(Number value) {
  return -usual_end < value && value < usual_end;
}

/// Where a time or a duration stands among all of them.
struct Slot {
  Number value = 0;
  bool is_time = true;
};

std::vector<Slot> slots_of(Stimuli stimuli) {
  std::vector<Slot> slots;
  each_time(
      stimuli,
      [&](model::Time& time) {
        slots.push_back({time.time_since_epoch().count(), true});
      },
      [&](model::Duration& duration) {
        slots.push_back({duration.count(), false});
      });
  return slots;
}

/// Runs the stimuli with the times and durations that `changed(index, slot)` gives.
template <class Changed>
bool keep_changed(Trials& trials, Changed&& changed) {
  if (!trials.may_go_on()) return false;
  Stimuli candidate = trials.stimuli();
  std::size_t index = 0;
  bool is_changed = false;
  const auto change = [&](Number value, bool is_time) {
    const Number next = changed(index++, Slot{value, is_time});
    is_changed |= next != value;
    return next;
  };
  each_time(
      candidate,
      [&](model::Time& time) {
        time = model::at_ms(change(time.time_since_epoch().count(), true));
      },
      [&](model::Duration& duration) {
        duration = model::Duration{change(duration.count(), false)};
      });
  return is_changed && trials.keep(candidate);
}

void count_from(Trials& trials, Number origin) {
  keep_changed(trials, [origin](std::size_t, Slot slot) {
    return slot.is_time && is_usual(slot.value) ? slot.value - origin : slot.value;
  });
}

void count_from_epoch(Trials& trials) {
  const auto& deployment = trials.stimuli().head.deployment;
  if (!deployment) return;
  const Number epoch = deployment->epoch.time_since_epoch().count();
  if (is_usual(epoch)) count_from(trials, epoch);
}

void divide(Trials& trials) {
  for (const Number divisor : {1'000'000, 10'000, 1'000, 100, 10, 5, 2}) {
    while (keep_changed(trials, [divisor](std::size_t, Slot slot) {
      return is_usual(slot.value) ? slot.value / divisor : slot.value;
    })) {
    }
  }
}

/// Small numbers are plain ones, and below zero are odd ones.
std::pair<bool, std::uint64_t> oddness(Number value) {
  const auto bits = static_cast<std::uint64_t>(value);
  return {value < 0, value < 0 ? ~bits : bits};
}

/// Plainest first.
std::vector<Number> plainest_first(const std::set<Number>& values) {
  std::vector<Number> sorted(values.begin(), values.end());
  std::ranges::sort(sorted, {}, oddness);
  return sorted;
}

/// Every time of the stimuli.
std::set<Number> distinct_times(const Trials& trials) {
  std::set<Number> times;
  for (const Slot& slot : slots_of(trials.stimuli())) {
    if (slot.is_time) times.insert(slot.value);
  }
  return times;
}

std::vector<Number> usual_times(const Trials& trials) {
  std::vector<Number> times;
  std::ranges::copy_if(distinct_times(trials), std::back_inserter(times), is_usual);
  return times;
}

/// What a value may become, plainest first.
std::vector<Number> plainer_values(const Slot& slot, const std::set<Number>& times) {
  std::set<Number> values{0, 1, 2, 3};
  if (slot.is_time) values.insert(times.begin(), times.end());
  if (is_usual(slot.value)) {
    for (Number part = slot.value / 2; part != 0; part /= 2) values.insert(slot.value - part);
  }
  std::erase_if(values, [&slot](Number value) { return oddness(value) >= oddness(slot.value); });
  return plainest_first(values);
}

// All that comes after a gap is moved to the time before it or to the one after that.
void close_gaps(Trials& trials) {
  std::vector<Number> times = usual_times(trials);
  for (std::size_t i = 0; i + 1 < times.size() && trials.may_go_on(); ++i) {
    for (const Number gap : {0, 1, 2}) {
      const Number from = times[i + 1];
      const Number shift = from - times[i] - gap;
      if (shift <= 0) break;
      if (!keep_changed(trials, [from, shift](std::size_t, Slot slot) {
            const bool is_later = slot.is_time && slot.value >= from && is_usual(slot.value);
            return is_later ? slot.value - shift : slot.value;
          })) {
        continue;
      }
      times = usual_times(trials);
      if (gap == 0) --i;
      break;
    }
  }
}

// Equal times go down together, since many are copies of one.
void lower_together(Trials& trials) {
  for (const Number time : plainest_first(distinct_times(trials))) {
    if (!trials.may_go_on()) return;
    for (const Number lower : plainer_values({time, true}, distinct_times(trials))) {
      if (keep_changed(trials, [time, lower](std::size_t, Slot slot) {
            return slot.is_time && slot.value == time ? lower : slot.value;
          })) {
        break;
      }
    }
  }
}

void lower_each(Trials& trials) {
  for (std::size_t i = 0; trials.may_go_on(); ++i) {
    const std::vector<Slot> slots = slots_of(trials.stimuli());
    if (i >= slots.size()) return;
    for (const Number value : plainer_values(slots[i], distinct_times(trials))) {
      if (keep_changed(trials, [i, value](std::size_t index, Slot slot) {
            return index == i ? value : slot.value;
          })) {
        break;
      }
    }
  }
}

// A duration and all that happens once it has passed come down together.
void lower_durations(Trials& trials) {
  std::set<Number> durations;
  for (const Slot& slot : slots_of(trials.stimuli())) {
    if (!slot.is_time && is_usual(slot.value)) durations.insert(slot.value);
  }
  for (const Number duration : durations) {
    if (!trials.may_go_on()) return;
    for (const Number lower : {1, 2, 3}) {
      if (lower >= duration) break;
      const Number shift = duration - lower;
      const auto times = usual_times(trials);
      const bool is_kept = std::ranges::any_of(times, [&](Number from) {
        return from >= shift && keep_changed(trials, [=](std::size_t, Slot slot) {
                 const bool is_it = slot.is_time ? slot.value >= from && is_usual(slot.value)
                                                 : slot.value == duration;
                 return is_it ? slot.value - shift : slot.value;
               });
      });
      if (is_kept) break;
    }
  }
}

// One clock for all: what the caller's clock shows and true time follow the repository's.
void agree_on_now(Trials& trials) {
  Stimuli candidate = trials.stimuli();
  model::Time true_time =
      candidate.head.deployment ? candidate.head.deployment->epoch : model::at_ms(0);
  for (Step& step : candidate.steps) {
    if (auto* call = std::get_if<Call>(&step.what)) {
      call->actor_clock = call->action.now;
      true_time = std::max(true_time, call->action.now);
    }
    step.true_time = true_time;
  }
  if (candidate.steps != trials.stimuli().steps) trials.keep(candidate);
}

}  // namespace

void lower_times(Trials& trials) {
  count_from_epoch(trials);
  divide(trials);
  std::vector<Slot> before;
  do {
    before = slots_of(trials.stimuli());
    agree_on_now(trials);
    if (const auto times = usual_times(trials); !times.empty()) count_from(trials, times.front());
    close_gaps(trials);
    lower_durations(trials);
    lower_together(trials);
    lower_each(trials);
  } while (trials.may_go_on() &&
           !std::ranges::equal(before, slots_of(trials.stimuli()), {}, &Slot::value, &Slot::value));
}

}  // namespace leasecheck::traces
