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
/// and the latest are 2^62 ms from 1970, half of the way to the ends of time.
[[nodiscard]] const std::vector<model::Time>& epochs();

/// Every power of two from 2^10 to 2^62 milliseconds and from 2^10 to 2^52 seconds, and one
/// millisecond before and after each.
[[nodiscard]] const std::vector<model::Duration>& distances();

/// Zero; where 8, 15, 16, 21, 24, 31, 32 and 53 bits end: the last number of so many bits, the two
/// after it, and all three negative; the least and the largest of 64 bits with a sign.
[[nodiscard]] const std::vector<std::int64_t>& numbers();

/// Those of `numbers` from `low` to `high`, and both.
[[nodiscard]] std::vector<std::int64_t> numbers_between(std::int64_t low, std::int64_t high);

/// For limits, positions and versions: those of `numbers` that are not negative, 2^63, and the
/// largest of 64 bits without a sign.
[[nodiscard]] const std::vector<std::uint64_t>& large_counts();

/// The largest multiplier, max_retries and max_deliveries of the contract.
inline constexpr std::int64_t largest_policy_count = (std::int64_t{1} << 31) - 2;

/// Policies of three retries whose waits overflow 32 or 64 bits, saturate, are capped, or come to
/// their cap exactly or but for one millisecond; fixed ones whose multiplier must have no effect.
/// None waits for less than `least`. Pre: 0 <= `least` <= 2^30 ms.
[[nodiscard]] std::vector<model::RetryPolicy> policies(model::Duration least);

/// Valid specs that differ from this valid one in one field, or in one field of its retry policy,
/// and have the same attempt id: to enqueue one after the other is a conflict (rule 8). Each field
/// is the one that differs in some of them. Where an optional field is absent, one of them has it
/// with a value that comes to the same (`tenant_id` has no such value), and the other way round.
[[nodiscard]] std::vector<model::AttemptSpec> variants_of(const model::AttemptSpec& spec);

/// Specs that differ from this valid one in one field, or in one field of its retry policy, and are
/// to be refused as invalid for it; a spec without a policy is given an invalid one. No id is
/// invalid.
[[nodiscard]] std::vector<model::AttemptSpec> invalid_variants_of(const model::AttemptSpec& spec);

/// Payloads of events in the form in which `traces` writes JSON, so that what is compared as JSON
/// is compared as text as well: what many languages take for false, nested 50 deep, 70,000
/// characters long, escaped, and integers up to 64 bits.
[[nodiscard]] const std::vector<std::string>& payloads();

}  // namespace leasecheck::sim::values
