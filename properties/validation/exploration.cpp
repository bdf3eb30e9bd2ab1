#include "properties/validation/exploration.hpp"

#include <algorithm>
#include <utility>

namespace leasecheck::properties {

bool is_enabled(const OpenCall& call, const OpenCalls& open, const Explained& explained) {
  return std::ranges::all_of(call.after, [&](std::uint64_t earlier) {
    return explained.contains(earlier) || !open.contains(earlier);
  });
}

void settle_readings(LoggedModel& model, OpenCalls& open, Explained& explained) {
  for (auto& [number, call] : open) {
    if (call.changes || explained.contains(number) || !is_enabled(call, open, explained)) continue;
    if (model.take(call)) explained.insert(call);
  }
}

void Exploration::explore(const Configuration& from, std::vector<Configuration>& found) {
  beginning_ = model_.model().mark();
  model_.model().put(from.rows);
  go_on(from.explained, found);
  model_.model().undo_to(beginning_);
}

void Exploration::go_on(Explained explained, std::vector<Configuration>& found) {
  settle_readings(model_, open_, explained);
  Configuration here{.explained = explained, .rows = model_.model().rows_since(beginning_)};
  if (explained.contains(target_)) {
    add_if_new(found, std::move(here));
    return;
  }
  if (!add_if_new(seen_, std::move(here))) return;
  const auto step = [&](std::uint64_t number) {
    OpenCall& open = open_.at(number);
    if (explained.contains(number) || !is_enabled(open, open_, explained)) return;
    Explained next = explained;
    next.insert(open);
    if (reach_.has_unseen) {
      model_.each_way(open, [&] { go_on(next, found); });
      return;
    }
    const model::IndexedModel::Mark mark = model_.model().mark();
    if (model_.take(open)) go_on(next, found);
    model_.model().undo_to(mark);
  };
  step(target_);
  std::ranges::for_each(reach_.others, step);
}

}  // namespace leasecheck::properties
