#include "sim/values/names.hpp"

#include <algorithm>
#include <string>

#include "leasecheck/spec/validity.hpp"
#include "sim/random.hpp"
#include "sim/values/ids.hpp"

namespace leasecheck::sim::values {
namespace {

bool begins_character(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
}

}  // namespace

// The first number is even: there a pair begins.
Names::Names(const Dimensions& odd, std::uint64_t seed) {
  const auto of_ids =
      std::ranges::find_if(odd, [](Dimension dimension) { return info_of(dimension).is_of_ids; });
  if (of_ids == odd.end()) return;
  odd_ = *of_ids;
  first_ = 2 * Stream(seed, "odd names").below(spelling_count(*odd_) / 2);
}

model::Id Names::odd(std::string_view stem, std::uint64_t index) const {
  return odd_id(*odd_, stem, first_ + index);
}

// One of the plain ones is hostile all the same: some system takes it for all attempts.
model::Id Names::attempt(std::uint64_t number) const {
  if (odd_) return odd("attempt", number - 1);
  if (number == 3) return "*";
  return "a" + std::to_string(number);
}

model::Id Names::run(std::uint64_t number) const {
  return odd_ ? odd("run", number - 1) : "r" + std::to_string(number);
}

model::Id Names::worker(std::uint64_t number) const {
  return odd_ ? odd("worker", number - 1) : "w" + std::to_string(number);
}

model::Id Names::tenant(std::uint64_t number) const {
  return odd_ ? odd("tenant", number) : "t" + std::to_string(number);
}

model::Id Names::kind(EventKind kind) const {
  if (odd_) return odd("kind", static_cast<std::uint64_t>(kind));
  return kind == EventKind::progress ? "progress" : "strange";
}

// Of a first name that is too long already, the end is kept: ids differ there.
model::Id Names::later_name(const model::Id& first, std::uint64_t number) {
  const std::string suffix = "." + std::to_string(number);
  if (first.size() + suffix.size() <= model::longest_id_bytes) return first + suffix;
  std::size_t from = suffix.size();
  while (!begins_character(first[from])) ++from;
  return suffix + first.substr(from);
}

}  // namespace leasecheck::sim::values
