#pragma once

#include <span>
#include <string_view>

#include "sim/defects/repository/mutant.hpp"

namespace leasecheck::mutants {

/// Every planted defect, by operation.
[[nodiscard]] std::span<const Mutant> all_mutants();

/// Returns: null when there is none of this name.
[[nodiscard]] const Mutant* find_mutant(std::string_view name);

}  // namespace leasecheck::mutants
