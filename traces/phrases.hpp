#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "leasecheck/spec/time.hpp"

namespace leasecheck::traces {

/// "1 retry", "3 retries".
[[nodiscard]] std::string counted(std::int64_t count, std::string_view one, std::string_view many);

/// "at most 1 attempt", "at most 3 attempts".
[[nodiscard]] std::string at_most(std::uint64_t limit, std::string_view one);

/// "250 ms", "12 s", "1.500 s".
[[nodiscard]] std::string duration(model::Duration duration);

}  // namespace leasecheck::traces
