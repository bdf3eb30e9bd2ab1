#include "lease/ids.hpp"

#include <sys/random.h>
#include <utf8.h>

#include <array>
#include <cstdint>

#include "check.hpp"

namespace lease {

bool is_valid_id(std::string_view text) {
  constexpr std::size_t longest = 255;
  return !text.empty() && text.size() <= longest && text.find('\0') == std::string_view::npos &&
         utf8::is_valid(text.begin(), text.end());
}

LeaseId RandomIds::next_lease_id() {
  std::array<std::uint8_t, 16> bytes{};
  // The kernel gives up to 256 bytes whole once its pool is seeded.
  check(::getrandom(bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()),
        "the operating system has random bits");
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * bytes.size());
  for (const std::uint8_t byte : bytes) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return LeaseId{std::move(text)};
}

}  // namespace lease
