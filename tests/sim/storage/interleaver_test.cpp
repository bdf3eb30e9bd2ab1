#include "sim/storage/interleaver.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <ostream>
#include <string>
#include <string_view>

#include "sim/defects/storage/sqlite_mutants.hpp"

namespace leasecheck::sim {
namespace {

constexpr std::uint32_t preemptions = 2;

using Found = std::optional<Finding>;

std::string in_words(const InterleaveCase& subject, const Finding& finding) {
  return finding.property + ": " + finding.message + "\n  " + name_of(subject) + " --schedule " +
         finding.reproduce;
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
  auto interleaver = Interleaver::make(open, {.processes = processes});
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

std::vector<InterleaveCase> pairs_on(std::initializer_list<std::string_view> states) {
  std::vector<InterleaveCase> cases = interleave_cases(InterleaveScope::pairs);
  std::erase_if(cases, [states](const InterleaveCase& subject) {
    return std::ranges::find(states, subject.prior.name) == states.end();
  });
  return cases;
}

// The counts are pinned: another count is another search. They change with the statements of the
// backend and with SQLite's release; whoever changes those says so here.
struct Pinned {
  std::string_view prior;
  std::uint64_t schedules;
  std::uint64_t points;
};

void PrintTo(const Pinned& pinned, std::ostream* out) {
  *out << pinned.prior;
}

constexpr std::array pinned_pairs{
    Pinned{"empty", 65'208, 2'460'404},      Pinned{"queued", 76'639, 3'061'533},
    Pinned{"leased", 117'717, 5'348'063},    Pinned{"running", 113'590, 5'099'195},
    Pinned{"last_try", 115'885, 5'207'300},  Pinned{"retry_backoff", 82'840, 3'395'821},
    Pinned{"completed", 71'719, 2'796'929},  Pinned{"failed", 76'864, 3'070'771},
    Pinned{"two_leased", 120'712, 5'642'908}};

class InterleavePairs : public testing::TestWithParam<Pinned> {};

TEST_P(InterleavePairs, EveryScheduleIsLinearizableOnSqlite) {
  const Searched searched = search_all(lease::open_sqlite_repository, pairs_on({GetParam().prior}));
  expect_held(searched);
  EXPECT_EQ(searched.count.cases, 23U * 24 / 2);
  EXPECT_EQ(searched.count.schedules, GetParam().schedules);
  EXPECT_EQ(searched.count.points, GetParam().points);
}

INSTANTIATE_TEST_SUITE_P(Interleave, InterleavePairs, testing::ValuesIn(pinned_pairs),
                         [](const auto& info) { return std::string(info.param.prior); });

TEST(InterleaveScope, EveryPriorStateHasItsPairs) {
  const std::vector<PriorState> states = prior_states();
  EXPECT_TRUE(std::ranges::equal(states, pinned_pairs, {}, &PriorState::name, &Pinned::prior));
  EXPECT_EQ(interleave_cases(InterleaveScope::pairs).size(), states.size() * 23 * 24 / 2);
}

// The first process writes the log back before its operation and begins it anew with it, while the
// second one reads or writes.
TEST(InterleaveCheckpoints, EveryScheduleIsLinearizableOnSqlite) {
  constexpr std::array<std::string_view, 6> at_odds{
      "queued/claim+claim", "queued/claim+list",         "leased/heartbeat+reap",
      "leased/reap+list",   "leased/ack_completed+reap", "two_leased/reap+reap"};
  std::vector<InterleaveCase> cases = interleave_cases(InterleaveScope::pairs);
  std::erase_if(cases, [&](const InterleaveCase& subject) {
    return std::ranges::find(at_odds, name_of(subject)) == at_odds.end();
  });
  const auto interleaver =
      Interleaver::make(lease::open_sqlite_repository, {.processes = 2, .checkpoint_pages = 1});
  ASSERT_TRUE(interleaver.has_value()) << interleaver.error();
  for (const InterleaveCase& subject : cases) {
    const auto found = (*interleaver)->search(subject, preemptions);
    ASSERT_TRUE(found.has_value()) << found.error();
    if (*found) ADD_FAILURE() << in_words(subject, **found);
  }
  EXPECT_EQ((*interleaver)->count().cases, 6U);
  EXPECT_EQ((*interleaver)->count().schedules, 7'072U);
  EXPECT_EQ((*interleaver)->count().points, 589'916U);
}

TEST(InterleaveTriples, EveryScheduleOfThoseAtOddsIsLinearizableOnSqlite) {
  const Searched searched =
      search_all(lease::open_sqlite_repository, interleave_cases(InterleaveScope::triples));
  expect_held(searched);
  EXPECT_EQ(searched.count.cases, 10U);
  EXPECT_EQ(searched.count.schedules, 105'786U);
  EXPECT_EQ(searched.count.points, 6'431'746U);
}

class PlantedRace : public testing::TestWithParam<const mutants::SqliteMutant*> {};

TEST_P(PlantedRace, IsFoundByItsPropertyAndItsScheduleFindsItAgain) {
  const mutants::SqliteMutant& mutant = *GetParam();
  std::vector<InterleaveCase> cases = interleave_cases(InterleaveScope::pairs);
  std::erase_if(cases, [](const InterleaveCase& subject) {
    return name_of(subject) != GetParam()->shown_by;
  });
  const Searched searched = search_all(mutant.open, cases);
  ASSERT_TRUE(searched.finding) << mutant.what << " in " << searched.count.schedules
                                << " schedules";
  EXPECT_EQ(searched.finding->property, mutant.property);

  auto again = Interleaver::make(mutant.open, {});
  ASSERT_TRUE(again) << again.error();
  const auto replayed =
      (*again)->replay(*searched.subject, decisions_from_text(searched.finding->reproduce).value());
  ASSERT_TRUE(replayed) << replayed.error();
  ASSERT_TRUE(*replayed) << "the schedule no longer shows it";
  EXPECT_EQ((**replayed).property, searched.finding->property);
  EXPECT_EQ((**replayed).message, searched.finding->message);

  auto shipped = Interleaver::make(lease::open_sqlite_repository, {});
  const auto held = (*shipped)->search(*searched.subject, preemptions);
  EXPECT_TRUE(held && !*held) << "the case holds without the defect";
}

std::vector<const mutants::SqliteMutant*> planted() {
  std::vector<const mutants::SqliteMutant*> all;
  for (const mutants::SqliteMutant& mutant : mutants::sqlite_mutants()) {
    if (mutant.search == mutants::Search::interleave) all.push_back(&mutant);
  }
  return all;
}

INSTANTIATE_TEST_SUITE_P(Interleave, PlantedRace, testing::ValuesIn(planted()),
                         [](const auto& info) { return std::string(info.param->name); });

TEST(Interleave, AScheduleOfAnotherCaseIsRefused) {
  auto interleaver = Interleaver::make(lease::open_sqlite_repository, {});
  ASSERT_TRUE(interleaver) << interleaver.error();
  const InterleaveCase subject = interleave_cases(InterleaveScope::pairs).front();
  EXPECT_FALSE((*interleaver)->replay(subject, {0, 7}));
}

}  // namespace
}  // namespace leasecheck::sim
