#pragma once

#include <cstddef>
#include <string_view>

#include "leasecheck/spec/records.hpp"

namespace leasecheck::model {

inline constexpr std::size_t longest_id_bytes = 255;

/// 1 to `longest_id_bytes` bytes of valid UTF-8 without U+0000.
[[nodiscard]] bool is_valid_id(std::string_view id);

/// Whether `spec` is free of every fault that is `invalid_argument` (section "Errors").
[[nodiscard]] bool is_valid_spec(const AttemptSpec& spec);

}  // namespace leasecheck::model
