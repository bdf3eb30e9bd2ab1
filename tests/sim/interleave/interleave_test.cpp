#include "sim/interleave.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/mutants/sqlite/sqlite_mutants.hpp"

namespace leasecheck::sim {
namespace {

constexpr std::uint32_t preemptions = 2;

using Found = std::optional<InterleaveFinding>;

std::string in_words(const InterleaveCase& subject, const InterleaveFinding& finding) {
  return finding.property + ": " + finding.message + "\n  " + name_of(subject) + " --schedule " +
         to_text(finding.schedule);
}

// Searches all cases until one is violated.
struct Searched {
  InterleaveCount count;
  std::optional<InterleaveCase> subject;
  Found finding;
};

Searched search_all(const OpenRepository& open, const std::vector<InterleaveCase>& cases) {
  Searched searched;
  const auto processes = static_cast<std::uint32_t>(cases.front().operations.size());
  auto interleaver = Interleaver::make(open, processes);
  EXPECT_TRUE(interleaver.has_value()) << interleaver.error();
  for (const InterleaveCase& subject : cases) {
    const auto found = (*interleaver)->search(subject, preemptions);
    EXPECT_TRUE(found.has_value()) << found.error();
    if (!found || *found) {
      searched.subject = subject;
      if (found) searched.finding = *found;
      break;
    }
  }
  searched.count = (*interleaver)->count();
  return searched;
}

void expect_held(const Searched& searched) {
  if (searched.finding) ADD_FAILURE() << in_words(*searched.subject, *searched.finding);
}

// The counts are pinned: another count is another search. They change with the statements of the
// backend and with SQLite's release; whoever changes those says so here.
TEST(InterleavePairs, EveryScheduleOfEveryPairIsLinearizableOnSqlite) {
  const Searched searched = search_all(lease::open_sqlite_repository, interleave_cases(InterleaveScope::pairs));
  expect_held(searched);
  RecordProperty("schedules", std::to_string(searched.count.schedules));
  EXPECT_EQ(searched.count.cases, 9U * 18 * 19 / 2);
  EXPECT_EQ(searched.count.schedules, 0U);
  EXPECT_EQ(searched.count.points, 0U);
}

TEST(InterleaveTriples, EveryScheduleOfThoseAtOddsIsLinearizableOnSqlite) {
  const Searched searched = search_all(lease::open_sqlite_repository, interleave_cases(InterleaveScope::triples));
  expect_held(searched);
  EXPECT_EQ(searched.count.cases, 8U);
  EXPECT_EQ(searched.count.schedules, 0U);
  EXPECT_EQ(searched.count.points, 0U);
}

std::vector<InterleaveCase> pairs_on(std::initializer_list<std::string_view> states) {
  std::vector<InterleaveCase> cases = interleave_cases(InterleaveScope::pairs);
  std::erase_if(cases, [states](const InterleaveCase& subject) {
    return std::ranges::find(states, subject.prior.name) == states.end();
  });
  return cases;
}

class PlantedRace : public testing::TestWithParam<const mutants::SqliteMutant*> {};

TEST_P(PlantedRace, IsFoundByItsPropertyAndItsScheduleFindsItAgain) {
  const mutants::SqliteMutant& mutant = *GetParam();
  const Searched searched = search_all(mutant.open, pairs_on({"queued", "leased"}));
  ASSERT_TRUE(searched.finding) << mutant.what << " in " << searched.count.schedules << " schedules";
  EXPECT_EQ(searched.finding->property, mutant.property);

  auto again = Interleaver::make(mutant.open, 2);
  ASSERT_TRUE(again) << again.error();
  const auto replayed = (*again)->replay(
      *searched.subject, decisions_from_text(to_text(searched.finding->schedule)).value());
  ASSERT_TRUE(replayed) << replayed.error();
  ASSERT_TRUE(*replayed) << "the schedule no longer shows it";
  EXPECT_EQ((**replayed).property, searched.finding->property);
  EXPECT_EQ((**replayed).message, searched.finding->message);

  auto shipped = Interleaver::make(lease::open_sqlite_repository, 2);
  const auto held = (*shipped)->search(*searched.subject, preemptions);
  EXPECT_TRUE(held && !*held) << "the case holds without the defect";
}

std::vector<const mutants::SqliteMutant*> races() {
  std::vector<const mutants::SqliteMutant*> all;
  for (const mutants::SqliteMutant& mutant : mutants::sqlite_mutants()) {
    if (mutant.search == mutants::Search::interleave) all.push_back(&mutant);
  }
  return all;
}

INSTANTIATE_TEST_SUITE_P(Interleave, PlantedRace, testing::ValuesIn(races()),
                         [](const auto& info) { return std::string(info.param->name); });

TEST(Interleave, AScheduleOfAnotherCaseIsRefused) {
  auto interleaver = Interleaver::make(lease::open_sqlite_repository, 2);
  ASSERT_TRUE(interleaver) << interleaver.error();
  const InterleaveCase subject = interleave_cases(InterleaveScope::pairs).front();
  EXPECT_FALSE((*interleaver)->replay(subject, {0, 7}));
}

}  // namespace
}  // namespace leasecheck::sim
