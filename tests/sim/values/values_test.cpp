// The catalogue of odd values: what each dimension promises of its values.
#include "sim/values/values.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>

#include "leasecheck/spec/step.hpp"
#include "leasecheck/spec/validity.hpp"
#include "sim/values/dimension.hpp"
#include "sim/values/ids.hpp"
#include "sim/values/names.hpp"
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

TEST(OddIds, AreValidAndDifferWhereTheirNumbersDo) {
  for (const DimensionInfo& info : dimensions()) {
    if (!info.is_of_ids) continue;
    std::set<model::Id> ids;
    for (std::uint64_t number = 0; number < 4000; ++number) {
      const model::Id id = odd_id(info.dimension, "attempt", number);
      EXPECT_TRUE(model::is_valid_id(id)) << info.name << " " << number;
      EXPECT_TRUE(ids.insert(id).second) << info.name << " " << id;
    }
  }
}

// How many of the first twelve ids, which is what a run has, are the same by `key`.
template <typename Key>
std::size_t taken_for_another(Dimension dimension, Key key) {
  std::set<std::string> keys;
  for (std::uint64_t number = 0; number < 12; ++number) {
    keys.insert(key(odd_id(dimension, "attempt", number)));
  }
  return 12 - keys.size();
}

std::string in_lower_case(std::string id) {
  for (char& letter : id) {
    if ('A' <= letter && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  }
  return id;
}

std::string without_blanks(const std::string& id) {
  const std::size_t begin = id.find_first_not_of(" \t\r\n");
  return id.substr(begin, id.find_last_not_of(" \t\r\n") - begin + 1);
}

std::string without_zeros(const std::string& id) {
  return id.substr(std::min(id.find_first_not_of('0'), id.size()));
}

TEST(OddIds, MayBeTakenForEachOther) {
  EXPECT_GE(taken_for_another(Dimension::id_case, in_lower_case), 4U);
  EXPECT_GE(taken_for_another(Dimension::id_blanks, without_blanks), 4U);
  EXPECT_GE(taken_for_another(Dimension::id_numbers, without_zeros), 2U);
  EXPECT_EQ(taken_for_another(Dimension::id_prefixes,
                              [](const std::string& id) { return id.substr(0, 200); }),
            11U);
  EXPECT_EQ(taken_for_another(Dimension::id_longest,
                              [](const std::string& id) { return id.substr(0, 250); }),
            9U);
}

TEST(OddIds, TheLongestAreAsLongAsIdsMayBe) {
  for (std::uint64_t number = 0; number < 100; ++number) {
    EXPECT_EQ(odd_id(Dimension::id_longest, "attempt", number).size(), 255U);
  }
}

using Hash = std::uint32_t (*)(std::string_view text);

std::uint32_t fnv_1a(std::string_view text) {
  std::uint32_t hash = 0x811c9dc5U;
  for (const char byte : text) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x01000193U;
  return hash;
}

std::uint32_t crc(std::string_view text) {
  std::uint32_t rest = ~0U;
  for (const char byte : text) {
    rest ^= static_cast<unsigned char>(byte);
    for (int i = 0; i < 8; ++i) rest = (rest >> 1) ^ ((rest & 1U) != 0 ? 0xedb88320U : 0U);
  }
  return ~rest;
}

std::uint32_t adler(std::string_view text) {
  std::uint32_t low = 1;
  std::uint32_t high = 0;
  for (const char byte : text) {
    low = (low + static_cast<unsigned char>(byte)) % 65521;
    high = (high + low) % 65521;
  }
  return high << 16 | low;
}

std::uint32_t of_java(std::string_view text) {
  std::uint32_t hash = 0;
  for (const char byte : text) hash = 31 * hash + static_cast<unsigned char>(byte);
  return hash;
}

std::uint32_t djb2(std::string_view text) {
  std::uint32_t hash = 5381;
  for (const char byte : text) hash = 33 * hash + static_cast<unsigned char>(byte);
  return hash;
}

// Those of the nine that are worked out in a line or two.
TEST(OddIds, HaveAPairForEachHash) {
  constexpr std::array<Hash, 5> hashes{fnv_1a, crc, adler, of_java, djb2};
  ASSERT_EQ(hash_count(), 9U);
  for (std::uint64_t pair = 0; pair < hashes.size(); ++pair) {
    const model::Id left = odd_id(Dimension::id_hashes, "attempt", 2 * pair);
    const model::Id right = odd_id(Dimension::id_hashes, "attempt", 2 * pair + 1);
    EXPECT_EQ(hashes[pair](left), hashes[pair](right)) << left << " and " << right;
  }
}

TEST(InvalidIds, AreAllInvalid) {
  for (const model::Id& id : invalid_ids()) EXPECT_FALSE(model::is_valid_id(id)) << id;
}

TEST(Names, AreThePlainOnesWhereNoIdIsOdd) {
  const Names names({Dimension::epoch}, 1);
  EXPECT_FALSE(names.are_odd());
  EXPECT_EQ(names.attempt(2), "a2");
  EXPECT_EQ(names.run(1), "r1");
  EXPECT_EQ(names.worker(5), "w5");
  EXPECT_EQ(names.tenant(0), "t0");
  EXPECT_EQ(names.kind("progress"), "progress");
  EXPECT_EQ(Names::later_name("w5", 2), "w5.2");
}

TEST(Names, AreOfTheDimensionThatIsOdd) {
  const Names names({Dimension::crowd, Dimension::id_prefixes}, 1);
  EXPECT_TRUE(names.are_odd());
  EXPECT_EQ(names.attempt(1).substr(0, 200), names.attempt(2).substr(0, 200));
  EXPECT_NE(names.attempt(1), names.attempt(2));
}

TEST(Names, OfWorkersStayValidAndDifferentHoweverOftenTheyChange) {
  for (const DimensionInfo& info : dimensions()) {
    if (!info.is_of_ids) continue;
    const Names names({info.dimension}, 7);
    std::set<model::Id> ids;
    for (std::uint64_t worker = 1; worker <= 5; ++worker) {
      for (std::uint64_t number = 2; number <= 20; ++number) {
        const model::Id id = Names::later_name(names.worker(worker), number);
        EXPECT_TRUE(model::is_valid_id(id)) << info.name;
        EXPECT_TRUE(ids.insert(id).second) << info.name << " " << id;
      }
    }
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
       {model::Duration{0}, model::Duration{1}, model::Duration{500}}) {
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

std::vector<model::AttemptSpec> plain_and_full() {
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
  return {plain_spec(), full};
}

TEST(Variants, AreValidAndOtherSpecsOfTheSameAttempt) {
  for (const model::AttemptSpec& spec : plain_and_full()) {
    const auto variants = variants_of(spec);
    EXPECT_GE(variants.size(), 10U);
    for (const model::AttemptSpec& variant : variants) {
      EXPECT_TRUE(model::is_valid_spec(variant));
      EXPECT_NE(variant, spec);
      EXPECT_EQ(variant.attempt_id, spec.attempt_id);
    }
  }
}

TEST(Variants, ThatAreInvalidAreRefused) {
  for (const model::AttemptSpec& spec : plain_and_full()) {
    for (const model::AttemptSpec& variant : invalid_variants_of(spec)) {
      EXPECT_FALSE(model::is_valid_spec(variant));
    }
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
