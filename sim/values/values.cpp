#include "sim/values/values.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace leasecheck::sim::values {
namespace {

using model::Duration;
using model::RetryPolicy;

constexpr std::int64_t bit(int number) {
  return std::int64_t{1} << number;
}

// In milliseconds.
constexpr auto instants = std::to_array<std::int64_t>({
    1'774'746'000'000,    // 2026-03-29T01:00Z: Europe goes forwards
    1'792'890'000'000,    // 2026-10-25T01:00Z: and back
    1'772'953'200'000,    // 2026-03-08T07:00Z: New York forwards
    1'793'512'800'000,    // 2026-11-01T06:00Z: and back
    1'775'314'800'000,    // 2026-04-04T15:00Z: Lord Howe back, by half an hour
    1'791'043'200'000,    // 2026-10-03T16:00Z: Sydney forwards
    1'775'318'400'000,    // 2026-04-04T16:00Z: and back
    1'798'761'600'000,    // 2027: the last week of 2026 has number 53
    1'483'228'800'000,    // 2017: after a leap second
    1'835'395'200'000,    // 2028-02-29
    4'107'542'400'000,    // 2100-03-01: no leap year
    0,                    // 1970
    -31'536'000'000,      // 1969
    bit(31),              // 32 bits of milliseconds, signed
    bit(32),              // and unsigned
    100'000'000'000,      // seconds get a digit: 1973
    1'000'000'000'000,    // 2001
    10'000'000'000'000,   // 2286
    100'000'000'000'000,  // 5138
    bit(31) * 1000,       // 32 bits of seconds, signed: 2038
    bit(32) * 1000,       // and unsigned: 2106
    -bit(31) * 1000,      // 1901
    9'223'372'036'854,    // 63 bits of nanoseconds: 2262
    -9'223'372'036'854,
    bit(53) / 1000,  // 53 bits of microseconds: 2255
    bit(53),         // and of milliseconds
    -bit(53),
    9'223'372'036'854'775,  // 63 bits of microseconds
    253'402'300'800'000,    // the end of 9999
    -62'135'596'800'000,    // the beginning of the year 1
    bit(62),                // near the ends of time
    -bit(62),
});

constexpr auto widths = std::to_array<int>({8, 15, 16, 21, 24, 31, 32, 53});

template <typename T>
std::vector<T> around(std::vector<T> values, T centre) {
  for (const int off : {-1, 0, 1}) values.push_back(centre + T{off});
  return values;
}

std::vector<Duration> all_distances() {
  constexpr int most_bits_of_seconds = 52;
  std::vector<Duration> all;
  for (int bits = 10; bits <= 62; ++bits) all = around(std::move(all), Duration{bit(bits)});
  for (int bits = 10; bits <= most_bits_of_seconds; ++bits) {
    all = around(std::move(all), Duration{bit(bits) * 1000});
  }
  return all;
}

std::vector<std::int64_t> all_numbers() {
  std::vector<std::int64_t> all{0};
  for (const int width : widths) {
    all = around(std::move(all), bit(width));
    all = around(std::move(all), -bit(width));
  }
  all.push_back(std::numeric_limits<std::int64_t>::max());
  all.push_back(std::numeric_limits<std::int64_t>::min());
  return all;
}

/// Notes copies of a record that were changed in one place.
template <typename Record>
class Variants {
 public:
  explicit Variants(const Record& record) : record_(record) {}

  template <typename Field, typename Value>
  Variants& with(Field Record::*field, Value value) {
    Record variant = record_;
    variant.*field = std::move(value);
    if (!(variant == record_)) variants_.push_back(std::move(variant));
    return *this;
  }

  std::vector<Record> take() { return std::move(variants_); }

 private:
  const Record& record_;
  std::vector<Record> variants_;
};

using model::AttemptSpec;

Duration next_to(Duration duration) {
  return duration == Duration::max() ? duration - Duration{1} : duration + Duration{1};
}

// Of a policy that is there: each of its fields. Of one that is not: what its absence means.
std::vector<RetryPolicy> variants_of(const std::optional<RetryPolicy>& policy) {
  if (!policy) {
    return {{.strategy = model::BackoffStrategy::fixed,
             .backoff = Duration{0},
             .max_backoff = std::nullopt,
             .multiplier = 2,
             .max_retries = 0}};
  }
  const auto other = policy->strategy == model::BackoffStrategy::fixed
                         ? model::BackoffStrategy::exponential
                         : model::BackoffStrategy::fixed;
  const auto cap = policy->max_backoff;
  return Variants(*policy)
      .with(&RetryPolicy::strategy, other)
      .with(&RetryPolicy::backoff, next_to(policy->backoff))
      .with(&RetryPolicy::max_backoff, cap ? std::nullopt : std::optional(Duration::max()))
      .with(&RetryPolicy::max_backoff, next_to(cap.value_or(policy->backoff)))
      .with(&RetryPolicy::multiplier, policy->multiplier == 1 ? 2 : policy->multiplier - 1)
      .with(&RetryPolicy::max_retries, policy->max_retries == 0 ? 1 : policy->max_retries - 1)
      .take();
}

std::vector<AttemptSpec> with_policies(const AttemptSpec& spec,
                                       const std::vector<RetryPolicy>& policies) {
  Variants<AttemptSpec> variants(spec);
  for (const RetryPolicy& policy : policies) variants.with(&AttemptSpec::retry_policy, policy);
  return variants.take();
}

std::vector<AttemptSpec> joined(std::vector<AttemptSpec> left, std::vector<AttemptSpec> right) {
  std::ranges::move(right, std::back_inserter(left));
  return left;
}

}  // namespace

const std::vector<model::Time>& epochs() {
  static const std::vector<model::Time> all = [] {
    std::vector<model::Time> times;
    for (const std::int64_t instant : instants) times.push_back(model::at_ms(instant));
    return times;
  }();
  return all;
}

const std::vector<Duration>& distances() {
  static const std::vector<Duration> all = all_distances();
  return all;
}

const std::vector<std::int64_t>& numbers() {
  static const std::vector<std::int64_t> all = all_numbers();
  return all;
}

std::vector<std::int64_t> numbers_between(std::int64_t low, std::int64_t high) {
  std::vector<std::int64_t> chosen{low, high};
  for (const std::int64_t number : numbers()) {
    if (low < number && number < high) chosen.push_back(number);
  }
  return chosen;
}

const std::vector<std::uint64_t>& large_counts() {
  static const std::vector<std::uint64_t> all = [] {
    std::vector<std::uint64_t> counts{std::numeric_limits<std::uint64_t>::max(),
                                      std::uint64_t{1} << 63};
    for (const std::int64_t number : numbers()) {
      if (number >= 0) counts.push_back(static_cast<std::uint64_t>(number));
    }
    return counts;
  }();
  return all;
}

std::vector<RetryPolicy> policies(Duration least) {
  using enum model::BackoffStrategy;
  const Duration base = std::max(least, Duration{1});
  constexpr Duration longest = Duration::max();
  const auto policy = [](model::BackoffStrategy strategy, Duration backoff,
                         std::optional<Duration> cap, std::int64_t multiplier) {
    return RetryPolicy{.strategy = strategy,
                       .backoff = backoff,
                       .max_backoff = cap,
                       .multiplier = multiplier,
                       .max_retries = 3};
  };
  return {policy(exponential, base, std::nullopt, largest_policy_count),
          policy(exponential, base, base, largest_policy_count),
          policy(exponential, base, base * 3, 3),
          policy(exponential, base, base * 3 - Duration{1}, 3),
          policy(exponential, base, base * 3 + Duration{1}, 3),
          policy(exponential, base, base * 9, 3),
          policy(exponential, base, std::nullopt, 1),
          policy(exponential, base, longest, largest_policy_count),
          policy(exponential, base + Duration{bit(31)}, base + Duration{bit(31)}, 2),
          policy(exponential, Duration{bit(30)}, Duration{bit(31)}, 2),
          policy(exponential, Duration{bit(31)}, Duration{bit(33)}, 2),
          policy(exponential, Duration{bit(62)}, std::nullopt, 2),
          policy(exponential, longest, std::nullopt, largest_policy_count),
          policy(exponential, longest, base, 2),
          policy(fixed, longest, base, 1),
          policy(fixed, base * 3, base, largest_policy_count),
          policy(fixed, base, base * 3, 3),
          policy(fixed, longest, std::nullopt, 2)};
}

std::vector<AttemptSpec> variants_of(const AttemptSpec& spec) {
  using model::OnTimeout;
  const auto other = spec.on_timeout == OnTimeout::retry ? OnTimeout::fail : OnTimeout::retry;
  const auto flipped = [](const auto& value, auto meaning) {
    return value ? std::nullopt : std::optional(meaning);
  };
  Variants<AttemptSpec> variants(spec);
  variants.with(&AttemptSpec::run_id, spec.run_id == "other" ? "another" : "other")
      .with(&AttemptSpec::priority, spec.priority == 0 ? 1 : 0)
      .with(&AttemptSpec::not_before, flipped(spec.not_before, model::beginning_of_time))
      .with(&AttemptSpec::not_before,
            model::saturating_add(spec.not_before.value_or(model::at_ms(0)), Duration{1}))
      .with(&AttemptSpec::timeout, flipped(spec.timeout, Duration::max()))
      .with(&AttemptSpec::timeout, next_to(spec.timeout.value_or(Duration{0})))
      .with(&AttemptSpec::on_timeout, other)
      .with(&AttemptSpec::max_deliveries, flipped(spec.max_deliveries, largest_policy_count))
      .with(&AttemptSpec::max_deliveries, spec.max_deliveries == 1 ? 2 : 1)
      .with(&AttemptSpec::tenant_id, flipped(spec.tenant_id, model::Id("other")))
      .with(&AttemptSpec::tenant_id, spec.tenant_id == "other" ? "another" : "other");
  if (spec.retry_policy) variants.with(&AttemptSpec::retry_policy, std::nullopt);
  return joined(variants.take(), with_policies(spec, variants_of(spec.retry_policy)));
}

std::vector<AttemptSpec> invalid_variants_of(const AttemptSpec& spec) {
  const RetryPolicy valid =
      spec.retry_policy.value_or(RetryPolicy{.strategy = model::BackoffStrategy::exponential,
                                             .backoff = Duration{1},
                                             .max_backoff = std::nullopt,
                                             .multiplier = 2,
                                             .max_retries = 1});
  Variants<RetryPolicy> policies(valid);
  Variants<AttemptSpec> variants(spec);
  for (const std::int64_t negative : {std::int64_t{-1}, -bit(32), -bit(62)}) {
    policies.with(&RetryPolicy::backoff, Duration{negative})
        .with(&RetryPolicy::max_backoff, Duration{negative})
        .with(&RetryPolicy::max_retries, negative);
    variants.with(&AttemptSpec::timeout, Duration{negative})
        .with(&AttemptSpec::max_deliveries, negative);
  }
  for (const std::int64_t large : {largest_policy_count + 1, bit(32), bit(62)}) {
    policies.with(&RetryPolicy::multiplier, large).with(&RetryPolicy::max_retries, large);
    variants.with(&AttemptSpec::max_deliveries, large);
  }
  policies.with(&RetryPolicy::multiplier, 0).with(&RetryPolicy::multiplier, -1);
  variants.with(&AttemptSpec::timeout, Duration{0}).with(&AttemptSpec::max_deliveries, 0);
  return joined(variants.take(), with_policies(spec, policies.take()));
}

const std::vector<std::string>& payloads() {
  constexpr std::size_t depth = 50;
  constexpr std::size_t length = 70'000;
  static const std::vector<std::string> all = {
      "0",
      "false",
      R"("")",
      "[]",
      "{}",
      "null",
      "[null]",
      R"({"":0})",
      R"("0")",
      R"("false")",
      R"("null")",
      "-1",
      "9007199254740991",
      "9007199254740993",
      "-9007199254740993",
      "9223372036854775807",
      "-9223372036854775808",
      "18446744073709551615",
      R"("\u0000")",
      R"("\b\f\n\r\t\"\\/")",
      R"("\u0001\u001f")",
      "\"\x7f\xc2\x85\xe2\x80\xa8\"",  // U+007F, U+0085, U+2028
      "\"caf\xc3\xa9 cafe\xcc\x81 \xf0\x9f\x90\x8e \xef\xbb\xbf\"",
      R"("'; DROP TABLE run_events; --")",
      R"({"A":1,"a":2})",
      R"({"a":{"a":{"a":[]}},"b":[{},[],0]})",
      std::string(depth, '[') + std::string(depth, ']'),
      "\"" + std::string(length, 'x') + "\""};
  return all;
}

}  // namespace leasecheck::sim::values
