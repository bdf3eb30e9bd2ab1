#include "lease/ids.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <thread>
#include <vector>

#include "lease/clock.hpp"

namespace leasecheck::tests {
namespace {

TEST(RandomIds, AreDistinctOverThreads) {
  constexpr std::size_t threads = 4;
  constexpr std::size_t each = 5000;
  lease::RandomIds ids;
  std::vector<std::vector<lease::LeaseId>> drawn(threads);
  {
    std::vector<std::jthread> running;
    for (auto& mine : drawn) {
      running.emplace_back([&ids, &mine] {
        for (std::size_t i = 0; i < each; ++i) mine.push_back(ids.next_lease_id());
      });
    }
  }
  std::set<lease::LeaseId> distinct;
  for (const auto& mine : drawn) distinct.insert(mine.begin(), mine.end());
  EXPECT_EQ(distinct.size(), threads * each);
}

TEST(RandomIds, AreValidIdsOf32HexadecimalDigits) {
  const std::string id = lease::RandomIds().next_lease_id().str();
  EXPECT_EQ(id.size(), 32U);
  EXPECT_EQ(id.find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_TRUE(lease::is_valid_id(id));
}

// What keeps an index of them small where they are taken out: neighbours are of one time.
TEST(RandomIds, BeginWithTheTime) {
  const auto now = [] { return lease::SystemClock().now().time_since_epoch().count(); };
  const auto before = now();
  const std::string id = lease::RandomIds().next_lease_id().str();
  const auto time = std::stoll(id.substr(0, 12), nullptr, 16);
  EXPECT_LE(before, time);
  EXPECT_LE(time, now());
}

TEST(ValidId, IsOneTo255Bytes) {
  EXPECT_FALSE(lease::is_valid_id(""));
  EXPECT_TRUE(lease::is_valid_id("a"));
  EXPECT_TRUE(lease::is_valid_id(std::string(255, 'a')));
  EXPECT_FALSE(lease::is_valid_id(std::string(256, 'a')));
}

TEST(ValidId, IsUtf8WithoutNul) {
  EXPECT_TRUE(lease::is_valid_id("Auftrag-ä-漢-\xF0\x9F\x8D\x8E"));
  EXPECT_FALSE(lease::is_valid_id(std::string_view("a\0b", 3)));
  EXPECT_FALSE(lease::is_valid_id("\xC0\xAF"));  // overlong
  EXPECT_FALSE(lease::is_valid_id("\xC0\xAF, and more after it"));
  EXPECT_FALSE(lease::is_valid_id("\xED\xA0\x80"));      // a surrogate
  EXPECT_FALSE(lease::is_valid_id("\xF4\x90\x80\x80"));  // beyond U+10FFFF
  EXPECT_FALSE(lease::is_valid_id("a\xE6\xBC"));         // cut off
}

TEST(Ids, CompareByUnsignedBytes) {
  EXPECT_LT(lease::AttemptId("z"), lease::AttemptId("\xC3\xA4"));
  EXPECT_LT(lease::AttemptId("a"), lease::AttemptId("a1"));
}

}  // namespace
}  // namespace leasecheck::tests
