#pragma once

#include <cstdint>
#include <string_view>

namespace leasecheck::sim {

/// The FNV-1a hash of 64 bits of what was added so far, byte by byte: for telling things apart, not
/// for safety.
class Fnv1a {
 public:
  constexpr void add(unsigned char byte) { value_ = (value_ ^ byte) * 0x100000001b3U; }

  constexpr void add(std::string_view text) {
    for (const char letter : text) add(static_cast<unsigned char>(letter));
  }

  /// Its eight bytes, the lowest first.
  constexpr void add(std::uint64_t number) {
    for (int byte = 0; byte < 8; ++byte, number >>= 8) {
      add(static_cast<unsigned char>(number & 0xff));
    }
  }

  [[nodiscard]] constexpr std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 0xcbf29ce484222325U;
};

}  // namespace leasecheck::sim
