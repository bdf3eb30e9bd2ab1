#pragma once

#include "model/system/options.hpp"

namespace leasecheck::mutants {

/// The smallest searched world in which this defect can be seen, with the defect planted.
[[nodiscard]] system::Options searched_world(system::Mutant mutant);

}  // namespace leasecheck::mutants
