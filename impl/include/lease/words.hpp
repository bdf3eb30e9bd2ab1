#pragma once

#include <concepts>
#include <ostream>
#include <string_view>

/// How values of this library are written to streams and logs: wherever `to_string` gives a text
/// that stands still, `operator<<` writes it, and `format_as` hands it to {fmt} 10 and later.
namespace lease {

template <typename T>
concept HasWord = requires(const T& value) {
  { to_string(value) } -> std::same_as<std::string_view>;
};

template <HasWord T>
std::ostream& operator<<(std::ostream& out, const T& value) {
  return out << to_string(value);
}

template <HasWord T>
[[nodiscard]] std::string_view format_as(const T& value) {
  return to_string(value);
}

}  // namespace lease
