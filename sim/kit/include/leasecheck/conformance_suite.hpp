#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "leasecheck/violation.hpp"

/// The checks of this project for a repository of your own, without any test framework. Most users
/// want leasecheck/gtest.hpp, which makes GoogleTest tests of them.
namespace leasecheck {

/// Every check: simulations of workers, reapers and a bad network over a hundred seeds, which are
/// counted from `first_seed`, and every transition of bounded models of one and of two attempts.
[[nodiscard]] std::vector<Check> conformance_suite(std::uint64_t first_seed = 1);

/// A first seed that is made of a text, for instance of a commit's id: the one from which
/// `leasecheck simulate --seed-from TEXT` counts.
[[nodiscard]] std::uint64_t first_seed_from(std::string_view text);

}  // namespace leasecheck
