#include "sim/conformance/short_sequences.hpp"

#include <gtest/gtest.h>

#include <set>

#include "tests/sim/subjects.hpp"

namespace leasecheck::sim {
namespace {

using testing::backend_of;
using testing::make_subject;

// Pinned: another count is another contract, or another set of questions.
TEST(Exhaustive, MemoryHoldsInEveryStateThatThreeOperationsReach) {
  const auto subject = make_subject("memory");
  const ExhaustiveResult result = check_exhaustively(*subject, {.depth = 3});
  EXPECT_EQ(result.verdict.result, traces::Result::held) << result.verdict.message;
  EXPECT_EQ(result.states, 3053U);
  EXPECT_EQ(result.transitions, 159'857U);
}

TEST(Exhaustive, SqliteReachesTheSameStates) {
  const auto subject = make_subject("sqlite");
  const ExhaustiveResult result = check_exhaustively(*subject, {.depth = 1});
  EXPECT_EQ(result.verdict.result, traces::Result::held) << result.verdict.message;
  const auto memory = make_subject("memory");
  const ExhaustiveResult expected = check_exhaustively(*memory, {.depth = 1});
  EXPECT_EQ(result.states, expected.states);
  EXPECT_EQ(result.tally.outcomes, expected.tally.outcomes);
}

TEST(Exhaustive, AsksEveryOperationAndMeetsEveryErrorClass) {
  const auto subject = make_subject("memory");
  const Tally tally = check_exhaustively(*subject, {.depth = 2}).tally;
  std::set<std::string> outcomes;
  for (const auto& [operation, counts] : tally.outcomes) {
    for (const auto& [outcome, count] : counts) outcomes.insert(outcome);
  }
  EXPECT_EQ(outcomes,
            (std::set<std::string>{"already_exists", "invalid_argument", "not_dispatchable",
                                   "not_found", "ok", "stale_lease"}));
  EXPECT_GE(tally.outcomes.size(), 20U);
}

// What one attempt and sequences of this length cannot show: what several attempts do to each
// other, leases and replays that need a longer story, and policies that this attempt does not have.
const std::set<std::string_view> out_of_reach{
    "ties_broken_by_id",       "priority_inverted",      "priority_ignored",
    "claim_takes_a_neighbour", "star_is_everybody",      "reap_asks_for_the_worker",
    "one_timeout_for_all",     "blocked_fill_the_limit", "deep_queue_is_refused",
    "any_lease_of_the_worker", "release_of_an_old_term", "heartbeat_matches_attempt_only",
    "replay_keeps_attempt_no", "letter_for_every_death", "one_retry_too_many",
    "second_failure_dropped",  "no_timeout_is_zero",     "wait_wraps_around",
    "counts_never_fall",       "backoff_uncapped",       "backoff_of_zero",
    "backoff_overflows",       "panic_poisons_the_lock"};

TEST(Exhaustive, FindsEveryMutantWithinReachByThePropertyItNames) {
  for (const mutants::Mutant& mutant : mutants::all_mutants()) {
    const auto subject = make_subject(backend_of(mutant));
    const traces::Verdict verdict = check_exhaustively(*subject, {.depth = 3}).verdict;
    if (out_of_reach.contains(mutant.name)) {
      EXPECT_EQ(verdict.result, traces::Result::held) << mutant.name << ": take it off the list";
    } else {
      EXPECT_EQ(verdict.property, mutant.property) << mutant.name << ": " << verdict.message;
    }
  }
}

}  // namespace
}  // namespace leasecheck::sim
