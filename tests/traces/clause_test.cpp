// What explanations quote of the contract stands there word for word, under the rule that they
// name.
#include "traces/views/clause.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <regex>
#include <string>

namespace leasecheck::traces {
namespace {

/// The contract without its markup, each run of blanks one blank; a row of a table reads "a: b".
std::string contract() {
  std::ifstream file(LEASECHECK_ROOT "/model/README.md");
  std::string text{std::istreambuf_iterator<char>(file), {}};
  text = std::regex_replace(text, std::regex("\\n(1?[0-9]|2[0-9])\\. "), " <rule $1> ");
  text = std::regex_replace(text, std::regex("[`*]"), "");
  text = std::regex_replace(text, std::regex("\\n\\| (\\w+) \\| "), " $1: ");
  return std::regex_replace(text, std::regex("\\s+"), " ");
}

/// "rule 11" for a place within rule 11; empty before the first one.
std::string rule_at(const std::string& text, std::size_t place) {
  const std::size_t begin = text.rfind("<rule ", place);
  if (begin == std::string::npos) return {};
  return text.substr(begin + 1, text.find('>', begin) - begin - 1);
}

TEST(Clauses, StandInTheContractWordForWord) {
  const std::string text = contract();
  ASSERT_GT(all_clauses().size(), 40U);
  for (const Clause& clause : all_clauses()) {
    EXPECT_NE(text.find(clause.text), std::string::npos) << clause.text;
  }
}

TEST(Clauses, NameTheRuleUnderWhichTheyStand) {
  const std::string text = contract();
  for (const Clause& clause : all_clauses()) {
    if (!clause.source.starts_with("rule ") || clause.source.contains(',')) continue;
    EXPECT_EQ(rule_at(text, text.find(clause.text)), clause.source) << clause.text;
  }
}

}  // namespace
}  // namespace leasecheck::traces
