#include "sim/values/ids.hpp"

#include <array>
#include <span>
#include <string>
#include <utility>

#include "sim/check.hpp"

namespace leasecheck::sim::values {
namespace {

constexpr std::size_t longest_id_bytes = 255;
constexpr std::size_t common_prefix_bytes = 200;

/// One of several ids that are alike: the stem and a number stand between the two.
struct Spelling {
  std::string_view before;
  std::string_view after;
};

// Trailing, leading, doubled; and what Unicode counts as a blank or does not show.
constexpr auto blanks = std::to_array<Spelling>({{"", ""},
                                                 {"", " "},
                                                 {" ", ""},
                                                 {"", "  "},
                                                 {"", "\t"},
                                                 {"", "\n"},
                                                 {"", "\r\n"},
                                                 {"", "\xc2\xa0"},        // U+00A0
                                                 {"", "\xe2\x80\x8b"},    // U+200B
                                                 {"\xef\xbb\xbf", ""}});  // U+FEFF

// Composed and decomposed, singletons, and compatibility.
constexpr auto normal_forms = std::to_array<Spelling>({{"", "\xc3\xa9"},      // U+00E9
                                                       {"", "e\xcc\x81"},     // U+0065 U+0301
                                                       {"", "\xc3\x85"},      // U+00C5
                                                       {"", "A\xcc\x8a"},     // U+0041 U+030A
                                                       {"", "\xe2\x84\xab"},  // U+212B
                                                       {"", "\xea\xb0\x80"},  // U+AC00
                                                       {"", "\xe1\x84\x80\xe1\x85\xa1"},
                                                       {"", "\xef\xac\x81"},  // U+FB01
                                                       {"", "fi"}});

constexpr auto number_forms = std::to_array<Spelling>({{"7", ""},
                                                       {"07", ""},
                                                       {"007", ""},
                                                       {"7", ".0"},
                                                       {"+7", ""},
                                                       {"7", "e0"},
                                                       {"0x7", ""},
                                                       {"\xef\xbc\x97", ""}});  // U+FF17

// Bytes, UTF-16 units, letters without case, words and numbers sort these differently.
constexpr auto orders = std::to_array<Spelling>({{"\xef\xbd\xa1", ""},      // U+FF61
                                                 {"\xf0\x90\x80\x80", ""},  // U+10000
                                                 {"Z", ""},
                                                 {"a", ""},
                                                 {"10", ""},
                                                 {"9", ""},
                                                 {"\xc3\xa9", ""},
                                                 {"z", ""},
                                                 {"a-", "b"},
                                                 {"ab", ""}});

// Each fourth one is a pattern that others may match.
constexpr auto marks = std::to_array<Spelling>({{"%", ""},
                                                {"*", ""},
                                                {"'", ""},
                                                {"\"", ""},
                                                {"_", ""},
                                                {"\\", ""},
                                                {"null", ""},
                                                {"NULL", ""},
                                                {"%%", ""},
                                                {"true", ""},
                                                {"'; DROP TABLE attempts; --", ""},
                                                {"' OR '1'='1", ""},
                                                {"%_", ""},
                                                {"\"quoted\" `id` [id]", ""},
                                                {"$1 :name @name ?1", ""},
                                                {"{}", ""},
                                                {"_%", ""},
                                                {"[]", ""},
                                                {"{\"a\":1}", ""},
                                                {"\\u0000", ""},
                                                {"%%%", ""},
                                                {"$(true)", ""},
                                                {"`true`", ""},
                                                {"--", ""},
                                                {"_*", ""},
                                                {"../", "/.."},
                                                {".*", ""},
                                                {"^", "$"},
                                                {"%?", ""},
                                                {"a,b", ""},
                                                {"a;b|c", ""},
                                                {"line\nbreak", ""},
                                                {"%s%n", ""},
                                                {"\x01\x7f", ""},
                                                {"<b>&amp;", ""},
                                                {"{{id}}", ""},
                                                {"%a", ""},
                                                {"undefined", ""},
                                                {"NaN", ""},
                                                {"__proto__", ""}});

// FNV-1a, CRC-32, Adler-32, the hash of Java's strings, djb2, MurmurHash3, and the first 32 bits of
// MD5, SHA-1 and SHA-256: found by trying.
constexpr auto hashes = std::to_array<Spelling>({{"job-16e27fb7", ""},
                                                 {"job-2df89d23", ""},
                                                 {"job-214f075e", ""},
                                                 {"job-1f7b1732", ""},
                                                 {"job-3b55f6db", ""},
                                                 {"job-471cfbc7", ""},
                                                 {"job-5dc9660a", ""},
                                                 {"job-5581ea89", ""},
                                                 {"job-7caa0e09", ""},
                                                 {"job-6919c8ea", ""},
                                                 {"job-731d16e1", ""},
                                                 {"job-c06bbfe", ""},
                                                 {"job-accf10b", ""},
                                                 {"job-65ee8a0f", ""},
                                                 {"job-48e8cc9c", ""},
                                                 {"job-11ebe39e", ""},
                                                 {"job-42696548", ""},
                                                 {"job-7abb6151", ""}});

// "a" + "/" + "a/a" is "a/a" + "/" + "a".
constexpr auto crossings = std::to_array<Spelling>({{"a", ""},
                                                    {"a/a", ""},
                                                    {"a:a", ""},
                                                    {"a/a/a", ""},
                                                    {"a:a:a", ""},
                                                    {"a-a", ""},
                                                    {"a.a", ""},
                                                    {"a|a", ""},
                                                    {"a_a", ""},
                                                    {"a,a", ""},
                                                    {"aa", ""},
                                                    {"aaa", ""},
                                                    {"/", ""},
                                                    {":", ""}});

model::Id spelled(std::span<const Spelling> spellings, std::string_view stem,
                  std::uint64_t number) {
  const Spelling& chosen = spellings[number % spellings.size()];
  const std::uint64_t round = number / spellings.size();
  model::Id id(chosen.before);
  id += stem;
  if (round > 0) id += std::to_string(round);
  return id += chosen.after;
}

// A bit of the number for each letter; one spelling of each round has letters that only Unicode
// folds.
model::Id in_case(std::string_view stem, std::uint64_t number) {
  constexpr auto foreign =
      std::to_array<std::string_view>({"stra\xc3\x9f"
                                       "e",
                                       "STRASSE"});
  constexpr std::uint64_t pool = 8;
  const std::uint64_t place = number % pool;
  std::uint64_t round = number / pool;
  if (place >= pool - foreign.size()) {
    model::Id id(foreign[place - (pool - foreign.size())]);
    return round > 0 ? id + std::to_string(round) : id;
  }
  model::Id id(stem);
  for (std::size_t i = 0; i < 3 && i < id.size(); ++i) {
    if ((place >> i & 1U) != 0) id[i] = static_cast<char>(id[i] - 'a' + 'A');
  }
  return round > 0 ? id + std::to_string(round) : id;
}

model::Id ended(std::size_t length, std::string_view end) {
  model::Id id;
  id.resize(length, 'x');
  id += end;
  return id;
}

model::Id prefixed(std::string_view stem, std::uint64_t number) {
  model::Id id(stem);
  id.resize(common_prefix_bytes, 'x');
  id += std::to_string(number);
  return id;
}

// In characters of one, three and four bytes: what counts characters, or UTF-16 units, counts less.
model::Id longest(std::string_view stem, std::uint64_t number) {
  constexpr auto fillings =
      std::to_array<std::string_view>({"x", "\xe6\xbc\xa2", "\xf0\x9f\x90\x8e"});
  const std::string_view filling = fillings[number % fillings.size()];
  const std::string end = std::to_string(number / fillings.size());
  model::Id id(stem);
  while (id.size() + filling.size() + end.size() <= longest_id_bytes) id += filling;
  id.resize(longest_id_bytes - end.size(), '-');
  id += end;
  return id;
}

}  // namespace

model::Id odd_id(Dimension dimension, std::string_view stem, std::uint64_t number) {
  switch (dimension) {
    case Dimension::id_case:
      return in_case(stem, number);
    case Dimension::id_blanks:
      return spelled(blanks, stem, number);
    case Dimension::id_prefixes:
      return prefixed(stem, number);
    case Dimension::id_longest:
      return longest(stem, number);
    case Dimension::id_normal_forms:
      return spelled(normal_forms, stem, number);
    case Dimension::id_numbers:
      return spelled(number_forms, "", number);
    case Dimension::id_order:
      return spelled(orders, "", number);
    case Dimension::id_markup:
      return spelled(marks, "", number);
    case Dimension::id_hashes:
      return spelled(hashes, "", number);
    case Dimension::id_crossing:
      return spelled(crossings, "", number);
    case Dimension::epoch:
    case Dimension::distances:
    case Dimension::numbers:
    case Dimension::policies:
    case Dimension::spec_fields:
    case Dimension::payloads:
    case Dimension::same_instant:
    case Dimension::invalid_ids:
    case Dimension::invalid_policies:
    case Dimension::crowd:
      break;
  }
  check(false, "a dimension that says nothing of ids");
  std::unreachable();
}

std::size_t hash_count() {
  return hashes.size() / 2;
}

const std::vector<model::Id>& invalid_texts() {
  static const std::vector<model::Id> texts = {"",                      // empty
                                               ended(255, "x"),         // one byte too long
                                               ended(254, "\xc3\xa9"),  // in bytes, not characters
                                               ended(100'000, "x"),
                                               model::Id(1, '\0'),
                                               model::Id("a\0b", 3)};
  return texts;
}

const std::vector<model::Id>& invalid_ids() {
  static const std::vector<model::Id> ids = [] {
    std::vector<model::Id> all = invalid_texts();
    all.insert(all.end(), {"\xff",
                           "a\x80",               // a continuation alone
                           "\xc3",                // cut short
                           "\xc0\xaf",            // overlong
                           "\xed\xa0\x80",        // a surrogate
                           "\xf4\x90\x80\x80"});  // beyond U+10FFFF
    return all;
  }();
  return ids;
}

}  // namespace leasecheck::sim::values
