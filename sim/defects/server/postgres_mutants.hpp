#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "lease/postgres.hpp"

/// Planted defects of SQL: the PostgreSQL backend with statements worded as some real system once
/// worded them. In a single session some of them are correct.
namespace leasecheck::mutants {

struct PostgresMutant {
  std::string_view name;
  std::string_view
      defect;             ///< row of the catalogue of defects, or of the contract: "B96", "rule 17"
  std::string_view what;  ///< one sentence: what it does wrong
  std::string_view property;  ///< the property that must find it
  std::string_view search;    ///< the command that finds it: "interleave", "crash", "simulate"
  std::string_view shown_by;  ///< a case of it: "leased/heartbeat+reap"; empty for a simulation
  lease::Result<std::unique_ptr<lease::AttemptRepository>> (*open)(
      const lease::PostgresOptions& options, lease::Clock& clock, lease::IdSource& ids);
};

[[nodiscard]] std::span<const PostgresMutant> postgres_mutants();

/// Returns: null when there is none of this name.
[[nodiscard]] const PostgresMutant* find_postgres_mutant(std::string_view name);

}  // namespace leasecheck::mutants
