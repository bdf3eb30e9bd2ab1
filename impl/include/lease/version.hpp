#pragma once

#include <string_view>

namespace lease {

/// The version of these headers, and of the library that was installed with them. While the major
/// number is 0, a higher minor one may break what compiles against it.
inline constexpr int version_major = 0;
inline constexpr int version_minor = 1;
inline constexpr int version_patch = 0;
inline constexpr std::string_view version = "0.1.0";

}  // namespace lease
