#pragma once

#include <cstdint>

#include "sim/oracle/referee.hpp"

namespace leasecheck::sim {

/// The yardstick for everything that aims: fifty operations drawn uniformly, on ids from small
/// sets, at uniform times, as a property test does that knows nothing of leases. Judged as every
/// run is. Pre: the subject is empty.
[[nodiscard]] RunResult plain_run(std::uint64_t seed, Subject& subject);

}  // namespace leasecheck::sim
