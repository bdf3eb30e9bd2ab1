#include "sim/random.hpp"

#include <bit>

#include "sim/check.hpp"
#include "sim/draw_log.hpp"
#include "sim/fnv1a.hpp"

namespace leasecheck::sim {
namespace {

std::uint64_t split_mix(std::uint64_t& state) {
  state += 0x9e3779b97f4a7c15U;
  std::uint64_t mixed = state;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9U;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebU;
  return mixed ^ (mixed >> 31);
}

}  // namespace

Stream::Stream(std::uint64_t root_seed, std::string_view name) : state_{} {
  Fnv1a hash;
  hash.add(name);
  std::uint64_t state = root_seed;
  state = split_mix(state) ^ hash.value();
  for (std::uint64_t& word : state_) word = split_mix(state);
}

std::uint64_t Stream::bits() {
  const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  if (DrawLog* log = DrawLog::current()) log->add(result);
  const std::uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

std::uint64_t Stream::below(std::uint64_t bound) {
  check(bound > 0, "a draw from an empty range");
  // Rejecting the first 2^64 mod bound values leaves a multiple of bound.
  const std::uint64_t rejected = (0 - bound) % bound;
  std::uint64_t drawn = bits();
  while (drawn < rejected) drawn = bits();
  return drawn % bound;
}

std::int64_t Stream::between(std::int64_t low, std::int64_t high) {
  check(low <= high, "a draw from an empty range");
  const std::uint64_t width =
      static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low) + 1;
  const std::uint64_t drawn = width == 0 ? bits() : below(width);
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + drawn);
}

model::Duration Stream::between(model::Duration low, model::Duration high) {
  return model::Duration{between(low.count(), high.count())};
}

bool Stream::chance(std::uint32_t permille) {
  return permille > 0 && below(1000) < permille;
}

}  // namespace leasecheck::sim
