#include "lease/ids.hpp"

#include <sys/random.h>
#include <utf8.h>

#include <array>
#include <cstdint>
#include <cstring>

#include "check.hpp"
#include "lease/clock.hpp"

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

// The time goes first, so that an index of ids grows at its end. Among millions of leases whose ids
// have no order, a reap of a hundred would touch a hundred pages (compare RFC 9562, 5.7).
LeaseId RandomIds::next_lease_id() {
  constexpr std::size_t bytes_of_time = 6;
  std::array<std::uint8_t, 16> bytes{};
  // The kernel gives up to 256 bytes whole once its pool is seeded.
  check(::getrandom(bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()),
        "the operating system has random bits");
  auto time = static_cast<std::uint64_t>(SystemClock().now().time_since_epoch().count());
  for (std::size_t left = bytes_of_time; left > 0; time >>= 8) {
    bytes[--left] = static_cast<std::uint8_t>(time);
  }
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
