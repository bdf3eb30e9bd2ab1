// Odd ids: what each dimension promises of them, and that those which belong together meet.
#include "sim/values/ids.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "leasecheck/spec/validity.hpp"
#include "sim/values/names.hpp"

namespace leasecheck::sim::values {
namespace {

const std::vector<Dimension>& dimensions_of_ids() {
  static const std::vector<Dimension> all = [] {
    std::vector<Dimension> chosen;
    for (const DimensionInfo& info : dimensions()) {
      if (info.is_of_ids) chosen.push_back(info.dimension);
    }
    return chosen;
  }();
  return all;
}

TEST(OddIds, AreValidAndDifferWhereTheirNumbersDo) {
  for (const Dimension dimension : dimensions_of_ids()) {
    for (const char* stem :
         {"a", "Z", "id", "ID", "run", "STRASSE", "attempt", "fi", "abcdefghijklmnopqrst"}) {
      std::set<model::Id> ids;
      for (std::uint64_t number = 0; number < 1200; ++number) {
        const model::Id id = odd_id(dimension, stem, number);
        EXPECT_TRUE(model::is_valid_id(id)) << info_of(dimension).name << " " << number;
        EXPECT_TRUE(ids.insert(id).second) << info_of(dimension).name << " " << stem << ": " << id;
      }
    }
  }
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
  return text;
}

using Replacements = std::vector<std::pair<std::string_view, std::string_view>>;

std::string replaced(std::string text, const Replacements& replacements) {
  for (const auto& [from, to] : replacements) text = replaced(std::move(text), from, to);
  return text;
}

std::string in_lower_case(const std::string& id) {
  std::string lower = replaced(id, "\xc3\x9f", "ss");
  for (char& letter : lower) {
    if ('A' <= letter && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  }
  return lower;
}

std::string without_blanks(const std::string& id) {
  return replaced(id, {{" ", ""},
                       {"\t", ""},
                       {"\r", ""},
                       {"\n", ""},
                       {"\xc2\xa0", ""},
                       {"\xe2\x80\x8b", ""},
                       {"\xef\xbb\xbf", ""}});
}

// What the characters of the catalogue are in NFKD, by the tables of Unicode.
std::string decomposed(const std::string& id) {
  return replaced(id, {{"\xc3\xa9", "e\xcc\x81"},
                       {"\xc3\x85", "A\xcc\x8a"},
                       {"\xe2\x84\xa6", "\xce\xa9"},
                       {"\xea\xb0\x80", "\xe1\x84\x80\xe1\x85\xa1"},
                       {"\xef\xac\x81", "fi"}});
}

std::string as_number(const std::string& id) {
  const std::string digits =
      replaced(id, {{"\xef\xbc\x97", "7"}, {"0x", ""}, {"+", ""}, {".0", ""}, {"e0", ""}});
  return digits.substr(std::min(digits.find_first_not_of('0'), digits.size()));
}

struct Likeness {
  Dimension dimension;
  std::string (*key)(const std::string& id);
};

TEST(OddIds, OfAPairMayBeTakenForEachOther) {
  const auto likenesses = std::to_array<Likeness>(
      {{Dimension::id_case, in_lower_case},
       {Dimension::id_blanks, without_blanks},
       {Dimension::id_prefixes, [](const std::string& id) { return id.substr(0, 200); }},
       {Dimension::id_longest, [](const std::string& id) { return id.substr(0, 250); }},
       {Dimension::id_normal_forms, decomposed},
       {Dimension::id_numbers, as_number}});
  for (const auto& [dimension, key] : likenesses) {
    // Two rounds: with a number behind them they are still pairs.
    for (std::uint64_t number = 0; number < 2 * spelling_count(dimension); number += 2) {
      for (const char* stem : {"attempt", "ID"}) {
        const model::Id left = odd_id(dimension, stem, number);
        const model::Id right = odd_id(dimension, stem, number + 1);
        EXPECT_EQ(key(left), key(right)) << left << " and " << right;
      }
    }
  }
}

std::u16string widened(const std::string& text) {
  return {text.begin(), text.end()};
}

// How others than the contract sort the ids of each pair, or leave them unsorted.
TEST(OddIds, OfAPairAreSortedOtherwiseByOtherOrders) {
  using Key = std::u16string (*)(const std::string& id);
  const Key in_utf_16 = [](const std::string& id) {
    static const std::map<std::string, std::u16string> texts{{"\xef\xbd\xa1", u"\uff61"},
                                                             {"\xf0\x90\x80\x80", u"\U00010000"},
                                                             {"\xee\x80\x80", u"\ue000"},
                                                             {"\xf4\x8f\xbf\xbf", u"\U0010ffff"}};
    return texts.at(id);
  };
  const Key without_case = [](const std::string& id) { return widened(in_lower_case(id)); };
  const Key by_value = [](const std::string& id) {
    return std::u16string(1, static_cast<char16_t>(std::stoi(id)));
  };
  const Key without_accents = [](const std::string& id) {
    return widened(replaced(id, "\xc3\xa9", "e"));
  };
  const Key without_punctuation = [](const std::string& id) {
    return widened(replaced(id, "-", ""));
  };
  const std::vector<Key> others{in_utf_16, in_utf_16,       without_case,
                                by_value,  without_accents, without_punctuation};
  ASSERT_EQ(2 * others.size(), spelling_count(Dimension::id_order));
  for (std::uint64_t pair = 0; pair < others.size(); ++pair) {
    const model::Id left = odd_id(Dimension::id_order, "attempt", 2 * pair);
    const model::Id right = odd_id(Dimension::id_order, "attempt", 2 * pair + 1);
    const Key other = others[pair];
    EXPECT_NE(left < right, other(left) < other(right)) << left << " and " << right;
  }
}

// Of ASCII alone.
bool is_like(std::string_view text, std::string_view pattern) {
  if (pattern.empty()) return text.empty();
  const std::string_view rest = pattern.substr(1);
  if (pattern.front() == '%') {
    for (std::size_t i = 0; i <= text.size(); ++i) {
      if (is_like(text.substr(i), rest)) return true;
    }
    return false;
  }
  if (text.empty()) return false;
  return (pattern.front() == '_' || pattern.front() == text.front()) &&
         is_like(text.substr(1), rest);
}

TEST(OddIds, EachFourthMarkIsAPatternOfTheNext) {
  ASSERT_FALSE(is_like("ab", "_"));
  ASSERT_EQ(spelling_count(Dimension::id_markup) % 4, 0U);
  for (std::uint64_t number = 0; number < spelling_count(Dimension::id_markup); number += 4) {
    const model::Id pattern = odd_id(Dimension::id_markup, "attempt", number);
    const model::Id next = odd_id(Dimension::id_markup, "attempt", number + 1);
    EXPECT_TRUE(is_like(next, pattern)) << next << " like " << pattern;
  }
}

TEST(OddIds, OfAPairCanBeGluedToTheSameKey) {
  for (std::uint64_t number = 0; number < spelling_count(Dimension::id_crossing); number += 2) {
    const model::Id left = odd_id(Dimension::id_crossing, "attempt", number);
    const model::Id right = odd_id(Dimension::id_crossing, "attempt", number + 1);
    bool is_same = false;
    for (const std::string between : {"", "/", ":", "-", ".", "|", "_", ","}) {
      is_same = is_same || left + between + right == right + between + left;
    }
    EXPECT_TRUE(is_same) << left << " and " << right;
  }
}

TEST(OddIds, TheLongestAreAsLongAsIdsMayBe) {
  for (std::uint64_t number = 0; number < 100; ++number) {
    EXPECT_EQ(odd_id(Dimension::id_longest, "attempt", number).size(), model::longest_id_bytes);
  }
}

// An id is left out of the complaints that are compared, wherever the word stands.
TEST(OddIds, AreNotTheWordThatMostComplaintsHave) {
  for (const Dimension dimension : dimensions_of_ids()) {
    for (std::uint64_t number = 0; number < spelling_count(dimension); ++number) {
      EXPECT_NE(odd_id(dimension, "attempt", number), "a") << info_of(dimension).name;
    }
  }
}

TEST(OddIds, HaveTheFirstAndTheLastCharacterOfFourBytes) {
  std::set<model::Id> ids;
  for (std::uint64_t number = 0; number < spelling_count(Dimension::id_order); ++number) {
    ids.insert(odd_id(Dimension::id_order, "attempt", number));
  }
  EXPECT_TRUE(ids.contains("\xf0\x90\x80\x80"));
  EXPECT_TRUE(ids.contains("\xf4\x8f\xbf\xbf"));
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

// Those of the nine that are worked out in a line or two; a number behind the ids changes nothing.
TEST(OddIds, HaveAPairForEachHash) {
  constexpr std::array<Hash, 5> hashes{fnv_1a, crc, adler, of_java, djb2};
  const std::uint64_t count = spelling_count(Dimension::id_hashes);
  ASSERT_EQ(count, 18U);
  for (const std::uint64_t first : {std::uint64_t{0}, count, 7 * count}) {
    for (std::uint64_t pair = 0; pair < hashes.size(); ++pair) {
      const model::Id left = odd_id(Dimension::id_hashes, "attempt", first + 2 * pair);
      const model::Id right = odd_id(Dimension::id_hashes, "attempt", first + 2 * pair + 1);
      EXPECT_EQ(hashes[pair](left), hashes[pair](right)) << left << " and " << right;
    }
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
  EXPECT_EQ(names.kind(EventKind::progress), "progress");
  EXPECT_EQ(Names::later_name("w5", 2), "w5.2");
}

/// The number of the pair that the two ids are, or nothing.
std::optional<std::uint64_t> pair_of(Dimension dimension, const char* stem, const model::Id& left,
                                     const model::Id& right) {
  for (std::uint64_t number = 0; number < spelling_count(dimension); number += 2) {
    if (odd_id(dimension, stem, number) == left && odd_id(dimension, stem, number + 1) == right) {
      return number / 2;
    }
  }
  return std::nullopt;
}

// So two of each are enough for what takes the one for the other to be found.
TEST(Names, OfTheFirstTwoOfEachKindAreAPairAndEachPairIsMet) {
  for (const Dimension dimension : dimensions_of_ids()) {
    std::set<std::uint64_t> met;
    for (std::uint64_t seed = 1; seed <= 400; ++seed) {
      const Names names({Dimension::crowd, dimension}, seed);
      ASSERT_TRUE(names.are_odd());
      const auto pair = pair_of(dimension, "attempt", names.attempt(1), names.attempt(2));
      ASSERT_TRUE(pair) << info_of(dimension).name << ", seed " << seed;
      met.insert(*pair);
      EXPECT_EQ(pair_of(dimension, "run", names.run(1), names.run(2)), pair);
      EXPECT_EQ(pair_of(dimension, "worker", names.worker(1), names.worker(2)), pair);
      EXPECT_EQ(pair_of(dimension, "tenant", names.tenant(0), names.tenant(1)), pair);
      EXPECT_EQ(pair_of(dimension, "kind", names.kind(EventKind::progress),
                        names.kind(EventKind::strange)),
                pair);
    }
    EXPECT_EQ(met.size(), spelling_count(dimension) / 2) << info_of(dimension).name;
  }
}

TEST(Names, OfWorkersStayValidAndDifferentHoweverOftenTheyChange) {
  for (const Dimension dimension : dimensions_of_ids()) {
    const Names names({dimension}, 7);
    std::set<model::Id> ids;
    for (std::uint64_t worker = 1; worker <= 5; ++worker) {
      for (std::uint64_t number = 2; number <= 20; ++number) {
        const model::Id id = Names::later_name(names.worker(worker), number);
        EXPECT_TRUE(model::is_valid_id(id)) << info_of(dimension).name;
        EXPECT_TRUE(ids.insert(id).second) << info_of(dimension).name << " " << id;
      }
    }
  }
}

}  // namespace
}  // namespace leasecheck::sim::values
