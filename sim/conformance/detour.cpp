#include "sim/conformance/detour.hpp"

#include <algorithm>
#include <deque>
#include <limits>

namespace leasecheck::sim {
namespace {

constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

}  // namespace

Detours::Detours(std::size_t vertices, std::span<const graph::TourArc> arcs)
    : arcs_(arcs),
      arcs_of_(vertices),
      is_avoided_(arcs.size(), false),
      by_(vertices, none),
      cost_(vertices, none) {
  for (std::uint32_t arc = 0; arc < arcs.size(); ++arc) arcs_of_[arcs[arc].from].push_back(arc);
  search(0, none);
  calls_to_ = cost_;
}

std::optional<std::vector<std::uint32_t>> Detours::way(std::uint32_t from, std::uint32_t to) {
  if (from == to) return std::vector<std::uint32_t>{};
  if (!search(from, to)) return std::nullopt;
  std::vector<std::uint32_t> way;
  for (std::uint32_t at = to; at != from; at = arcs_[by_[at]].from) way.push_back(by_[at]);
  std::ranges::reverse(way);
  return way;
}

// Breadth-first, with what costs nothing first.
bool Detours::search(std::uint32_t from, std::uint32_t to) {
  std::ranges::fill(by_, none);
  std::ranges::fill(cost_, none);
  cost_[from] = 0;
  std::deque<std::pair<std::uint32_t, std::uint32_t>> open{{from, 0}};
  while (!open.empty()) {
    const auto [here, cost] = open.front();
    open.pop_front();
    if (here == to) return true;
    if (cost != cost_[here]) continue;
    for (const std::uint32_t number : arcs_of_[here]) {
      const graph::TourArc& arc = arcs_[number];
      if (is_avoided_[number] || cost + arc.cost >= cost_[arc.to]) continue;
      cost_[arc.to] = cost + arc.cost;
      by_[arc.to] = number;
      if (arc.cost == 0) {
        open.emplace_front(arc.to, cost_[arc.to]);
      } else {
        open.emplace_back(arc.to, cost_[arc.to]);
      }
    }
  }
  return false;
}

}  // namespace leasecheck::sim
