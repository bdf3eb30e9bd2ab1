#pragma once

#include <cstdint>

#include "sim/oracle/referee.hpp"

namespace leasecheck::rapidcheck {

/// One RapidCheck case as one run, for comparing techniques: a part of the whole menu, and up to a
/// hundred calls that aim at the model's state. Checked as every run is. The same seed gives the
/// same calls. Pre: the subject is empty.
[[nodiscard]] sim::RunResult rapidcheck_run(std::uint64_t seed, sim::Subject& subject);

}  // namespace leasecheck::rapidcheck
