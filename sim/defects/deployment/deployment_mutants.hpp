#pragma once

#include <span>
#include <string_view>

#include "sim/world/world.hpp"

namespace leasecheck::mutants {

/// A defect planted around a correct repository: workers or reapers that break their side of the
/// contract, as some real system once did. The contract promises nothing against them, so a run
/// with one must be found violated.
struct DeploymentMutant {
  std::string_view name;
  std::string_view row;       ///< of the catalogue: "B16"
  std::string_view what;      ///< one sentence: what it does wrong
  std::string_view property;  ///< what must find it
  /// Makes a run a defective one.
  void (*plant)(sim::Plan& plan, sim::Actors& actors);
};

[[nodiscard]] std::span<const DeploymentMutant> deployment_mutants();

}  // namespace leasecheck::mutants
