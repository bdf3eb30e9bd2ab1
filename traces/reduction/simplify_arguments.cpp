#include <algorithm>
#include <concepts>
#include <map>
#include <set>

#include "traces/reduction/arguments.hpp"

namespace leasecheck::traces {
namespace {

/// The values that are plainer than this one, plainest first: small ones, then those nearer to
/// zero by less and less, which finds where an odd value begins to be odd.
template <std::integral Number>
std::vector<Number> plainer(std::string_view name, Number value) {
  const Number usual = name == "multiplier" ? 2 : 0;
  std::vector<Number> values;
  if (value == usual) return values;
  if (usual != 0) values.push_back(usual);
  const bool is_negative = value < 0;
  for (const Number small : {0, 1, 2, 3}) {
    if (is_negative ? value != small : value > small) values.push_back(small);
  }
  for (Number part = value / 2; part != 0; part /= 2) {
    if (value - part != 0) values.push_back(static_cast<Number>(value - part));
  }
  return values;
}

std::vector<bool> plainer(std::string_view, bool value) {
  if (value) return {false};
  return {};
}

/// Without each of several items.
template <class Item>
std::vector<std::vector<Item>> plainer(std::string_view, const std::vector<Item>& items) {
  std::vector<std::vector<Item>> fewer;
  for (std::size_t i = 0; i < items.size(); ++i) {
    fewer.push_back(items);
    fewer.back().erase(fewer.back().begin() + static_cast<std::ptrdiff_t>(i));
  }
  return fewer;
}

template <class Enum>
requires std::is_enum_v<Enum> std::vector<Enum> plainer(std::string_view, Enum value) {
  std::vector<Enum> values;
  for (int i = 0; i < static_cast<int>(value); ++i) values.push_back(static_cast<Enum>(i));
  return values;
}

std::vector<std::string> plainer(std::string_view name, const std::string& value) {
  if (name == "kind" && value != "k") return {"k"};
  if (name == "tenant_id" && value != "t1") return {"t1"};
  if (name == "payload" && value != "{}") return {"{}"};
  return {};
}

/// Gives field number `field` of a step its plainer value number `choice`.
class Plainer {
 public:
  Plainer(std::size_t field, std::size_t choice) : field_(field), choice_(choice) {}

  template <class Value>
  void operator()(std::string_view name, std::optional<Value>& value) {
    if (!value) return;
    if (at_++ == field_) {
      if (choice_ == 0) value.reset();
      is_changed_ = choice_ == 0;
    } else {
      (*this)(name, *value);
    }
  }
  void operator()(std::string_view, model::RetryPolicy& policy) { fields(*this, policy); }
  void operator()(std::string_view, model::Time&) {}
  void operator()(std::string_view, model::Duration&) {}
  template <class Value>
  void operator()(std::string_view name, Value& value) {
    if (at_++ != field_) return;
    const auto values = plainer(name, value);
    is_changed_ = choice_ < values.size();
    if (is_changed_) value = values[choice_];
  }
  void payload(std::string& value) { (*this)("payload", value); }

  [[nodiscard]] bool is_changed() const { return is_changed_; }
  [[nodiscard]] bool has_field() const { return field_ < at_; }

 private:
  std::size_t field_;
  std::size_t choice_;
  std::size_t at_ = 0;
  bool is_changed_ = false;
};

// The same change to every call that was the same.
bool keep_in_all(Trials& trials, std::size_t index, const Step& changed) {
  const auto* was = std::get_if<Call>(&trials.stimuli().steps[index].what);
  const auto* now = std::get_if<Call>(&changed.what);
  if (was == nullptr) return false;
  Stimuli candidate = trials.stimuli();
  std::size_t count = 0;
  for (Step& step : candidate.steps) {
    auto* call = std::get_if<Call>(&step.what);
    if (call == nullptr || call->action.operation != was->action.operation) continue;
    call->action.operation = now->action.operation;
    ++count;
  }
  return count > 1 && trials.keep(candidate);
}

// Whether the field exists; its value is as plain as it can be then.
bool simplify_field(Trials& trials, std::size_t index, std::size_t field) {
  std::size_t choice = 0;
  while (trials.may_go_on() && index < trials.length()) {
    Stimuli candidate = trials.stimuli();
    Plainer plainer(field, choice);
    visit_fields(candidate.steps[index], plainer);
    if (!plainer.has_field()) return false;
    if (!plainer.is_changed()) return true;
    const Step changed = candidate.steps[index];
    const bool is_kept = trials.keep(candidate) || keep_in_all(trials, index, changed);
    choice = is_kept ? 0 : choice + 1;
  }
  return false;
}

// Where only their order counts, the least priority is 0; where only that they are alike, all are.
void lower_priorities(Trials& trials) {
  std::set<std::int32_t> priorities;
  const auto each_priority = [](Stimuli& stimuli, auto&& visit) {
    for (Step& step : stimuli.steps) {
      auto* call = std::get_if<Call>(&step.what);
      auto* enqueue =
          call == nullptr ? nullptr : std::get_if<model::EnqueueAttempt>(&call->action.operation);
      if (enqueue != nullptr) visit(enqueue->spec.priority);
    }
  };
  Stimuli stimuli = trials.stimuli();
  each_priority(stimuli, [&](std::int32_t& priority) { priorities.insert(priority); });
  std::int32_t rank = 0;
  std::map<std::int32_t, std::int32_t> ranks;
  for (const std::int32_t priority : priorities) ranks[priority] = rank++;
  each_priority(stimuli, [&](std::int32_t& priority) { priority = ranks[priority]; });
  if (stimuli.steps != trials.stimuli().steps) trials.keep(stimuli);
}

std::vector<model::Id> ids_of(const Stimuli& stimuli, IdKind wanted) {
  std::vector<model::Id> ids;
  for (Step step : stimuli.steps) {
    each_id(step, [&](IdKind kind, const model::Id& id) {
      if (kind == wanted && std::ranges::find(ids, id) == ids.end()) ids.push_back(id);
    });
  }
  return ids;
}

bool become_one(Trials& trials, IdKind kind) {
  const std::vector<model::Id> ids = ids_of(trials.stimuli(), kind);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    for (std::size_t j = i + 1; j < ids.size(); ++j) {
      if (!trials.may_go_on()) return false;
      Stimuli candidate = trials.stimuli();
      for (Step& step : candidate.steps) {
        each_id(step, [&](IdKind found, model::Id& id) {
          if (found == kind && id == ids[j]) id = ids[i];
        });
      }
      if (trials.keep(candidate)) return true;
    }
  }
  return false;
}

}  // namespace

void simplify_arguments(Trials& trials) {
  for (const IdKind kind : {IdKind::attempt, IdKind::run, IdKind::worker}) {
    while (become_one(trials, kind)) {
    }
  }
  lower_priorities(trials);
  for (std::size_t index = 0; index < trials.length(); ++index) {
    for (std::size_t field = 0; simplify_field(trials, index, field);) ++field;
  }
}

}  // namespace leasecheck::traces
