#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "model/graph/tour.hpp"

namespace leasecheck::sim {

/// Finds ways through a world that avoid what a subject does otherwise.
class Detours {
 public:
  /// `arcs` has to outlive this. Arcs cost 0 or 1.
  Detours(std::size_t vertices, std::span<const graph::TourArc> arcs);

  void avoid(std::uint32_t arc) { is_avoided_[arc] = true; }
  [[nodiscard]] bool is_avoided(std::uint32_t arc) const { return is_avoided_[arc]; }

  /// The arcs of a cheapest way; empty if it is where it begins. Returns: nothing where there is no
  /// way but by what is avoided.
  /// Complexity: linear in the arcs that are no farther than the goal.
  [[nodiscard]] std::optional<std::vector<std::uint32_t>> way(std::uint32_t from, std::uint32_t to);

  /// What the cheapest way from vertex 0 costs, if nothing is avoided.
  [[nodiscard]] std::uint32_t calls_to(std::uint32_t vertex) const { return calls_to_[vertex]; }

 private:
  /// Fills `by_`. Returns: whether the goal was met.
  bool search(std::uint32_t from, std::uint32_t to);

  std::span<const graph::TourArc> arcs_;
  std::vector<std::vector<std::uint32_t>> arcs_of_;
  std::vector<bool> is_avoided_;
  std::vector<std::uint32_t> calls_to_;
  // Of the last search: by which arc a vertex was met, and what that cost.
  std::vector<std::uint32_t> by_;
  std::vector<std::uint32_t> cost_;
};

}  // namespace leasecheck::sim
