// What the memory store is made of, each held against the standard library's.
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "memory/order.hpp"
#include "memory/table.hpp"
#include "memory/text.hpp"
#include "tests/impl/fixture.hpp"

namespace leasecheck::tests {
namespace {

TEST(Text, IsWhatWasAssignedLast) {
  lease::Text<24> text;
  EXPECT_EQ(text.view(), "");
  for (const std::size_t size : {1U, 20U, 21U, 255U, 300U, 21U, 20U, 0U}) {
    const std::string said(size, static_cast<char>('a' + size % 26));
    text.assign(said);
    EXPECT_EQ(text.view(), said);
  }
}

struct Named {
  std::string name;
};
struct NameOf {
  std::string_view operator()(const Named& named) const { return named.name; }
};

TEST(Table, FindsWhatAMapFinds) {
  std::mt19937 random(1);
  lease::Table<Named, NameOf> table;
  std::map<std::string, Named> known;
  for (int i = 0; i < 20'000; ++i) {
    // Few names come and go often; the number there are goes up and down.
    const std::string name = std::to_string(random() % (i % 4000 < 2000 ? 3000 : 50));
    const auto found = known.find(name);
    ASSERT_EQ(table.find(name), found == known.end() ? nullptr : &found->second) << i;
    if (found == known.end()) {
      EXPECT_TRUE(table.insert(known.emplace(name, Named{name}).first->second));
    } else {
      Named same{name};
      EXPECT_FALSE(table.insert(same));
      table.erase(name);
      known.erase(found);
    }
    ASSERT_EQ(table.size(), known.size());
  }
  std::set<const Named*> visited;
  table.for_each([&](const Named& named) { EXPECT_TRUE(visited.insert(&named).second); });
  EXPECT_EQ(visited.size(), known.size());
}

std::uint32_t drawn(std::mt19937& random) {
  return static_cast<std::uint32_t>(random());
}

struct Timed {
  int place = 0;
  std::int64_t ms = 0;
  std::uint32_t drawn = 0;
  lease::Links<Timed> links = {};
};
struct TimedRules {
  static lease::Links<Timed>& links(Timed& timed) { return timed.links; }
  static bool precedes(const Timed& left, const Timed& right) { return left.place < right.place; }
  static lease::Time time(const Timed& timed) {
    ++asked;
    return at(timed.ms);
  }
  static std::uint32_t rank(const Timed& timed) { return timed.drawn; }
  static inline int asked = 0;
};

std::vector<int> places_until(const lease::Order<Timed, TimedRules>& order, std::int64_t ms,
                              std::size_t limit) {
  std::vector<int> places;
  order.visit_until(at(ms), [&](const Timed& timed) {
    places.push_back(timed.place);
    return places.size() < limit;
  });
  return places;
}

TEST(Order, VisitsWhatASortedListHolds) {
  std::mt19937 random(1);
  lease::Order<Timed, TimedRules> order;
  std::map<int, Timed> known;
  for (int i = 0; i < 5000; ++i) {
    const int place = static_cast<int>(random() % 200);
    const auto ms = static_cast<std::int64_t>(random() % 10);
    const auto found = known.find(place);
    if (found == known.end()) {
      order.insert(known.emplace(place, Timed{place, ms, drawn(random) % 50}).first->second);
    } else {
      order.erase(found->second);
      known.erase(found);
    }
    const std::size_t limit = 1 + random() % 20;
    std::vector<int> expected;
    for (const auto& [key, timed] : known) {
      if (timed.ms <= ms && expected.size() < limit) expected.push_back(key);
    }
    ASSERT_EQ(places_until(order, ms, limit), expected) << i;
  }
}

TEST(Order, FindsTheFewThatAreEarlyAmongManyThatAreLate) {
  const auto times_asked = [](int many) {
    std::mt19937 random(1);
    std::vector<Timed> all(static_cast<std::size_t>(many));
    lease::Order<Timed, TimedRules> order;
    for (int i = 0; i < many; ++i) {
      all[static_cast<std::size_t>(i)] = {i, i == many - 1 ? 1 : 1000, drawn(random)};
      order.insert(all[static_cast<std::size_t>(i)]);
    }
    TimedRules::asked = 0;
    EXPECT_EQ(places_until(order, 1, 10), std::vector{many - 1});
    return TimedRules::asked;
  };
  EXPECT_LT(times_asked(100'000), 100);
  TimedRules::asked = 0;
}

}  // namespace
}  // namespace leasecheck::tests
