#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "leasecheck/spec/records.hpp"
#include "sim/random.hpp"

/// The odd values of each dimension that is not one of ids.
namespace leasecheck::sim::values {

/// One of these. Pre: there is one.
template <typename T>
[[nodiscard]] T pick(Stream& draw, const std::vector<T>& choices) {
  return draw.pick(std::span<const T>(choices));
}

/// Instants at which something changes that programs compute times with: daylight-saving time in
/// several zones, years, leap days and seconds, how many digits or bits a time has. The earliest
/// and latest are as far from the ends of time as a run may be long.
[[nodiscard]] const std::vector<model::Time>& epochs();

/// Every power of two from 2^10 on of milliseconds and of seconds, one millisecond before and after
/// it.
[[nodiscard]] const std::vector<model::Duration>& distances();

/// Where 8, 15, 16, 21, 24, 31, 32, 53 and 63 bits end: one before, the first beyond, one after,
/// and all of them negative.
[[nodiscard]] const std::vector<std::int64_t>& numbers();

/// Those of `numbers` from `low` to `high`, and both.
[[nodiscard]] std::vector<std::int64_t> numbers_between(std::int64_t low, std::int64_t high);

/// For limits, positions and versions: those of `numbers` that are not negative, and the largest of
/// 64 bits.
[[nodiscard]] const std::vector<std::uint64_t>& large_counts();

/// The largest multiplier, max_retries and max_deliveries of the contract.
inline constexpr std::int64_t largest_policy_count = (std::int64_t{1} << 31) - 2;

/// Policies whose wait overflows 32 or 64 bits, saturates, or ties with its cap or not by one
/// millisecond. None waits for less than `least`. Pre: `least` >= 0.
[[nodiscard]] std::vector<model::RetryPolicy> policies(model::Duration least);

/// What differs from the spec in one field other than the attempt's id: to enqueue it after the
/// spec is a conflict (rule 8). Among them those that say what an absent field means.
[[nodiscard]] std::vector<model::AttemptSpec> variants_of(const model::AttemptSpec& spec);

/// Specs that differ from this valid one in one field that is to be refused as invalid, ids apart.
[[nodiscard]] std::vector<model::AttemptSpec> invalid_variants_of(const model::AttemptSpec& spec);

/// Payloads of events as `traces` writes JSON, so that what is compared as JSON is compared as text
/// as well: falsy, nested, long, escaped, and integers up to 64 bits.
[[nodiscard]] const std::vector<std::string>& payloads();

}  // namespace leasecheck::sim::values
