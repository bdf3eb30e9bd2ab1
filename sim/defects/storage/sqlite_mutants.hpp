#pragma once

#include <span>
#include <string_view>

#include "sim/defects/storage/sqlite_mutant.hpp"

namespace leasecheck::mutants {

/// Every planted defect of storage.
[[nodiscard]] std::span<const SqliteMutant> sqlite_mutants();

/// Returns: null when there is none of this name.
[[nodiscard]] const SqliteMutant* find_sqlite_mutant(std::string_view name);

}  // namespace leasecheck::mutants
