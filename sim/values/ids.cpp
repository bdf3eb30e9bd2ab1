#include "sim/values/ids.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string>

#include "leasecheck/spec/validity.hpp"
#include "sim/check.hpp"

namespace leasecheck::sim::values {
namespace {

using model::longest_id_bytes;

constexpr std::size_t common_prefix_bytes = 200;

// In each list the spellings at 2 n and 2 n + 1 are a pair, so each has an even number of them.
// None is "a": complaints have that word, and failures are alike if their complaints are without
// ids.

/// How the ids of a dimension are written: the stem and a number stand between the two.
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

// Composed and decomposed, a singleton, and compatibility.
constexpr auto normal_forms = std::to_array<Spelling>({{"", "\xc3\xa9"},      // U+00E9
                                                       {"", "e\xcc\x81"},     // U+0065 U+0301
                                                       {"", "\xc3\x85"},      // U+00C5
                                                       {"", "A\xcc\x8a"},     // U+0041 U+030A
                                                       {"", "\xe2\x84\xa6"},  // U+2126
                                                       {"", "\xce\xa9"},      // U+03A9
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
                                                 {"\xee\x80\x80", ""},      // U+E000
                                                 {"\xf4\x8f\xbf\xbf", ""},  // U+10FFFF
                                                 {"Z", ""},
                                                 {"b", ""},
                                                 {"10", ""},
                                                 {"9", ""},
                                                 {"\xc3\xa9", ""},
                                                 {"z", ""},
                                                 {"a-", "b"},
                                                 {"ab", ""}});

// Each fourth one, read as a pattern of LIKE, matches the one after it.
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
                                                {"%._", ""},
                                                {"../", "/.."},
                                                {".*", ""},
                                                {"^", "$"},
                                                {"%,_", ""},
                                                {"a,b", ""},
                                                {"a;b|c", ""},
                                                {"line\nbreak", ""},
                                                {"<%;", ""},
                                                {"<b>&amp;", ""},
                                                {"%s%n", ""},
                                                {"\x01\x7f", ""},
                                                {"{{__}}", ""},
                                                {"{{id}}", ""},
                                                {"_*", ""},
                                                {"%?", ""},
                                                {"%d", ""},
                                                {"undefined", ""},
                                                {"NaN", ""},
                                                {"__proto__", ""}});

// A pair each for FNV-1a, CRC-32, Adler-32, the hash of Java's strings, djb2, MurmurHash3, and the
// first 32 bits of MD5, SHA-1 and SHA-256: found by trying. With a number behind them only the
// first five are still pairs.
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

// "x" + "/" + "x/x" is "x/x" + "/" + "x", and so on for each pair.
constexpr auto crossings = std::to_array<Spelling>(
    {{"x", ""},   {"x/x", ""},   {"x:x", ""}, {"x:x:x", ""}, {"x/x/x", ""}, {"x/x/x/x", ""},
     {"x-x", ""}, {"x-x-x", ""}, {"x.x", ""}, {"x.x.x", ""}, {"x|x", ""},   {"x|x|x", ""},
     {"x_x", ""}, {"x_x_x", ""}, {"x,x", ""}, {"x,x,x", ""}, {"xx", ""},    {"xxx", ""},
     {"/", ""},   {"//", ""},    {":", ""},   {"::", ""}});

// What has no list: the places of a round of `in_case`, a pair of `prefixed`, and a pair for each
// filling of `longest`.
constexpr std::uint64_t case_spellings = 8;
constexpr std::uint64_t prefix_spellings = 2;
constexpr auto fillings =
    std::to_array<std::string_view>({"x", "\xe6\xbc\xa2", "\xf0\x9f\x90\x8e"});

model::Id spelled(std::span<const Spelling> spellings, std::string_view stem,
                  std::uint64_t number) {
  const Spelling& chosen = spellings[number % spellings.size()];
  const std::uint64_t round = number / spellings.size();
  model::Id id(chosen.before);
  id += stem;
  if (round > 0) id += std::to_string(round);
  return id += chosen.after;
}

// Each bit of the number swaps the case of one of the first three letters; the last pair of each
// round ends in what is the same without case only for Unicode.
model::Id in_case(std::string_view stem, std::uint64_t number) {
  constexpr auto foreign = std::to_array<std::string_view>({"\xc3\x9f", "SS"});
  constexpr std::size_t letters = 3;
  constexpr std::uint64_t first_foreign = case_spellings - foreign.size();
  constexpr unsigned char case_bit = 0x20;
  const std::uint64_t place = number % case_spellings;
  const std::uint64_t round = number / case_spellings;
  model::Id id(stem);
  if (id.size() < letters) id.resize(letters, 'x');
  if (place >= first_foreign) {
    id += foreign[place - first_foreign];
  } else {
    for (std::size_t i = 0; i < letters; ++i) {
      if ((place >> i & 1U) != 0) id[i] = static_cast<char>(id[i] ^ case_bit);
    }
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
// Both of a pair have the same filling, so that they differ at the very end only.
model::Id longest(std::string_view stem, std::uint64_t number) {
  const std::string_view filling = fillings[number / 2 % fillings.size()];
  const std::string end = std::to_string(number);
  model::Id id(stem);
  while (id.size() + filling.size() + end.size() <= longest_id_bytes) id += filling;
  id.resize(longest_id_bytes - end.size(), '-');
  id += end;
  return id;
}

/// A dimension whose ids are spelled by a list.
struct List {
  Dimension dimension;
  std::span<const Spelling> spellings;
  bool has_stem;  ///< in its ids
};

constexpr auto lists = std::to_array<List>({{Dimension::id_blanks, blanks, true},
                                            {Dimension::id_normal_forms, normal_forms, true},
                                            {Dimension::id_numbers, number_forms, false},
                                            {Dimension::id_order, orders, false},
                                            {Dimension::id_markup, marks, false},
                                            {Dimension::id_hashes, hashes, false},
                                            {Dimension::id_crossing, crossings, false}});

static_assert(std::ranges::all_of(lists,
                                  [](const List& list) { return list.spellings.size() % 2 == 0; }));

const List* list_of(Dimension dimension) {
  const List* const found = std::ranges::find(lists, dimension, &List::dimension);
  return found == lists.end() ? nullptr : found;
}

}  // namespace

model::Id odd_id(Dimension dimension, std::string_view stem, std::uint64_t number) {
  if (const List* list = list_of(dimension)) {
    return spelled(list->spellings, list->has_stem ? stem : "", number);
  }
  if (dimension == Dimension::id_case) return in_case(stem, number);
  if (dimension == Dimension::id_prefixes) return prefixed(stem, number);
  check(dimension == Dimension::id_longest, "a dimension of ids");
  return longest(stem, number);
}

std::uint64_t spelling_count(Dimension dimension) {
  if (const List* list = list_of(dimension)) return list->spellings.size();
  if (dimension == Dimension::id_case) return case_spellings;
  if (dimension == Dimension::id_prefixes) return prefix_spellings;
  check(dimension == Dimension::id_longest, "a dimension of ids");
  return 2 * fillings.size();
}

const std::vector<model::Id>& invalid_texts() {
  static const std::vector<model::Id> texts = {
      "",                                       // empty
      ended(longest_id_bytes, "x"),             // one byte too long
      ended(longest_id_bytes - 1, "\xc3\xa9"),  // in bytes, not characters
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
