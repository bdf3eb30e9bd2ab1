// Each planted defect of SQL is found by the property that it names.

#include <gtest/gtest.h>

#include "sim/defects/server/postgres_mutants.hpp"
#include "sim/postgres/server_interleaver.hpp"
#include "sim/postgres/session_losses.hpp"
#include "sim/world/world.hpp"
#include "tests/sim/postgres/server.hpp"

namespace leasecheck::sim {
namespace {

using testing::case_named;
using testing::the_server;

void expect_found_by_a_schedule(const mutants::PostgresMutant& mutant) {
  const InterleaveCase subject = case_named(std::string(mutant.shown_by));
  const auto interleaver = ServerInterleaver::make(the_server(), 2, mutant.open);
  ASSERT_TRUE(interleaver) << interleaver.error();
  const auto found = (*interleaver)->search(subject, 2, [] { return true; });
  ASSERT_TRUE(found) << mutant.name << ": " << found.error();
  ASSERT_TRUE(*found) << mutant.name;
  EXPECT_EQ((**found).property, mutant.property) << mutant.name;
  const auto schedule = decisions_from_text((**found).reproduce);
  ASSERT_TRUE(schedule);
  const auto again = (*interleaver)->replay(subject, *schedule);
  ASSERT_TRUE(again && *again) << mutant.name;
  EXPECT_EQ((**again).property, mutant.property) << mutant.name;
}

void expect_found_by_a_lost_session(const mutants::PostgresMutant& mutant) {
  const auto losses = SessionLosses::make(the_server(), mutant.open);
  ASSERT_TRUE(losses) << losses.error();
  for (const InterleaveCase& subject : session_loss_cases()) {
    if (name_of(subject) != mutant.shown_by) continue;
    const auto found = (*losses)->search(subject);
    ASSERT_TRUE(found) << mutant.name << ": " << found.error();
    ASSERT_TRUE(*found) << mutant.name;
    EXPECT_EQ((**found).property, mutant.property) << mutant.name;
    const auto point = session_loss_from_text((**found).reproduce);
    ASSERT_TRUE(point);
    const auto again = (*losses)->replay(subject, *point);
    ASSERT_TRUE(again && *again) << mutant.name;
    return;
  }
  ADD_FAILURE() << mutant.name << " was not found";
}

void expect_found_by_simulation(const mutants::PostgresMutant& mutant) {
  constexpr std::uint64_t most_seeds = 60;
  // Ids that have an order of their own in a language.
  const PlanOptions odd{.workers = {},
                        .attempts = {},
                        .duration = {},
                        .faults = {},
                        .may_be_odd = values::Dimensions{values::Dimension::id_normal_forms}};
  for (std::uint64_t seed = 1; seed <= most_seeds; ++seed) {
    const auto subject =
        PostgresSubjects::make(the_server(), std::string(mutant.name), mutant.open);
    ASSERT_TRUE(subject) << subject.error().message;
    const auto run = simulate(draw_plan(seed, odd), **subject);
    if (run.verdict.result != traces::Result::violated) continue;
    EXPECT_EQ(run.verdict.property, mutant.property)
        << mutant.name << ", seed " << seed << ": " << run.verdict.message;
    return;
  }
  ADD_FAILURE() << mutant.name << " was not found";
}

TEST(PostgresDefects, EachIsFoundByThePropertyThatItNames) {
  for (const mutants::PostgresMutant& mutant : mutants::postgres_mutants()) {
    if (mutant.search == "simulate") expect_found_by_simulation(mutant);
    if (mutant.search == "interleave") expect_found_by_a_schedule(mutant);
    if (mutant.search == "crash") expect_found_by_a_lost_session(mutant);
  }
}

}  // namespace
}  // namespace leasecheck::sim
