#include "sim/values/names.hpp"

#include <algorithm>
#include <string>

#include "sim/random.hpp"
#include "sim/values/ids.hpp"

namespace leasecheck::sim::values {
namespace {

constexpr std::size_t longest_id_bytes = 255;

bool begins_character(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
}

}  // namespace

// An even number, since what belongs together begins at even ones.
Names::Names(const Dimensions& odd, std::uint64_t seed)
    : first_(2 * Stream(seed, "odd names").below(24)) {
  const auto of_ids =
      std::ranges::find_if(odd, [](Dimension dimension) { return info_of(dimension).is_of_ids; });
  if (of_ids != odd.end()) odd_ = *of_ids;
}

model::Id Names::odd(std::string_view stem, std::uint64_t number) const {
  return odd_id(*odd_, stem, first_ + number);
}

// One of the plain ones is hostile all the same: some system takes it for all attempts.
model::Id Names::attempt(std::uint64_t number) const {
  if (odd_) return odd("attempt", number);
  if (number == 3) return "*";
  return "a" + std::to_string(number);
}

model::Id Names::run(std::uint64_t number) const {
  return odd_ ? odd("run", number) : "r" + std::to_string(number);
}

model::Id Names::worker(std::uint64_t number) const {
  return odd_ ? odd("worker", number) : "w" + std::to_string(number);
}

model::Id Names::tenant(std::uint64_t number) const {
  return odd_ ? odd("tenant", number) : "t" + std::to_string(number);
}

model::Id Names::kind(std::string_view plain) const {
  return odd_ ? odd("kind", plain.size()) : model::Id(plain);
}

// Of a first name that is too long already, the end is kept: ids differ there.
model::Id Names::later_name(const model::Id& first, std::uint64_t number) {
  const std::string suffix = "." + std::to_string(number);
  if (first.size() + suffix.size() <= longest_id_bytes) return first + suffix;
  std::size_t from = suffix.size();
  while (!begins_character(first[from])) ++from;
  return suffix + first.substr(from);
}

}  // namespace leasecheck::sim::values
