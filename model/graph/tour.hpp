#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <vector>

namespace leasecheck::graph {

/// One arc of a graph that is to be walked: what it costs to take it once.
struct TourArc {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  std::uint32_t cost = 1;
};

/// A walk that takes every arc at least once: numbers of arcs in order, from vertex 0 to vertex 0.
struct Tour {
  std::vector<std::uint32_t> arcs;
  std::uint64_t cost = 0;
};

/// The cheapest tour that covers all arcs: the directed Chinese postman problem. Arcs are repeated
/// along a minimum-cost flow from the vertices with more arcs in than out to the others; then every
/// vertex is balanced and an Euler tour exists.
/// Deterministic: the same arcs give the same tour.
/// Pre: vertices are below `vertices`.
/// Errors: an arc that cannot be reached from vertex 0, or from which there is no way back to it.
/// Complexity: as many shortest-path rounds as the longest detour costs, each nearly linear.
/// Source: Edmonds and Johnson, "Matching, Euler tours and the Chinese postman", Mathematical
/// Programming 5 (1973); flow by the primal-dual method, Ford and Fulkerson (1962); tour by
/// Hierholzer (1873).
[[nodiscard]] std::expected<Tour, std::string> covering_tour(std::size_t vertices,
                                                             std::span<const TourArc> arcs);

/// A tour of the same cost that takes every arc as often as `tour` does, but in another order: at
/// each vertex first those that stand first in `order`.
/// Pre: `tour` is a tour of `arcs`; `order` names each of them once.
/// Complexity: linear in the length of the tour.
[[nodiscard]] Tour reordered(const Tour& tour, std::size_t vertices, std::span<const TourArc> arcs,
                             std::span<const std::uint32_t> order);

/// The arcs of a cheapest path from one vertex to another; empty if they are the same.
/// Errors: there is none.
[[nodiscard]] std::expected<std::vector<std::uint32_t>, std::string> shortest_path(
    std::size_t vertices, std::span<const TourArc> arcs, std::uint32_t from, std::uint32_t to);

}  // namespace leasecheck::graph
