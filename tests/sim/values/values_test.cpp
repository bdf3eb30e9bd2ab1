// The catalogue of odd values: what each dimension promises of its values.
#include "sim/values/values.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "leasecheck/spec/fields.hpp"
#include "leasecheck/spec/step.hpp"
#include "leasecheck/spec/validity.hpp"
#include "sim/values/dimension.hpp"
#include "traces/json.hpp"

namespace leasecheck::sim::values {
namespace {

constexpr std::uint64_t seeds = 4000;

TEST(Dimensions, EachHasAnEntryOfItsOwn) {
  std::size_t entries = 0;
  std::set<std::string_view> names;
  for (const DimensionInfo& info : dimensions()) {
    EXPECT_EQ(static_cast<std::size_t>(info.dimension), entries++) << info.name;
    EXPECT_EQ(&info_of(info.dimension), &info);
    EXPECT_TRUE(names.insert(info.name).second) << info.name;
    EXPECT_EQ(info.option, "odd_" + std::string(info.name));
  }
  EXPECT_EQ(entries, static_cast<std::size_t>(Dimension::crowd) + 1);
}

TEST(Dimensions, MostSeedsHaveFewOddAndSomeHaveNone) {
  std::map<std::size_t, std::uint64_t> seeds_with;
  std::map<Dimension, std::uint64_t> odd_in;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const Dimensions odd = draw_dimensions(seed, std::nullopt);
    EXPECT_EQ(odd, draw_dimensions(seed, std::nullopt));
    ++seeds_with[odd.size()];
    std::size_t of_ids = 0;
    for (const Dimension dimension : odd) {
      ++odd_in[dimension];
      if (info_of(dimension).is_of_ids) ++of_ids;
    }
    EXPECT_LE(of_ids, 1U) << "seed " << seed;
  }
  EXPECT_GT(seeds_with[0], seeds / 6);
  EXPECT_GT(seeds_with[1], seeds / 3);
  EXPECT_EQ(seeds_with[0] + seeds_with[1] + seeds_with[2], seeds);
  for (const DimensionInfo& info : dimensions()) {
    EXPECT_GT(odd_in[info.dimension], seeds / 40) << info.name;
    EXPECT_LT(odd_in[info.dimension], seeds / 5) << info.name;
  }
}

TEST(Dimensions, OnlyWhatIsAllowedIsOddAndOfWhatIsNamedOneAtLeast) {
  const Dimensions named{Dimension::epoch, Dimension::id_case};
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    EXPECT_TRUE(draw_dimensions(seed, Dimensions{}).empty());
    const Dimensions odd = draw_dimensions(seed, named);
    EXPECT_FALSE(odd.empty());
    for (const Dimension dimension : odd) EXPECT_TRUE(named.contains(dimension));
  }
}

TEST(Numbers, StandAtTheEndsOfEachWidth) {
  const auto all = numbers_between(-(std::int64_t{1} << 31), (std::int64_t{1} << 31) - 1);
  const std::set<std::int64_t> found(all.begin(), all.end());
  for (const std::int64_t wanted : {255, 256, 257, 32'767, 32'768, 65'535, 65'536, 2'097'152,
                                    16'777'216, 16'777'217, 2'147'483'647, -32'769}) {
    EXPECT_TRUE(found.contains(wanted)) << wanted;
  }
}

TEST(Distances, AreEveryPowerOfTwoAndItsNeighbours) {
  const std::set<model::Duration> found(distances().begin(), distances().end());
  for (int bits = 10; bits <= 62; ++bits) {
    for (const int off : {-1, 0, 1}) {
      EXPECT_TRUE(found.contains(model::Duration{(std::int64_t{1} << bits) + off})) << bits;
    }
  }
  EXPECT_TRUE(found.contains(model::Duration{(std::int64_t{1} << 31) * 1000 - 1}));
}

model::AttemptSpec plain_spec() {
  model::AttemptSpec spec;
  spec.attempt_id = "a";
  spec.run_id = "r";
  return spec;
}

TEST(Policies, AreValidAndNeverWaitForLessThanTheLeast) {
  for (const model::Duration least :
       {model::Duration{0}, model::Duration{1}, model::Duration{500}, model::Duration{5000}}) {
    for (const model::RetryPolicy& policy : policies(least)) {
      model::AttemptSpec spec = plain_spec();
      spec.retry_policy = policy;
      EXPECT_TRUE(model::is_valid_spec(spec));
      for (std::uint32_t failed = 1; failed <= 4; ++failed) {
        EXPECT_GE(model::backoff_after(policy, failed), least);
      }
    }
  }
}

constexpr std::int64_t longest = std::numeric_limits<std::int64_t>::max();

/// A way to get the backoff of an exponential policy wrong, or that of a fixed one.
struct WrongBackoff {
  const char* what;
  std::int64_t (*after)(const model::RetryPolicy& policy, std::uint32_t failed);
};

std::int64_t cap_of(const model::RetryPolicy& policy) {
  return policy.max_backoff.value_or(model::Duration::max()).count();
}

bool is_fixed(const model::RetryPolicy& policy) {
  return policy.strategy == model::BackoffStrategy::fixed;
}

std::int64_t right_backoff(const model::RetryPolicy& policy, std::uint32_t failed) {
  return model::backoff_after(policy, failed).count();
}

std::uint64_t product(const model::RetryPolicy& policy, std::uint32_t failed) {
  auto wait = static_cast<std::uint64_t>(policy.backoff.count());
  for (std::uint32_t i = 1; i < failed && !is_fixed(policy); ++i) {
    wait *= static_cast<std::uint64_t>(policy.multiplier);
  }
  return wait;
}

constexpr auto wrong_backoffs =
    std::to_array<WrongBackoff>({
        {"wraps around at 64 bits",
         [](const model::RetryPolicy& policy, std::uint32_t failed) {
           return std::min(static_cast<std::int64_t>(product(policy, failed)), cap_of(policy));
         }},
        {"wraps around at 32 bits",
         [](const model::RetryPolicy& policy, std::uint32_t failed) {
           const std::int64_t right = right_backoff(policy, failed);
           return std::int64_t{static_cast<std::int32_t>(right)};
         }},
        {"wraps around at 32 bits without a sign",
         [](const model::RetryPolicy& policy, std::uint32_t failed) {
           const std::int64_t right = right_backoff(policy, failed);
           return std::int64_t{static_cast<std::uint32_t>(right)};
         }},
        {"saturates at 32 bits",
         [](const model::RetryPolicy& policy, std::uint32_t failed) {
           return std::min(right_backoff(policy, failed),
                           std::int64_t{std::numeric_limits<std::int32_t>::max()});
         }},
        {"is capped before the last step",
         [](const model::RetryPolicy& policy, std::uint32_t failed) {
           if (is_fixed(policy) || failed == 1) return right_backoff(policy, failed);
           const std::int64_t before = right_backoff(policy, failed - 1);
           return before > longest / policy.multiplier ? longest : before * policy.multiplier;
         }},
        {"stops where the next step would reach the cap",
         [](const model::RetryPolicy& policy, std::uint32_t failed) {
           const std::int64_t right = right_backoff(policy, failed);
           if (is_fixed(policy) || failed == 1 || right < cap_of(policy)) return right;
           return right_backoff(policy, failed - 1);
         }},
        {"stops where the next step would go beyond the cap",
         [](const model::RetryPolicy& policy, std::uint32_t failed) {
           model::RetryPolicy without_cap = policy;
           without_cap.max_backoff = std::nullopt;
           const std::int64_t right = right_backoff(policy, failed);
           if (is_fixed(policy) || failed == 1) return right;
           const bool is_beyond = right_backoff(without_cap, failed) > cap_of(policy);
           return is_beyond ? right_backoff(policy, failed - 1) : right;
         }},
        {"is no wait where it is longer than the cap",
         [](const model::RetryPolicy& policy, std::uint32_t failed) {
           model::RetryPolicy without_cap = policy;
           without_cap.max_backoff = std::nullopt;
           const std::int64_t uncapped = right_backoff(without_cap, failed);
           return uncapped > cap_of(policy) ? 1 : uncapped;
         }},
        {"of the first failure has no cap",
         [](const model::RetryPolicy& policy, std::uint32_t failed) {
           return failed == 1 && !is_fixed(policy) ? policy.backoff.count()
                                                   : right_backoff(policy, failed);
         }},
        {"has no cap where it is fixed",
         [](const model::RetryPolicy& policy, std::uint32_t failed) {
           return is_fixed(policy) ? policy.backoff.count() : right_backoff(policy, failed);
         }},
        {"is multiplied where it is fixed",
         [](const model::RetryPolicy& policy, std::uint32_t failed) {
           model::RetryPolicy exponential = policy;
           exponential.strategy = model::BackoffStrategy::exponential;
           return right_backoff(exponential, failed);
         }},
        {"is multiplied once too often",
         [](const model::RetryPolicy& policy, std::uint32_t failed) {
           return right_backoff(policy, failed + 1);
         }},
        {"doubles whatever the multiplier is",
         [](const model::RetryPolicy& policy, std::uint32_t failed) {
           model::RetryPolicy doubling = policy;
           doubling.multiplier = 2;
           return right_backoff(doubling, failed);
         }},
        {"grows where the multiplier is one",
         [](const model::RetryPolicy& policy, std::uint32_t failed) {
           model::RetryPolicy growing = policy;
           growing.multiplier = std::max<std::int64_t>(policy.multiplier, 2);
           return right_backoff(growing, failed);
         }},
    });

// Three retries is what each of them has.
TEST(Policies, ShowEachWayToGetABackoffWrong) {
  for (const model::Duration least :
       {model::Duration{0}, model::Duration{1}, model::Duration{500}}) {
    for (const WrongBackoff& wrong : wrong_backoffs) {
      const bool is_shown = std::ranges::any_of(policies(least), [&](const auto& policy) {
        return wrong.after(policy, 1) != right_backoff(policy, 1) ||
               wrong.after(policy, 2) != right_backoff(policy, 2) ||
               wrong.after(policy, 3) != right_backoff(policy, 3);
      });
      EXPECT_TRUE(is_shown) << "a backoff that " << wrong.what << ", least " << least.count();
    }
    for (const model::RetryPolicy& policy : policies(least)) EXPECT_EQ(policy.max_retries, 3);
  }
}

/// The names of the fields in which two records differ; those of a policy where both have one.
struct Differing {
  std::set<std::string> names = {};

  void operator()(std::string_view name, const auto& left, const auto& right) {
    if (!(left == right)) names.emplace(name);
  }
  void operator()(std::string_view name, const std::optional<model::RetryPolicy>& left,
                  const std::optional<model::RetryPolicy>& right) {
    if (left && right) {
      fields(*this, *left, *right);
    } else if (left || right) {
      names.emplace(name);
    }
  }
};

/// The one field in which the variant differs from the spec.
std::string changed_field(const model::AttemptSpec& spec, const model::AttemptSpec& variant) {
  Differing differing;
  fields(differing, spec, variant);
  EXPECT_EQ(differing.names.size(), 1U);
  return differing.names.empty() ? "" : *differing.names.begin();
}

model::AttemptSpec full_spec() {
  model::AttemptSpec full = plain_spec();
  full.priority = 1;
  full.not_before = model::end_of_time;
  full.timeout = model::Duration::max();
  full.on_timeout = model::OnTimeout::fail;
  full.retry_policy = model::RetryPolicy{.strategy = model::BackoffStrategy::exponential,
                                         .backoff = model::Duration::max(),
                                         .max_backoff = model::Duration::max(),
                                         .multiplier = 1,
                                         .max_retries = 0};
  full.max_deliveries = 1;
  full.tenant_id = "other";
  return full;
}

std::set<std::string> fields_changed_in_variants_of(const model::AttemptSpec& spec) {
  std::set<std::string> changed;
  for (const model::AttemptSpec& variant : variants_of(spec)) {
    EXPECT_TRUE(model::is_valid_spec(variant));
    EXPECT_EQ(variant.attempt_id, spec.attempt_id);
    changed.insert(changed_field(spec, variant));
  }
  return changed;
}

TEST(Variants, AreValidAndDifferInOneFieldAndEachFieldIsOneOfThem) {
  std::set<std::string> expected{"run_id",     "priority",     "not_before",     "timeout",
                                 "on_timeout", "retry_policy", "max_deliveries", "tenant_id"};
  EXPECT_EQ(fields_changed_in_variants_of(plain_spec()), expected);
  expected.insert({"strategy", "backoff", "max_backoff", "multiplier", "max_retries"});
  EXPECT_EQ(fields_changed_in_variants_of(full_spec()), expected);
  model::AttemptSpec uncapped = full_spec();
  uncapped.retry_policy->max_backoff = std::nullopt;
  EXPECT_EQ(fields_changed_in_variants_of(uncapped), expected);
}

bool is_a_variant(const model::AttemptSpec& variant, const model::AttemptSpec& of) {
  const auto variants = variants_of(of);
  return std::ranges::find(variants, variant) != variants.end();
}

/// Whether the spec with this field and that with none are variants of each other.
template <typename Value>
void expect_variants(std::optional<Value> model::AttemptSpec::*field, const Value& value) {
  model::AttemptSpec with = plain_spec();
  with.*field = value;
  EXPECT_TRUE(is_a_variant(with, plain_spec()));
  EXPECT_TRUE(is_a_variant(plain_spec(), with));
}

// Somebody may compare what has been filled in, and not what was said.
TEST(Variants, SayWhatAnAbsentFieldComesTo) {
  expect_variants(&model::AttemptSpec::not_before, model::beginning_of_time);
  expect_variants(&model::AttemptSpec::timeout, model::Duration::max());
  expect_variants(&model::AttemptSpec::max_deliveries, largest_policy_count);
  expect_variants(&model::AttemptSpec::retry_policy,
                  model::RetryPolicy{.strategy = model::BackoffStrategy::fixed,
                                     .backoff = model::Duration{0},
                                     .max_backoff = std::nullopt,
                                     .multiplier = 2,
                                     .max_retries = 0});
  model::AttemptSpec uncapped = full_spec();
  uncapped.retry_policy->max_backoff = std::nullopt;
  EXPECT_TRUE(is_a_variant(uncapped, full_spec()));
  EXPECT_TRUE(is_a_variant(full_spec(), uncapped));
}

/// The values that invalid variants of a spec have in a field, of the spec or of its policy.
struct InvalidValues {
  std::map<std::string, std::set<std::int64_t>> of_field = {};

  void operator()(std::string_view name, model::Duration value) { note(name, value.count()); }
  void operator()(std::string_view name, std::int64_t value) { note(name, value); }
  template <typename Value>
  void operator()(std::string_view name, const std::optional<Value>& value) {
    if (value) (*this)(name, *value);
  }
  void operator()(std::string_view, const model::RetryPolicy& policy) { fields(*this, policy); }
  void operator()(std::string_view, const auto&) {}

 private:
  void note(std::string_view name, std::int64_t value) {
    of_field[std::string(name)].insert(value);
  }
};

TEST(Variants, ThatAreInvalidAreRefusedForOneFieldEach) {
  const model::AttemptSpec spec = full_spec();
  InvalidValues values;
  for (const model::AttemptSpec& variant : invalid_variants_of(spec)) {
    EXPECT_FALSE(model::is_valid_spec(variant));
    static_cast<void>(changed_field(spec, variant));
    fields(values, variant);
  }
  // What the contract refuses in each field that is next to what it takes.
  const std::map<std::string, std::vector<std::int64_t>> ends{
      {"timeout", {0, -1}},
      {"max_deliveries", {0, -1, largest_policy_count + 1}},
      {"backoff", {-1}},
      {"max_backoff", {-1}},
      {"multiplier", {0, -1, largest_policy_count + 1}},
      {"max_retries", {-1, largest_policy_count + 1}}};
  for (const auto& [field, invalid] : ends) {
    for (const std::int64_t value : invalid) {
      EXPECT_TRUE(values.of_field[field].contains(value)) << field << " " << value;
    }
  }
  for (const model::AttemptSpec& variant : invalid_variants_of(plain_spec())) {
    EXPECT_FALSE(model::is_valid_spec(variant));
    EXPECT_EQ(variant.run_id, plain_spec().run_id);
  }
}

// What is compared as JSON where a program is tested is compared as text by the model.
TEST(Payloads, AreWrittenAsTracesWriteJson) {
  for (const std::string& payload : payloads()) {
    const traces::Json json = traces::payload_to_json(payload);
    ASSERT_FALSE(json.is_discarded()) << payload.substr(0, 60);
    EXPECT_EQ(traces::canonical_payload(json), payload);
  }
}

}  // namespace
}  // namespace leasecheck::sim::values
