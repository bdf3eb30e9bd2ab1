#include "lease/ids.hpp"

#include <sys/random.h>
#include <utf8.h>

#include <array>
#include <cstdint>
#include <cstring>

#include "check.hpp"

namespace lease {
namespace {

/// Whether each byte is a character, as it is in nearly all ids.
bool is_ascii(std::string_view text) {
  constexpr std::uint64_t high_bits = 0x8080'8080'8080'8080;
  std::uint64_t bits = 0;
  for (; text.size() >= sizeof bits; text.remove_prefix(sizeof bits)) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data(), sizeof word);
    bits |= word;
  }
  for (const char byte : text) bits |= static_cast<unsigned char>(byte);
  return (bits & high_bits) == 0;
}

}  // namespace

bool is_valid_id(std::string_view text) {
  constexpr std::size_t longest = 255;
  if (text.empty() || text.size() > longest) return false;
  if (text.find('\0') != std::string_view::npos) return false;
  return is_ascii(text) || utf8::is_valid(text.begin(), text.end());
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
