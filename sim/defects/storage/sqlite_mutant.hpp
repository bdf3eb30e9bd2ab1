#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "lease/sqlite.hpp"

/// Planted defects of storage: the SQLite backend with one transaction done as some real system
/// once did it. In a single process on a disk that never fails each of them is correct; each must
/// be found by the search that it names.
namespace leasecheck::mutants {

/// What can see a defect: every schedule of processes, a crash, or all at once at random.
enum class Search : std::uint8_t { interleave, crash, stress };

struct SqliteMutant {
  std::string_view name;
  std::string_view
      defect;             ///< row of the catalogue of defects, or of the contract: "B96", "rule 17"
  std::string_view what;  ///< one sentence: what it does wrong
  Search search;
  std::string_view property;  ///< the property that must find it
  /// A case of that search in which it shows: "leased/heartbeat+reap"; none of a stress test.
  std::string_view shown_by;
  lease::Result<std::unique_ptr<lease::AttemptRepository>> (*open)(
      const lease::SqliteOptions& options, lease::Clock& clock, lease::IdSource& ids);
  /// How short logs are for it to show.
  std::uint32_t checkpoint_pages = lease::SqliteOptions::default_checkpoint_pages;
};

}  // namespace leasecheck::mutants
