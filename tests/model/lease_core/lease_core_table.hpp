#pragma once

#include <array>
#include <cstdint>

#include "model/lease_core/lease_core.hpp"

namespace leasecheck::tests {

/// A configuration of lease-core and the counts that every checker finds for it.
struct LeaseCoreRow {
  check::LeaseCore::Bounds bounds;
  std::uint64_t states;
  std::uint64_t transitions;
  std::uint64_t depth;
};

inline constexpr std::array small_lease_cores = {
    LeaseCoreRow{{1, 1, 2, 1, 3}, 62, 145, 19},
    LeaseCoreRow{{2, 1, 2, 1, 3}, 340, 1'302, 20},
    LeaseCoreRow{{1, 2, 2, 1, 3}, 1'832, 6'408, 26},
    LeaseCoreRow{{2, 2, 2, 1, 3}, 28'720, 162'892, 34},
    LeaseCoreRow{{2, 2, 3, 2, 3}, 48'484, 273'280, 44},
    LeaseCoreRow{{3, 2, 2, 1, 2}, 50'708, 333'804, 23},
    LeaseCoreRow{{2, 3, 2, 1, 2}, 385'424, 2'643'280, 31},
};

inline constexpr std::array large_lease_cores = {
    LeaseCoreRow{{2, 3, 2, 1, 3}, 2'450'452, 18'891'974, 49},
    LeaseCoreRow{{3, 3, 3, 2, 2}, 9'131'284, 75'471'042, 39},
};

}  // namespace leasecheck::tests
