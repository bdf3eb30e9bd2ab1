#pragma once

#include <expected>
#include <optional>
#include <string>

#include "leasecheck/check/report.hpp"
#include "model/lease_core/lease_core.hpp"
#include "model/system/explored.hpp"
#include "model/system/lens.hpp"

namespace leasecheck::system {

/// What is wanted of a search beyond its findings; a search that was stopped has only those.
struct Wanted {
  /// The graph that was searched, looked at through this lens.
  std::optional<Lens> graph;
  /// With symmetry: how many states those found stand for. Takes as long as part of the search.
  bool reduction = false;
};

/// Searches the world. The one place where the checker meets the system model.
/// Errors: bounds that are out of range, options that the checker refuses, a checkpoint that cannot
/// be read or written; in words.
[[nodiscard]] std::expected<Explored, std::string> explore(const Options& world,
                                                           const check::Options& how,
                                                           const Wanted& wanted = Wanted{});

/// The same for the benchmark's model, whose runs have no actions of this one, and whose graph has
/// no lens.
[[nodiscard]] std::expected<Explored, std::string> explore(const check::LeaseCore& model,
                                                           const check::Options& how,
                                                           const Wanted& wanted);

}  // namespace leasecheck::system
