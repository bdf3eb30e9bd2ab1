#include "leasecheck/check/table.hpp"

#include <gtest/gtest.h>

#include <atomic>

#include "leasecheck/check/parallel.hpp"

namespace leasecheck::tests {
namespace {

using namespace leasecheck::check;

template <std::size_t words>
Encoded<words> key(std::uint64_t value) {
  Encoded<words> key{};
  key[words - 1] = value;
  return key;
}

template <std::size_t words>
void expect_a_set() {
  Table<words> table(1 << 12);
  ASSERT_TRUE(table.allocated());
  for (std::uint64_t i = 0; i < 3000; ++i) {
    EXPECT_TRUE(table.insert(key<words>(i), hash(key<words>(i)))) << i;
  }
  for (std::uint64_t i = 0; i < 3000; ++i) {
    EXPECT_FALSE(table.insert(key<words>(i), hash(key<words>(i)))) << i;
  }
}

TEST(Table, TakesEachKeyOnceZeroAmongThem) {
  expect_a_set<1>();
  expect_a_set<2>();
  expect_a_set<5>();
}

TEST(Table, TellsKeysOfOneHashApart) {
  Table<2> table(1 << 12);
  for (std::uint64_t i = 0; i < 100; ++i) EXPECT_TRUE(table.insert({7, i}, 4095)) << i;
  for (std::uint64_t i = 0; i < 100; ++i) EXPECT_FALSE(table.insert({7, i}, 4095)) << i;
}

// Every thread inserts every key; keys of three words share their first, so that they wait for
// each other.
template <std::size_t words>
void expect_one_winner() {
  constexpr std::uint64_t keys = 30'000;
  Table<words> table(1 << 16);
  std::atomic<std::uint64_t> won = 0;
  parallel(4, [&](unsigned) {
    for (std::uint64_t i = 0; i < keys; ++i) {
      won += table.insert(key<words>(i), hash(key<words>(i)));
    }
  });
  EXPECT_EQ(won, keys);
}

TEST(Table, LetsExactlyOneThreadInsertAKey) {
  expect_one_winner<1>();
  expect_one_winner<3>();
}

}  // namespace
}  // namespace leasecheck::tests
