// Each planted defect of SQL is found by the property that it names.

#include <gtest/gtest.h>

#include "sim/defects/catalogue.hpp"
#include "sim/defects/server/postgres_mutants.hpp"
#include "sim/oracle/replay.hpp"
#include "sim/postgres/server_interleaver.hpp"
#include "sim/postgres/session_losses.hpp"
#include "sim/registry/subject_registry.hpp"
#include "sim/world/world.hpp"
#include "tests/sim/postgres/server.hpp"

namespace leasecheck::sim {
namespace {

using testing::case_named;
using testing::the_server;

std::string backend_of(const mutants::PostgresMutant& mutant) {
  return "mutant:" + std::string(mutant.name);
}

// The trace shows it again on the defect, and nothing on what ships.
void expect_replayed(const mutants::PostgresMutant& mutant, const Finding& found) {
  ASSERT_TRUE(found.trace) << mutant.name;
  const auto again = replay_on_server(*found.trace, backend_of(mutant));
  ASSERT_TRUE(again) << mutant.name << ": " << again.error();
  EXPECT_EQ(again->result, traces::Result::violated) << mutant.name;
  EXPECT_EQ(again->property, mutant.property) << mutant.name;
  const auto shipped = replay_on_server(*found.trace, "postgres");
  ASSERT_TRUE(shipped) << mutant.name << ": " << shipped.error();
  EXPECT_EQ(shipped->result, traces::Result::held) << mutant.name << ": " << shipped->message;
}

void expect_found_by_a_schedule(const mutants::PostgresMutant& mutant) {
  const InterleaveCase subject = case_named(std::string(mutant.shown_by));
  const auto interleaver = ServerInterleaver::make(the_server(), 2, mutant.open);
  ASSERT_TRUE(interleaver) << interleaver.error();
  const auto found = (*interleaver)->search(subject, 2, [] { return true; });
  ASSERT_TRUE(found) << mutant.name << ": " << found.error();
  ASSERT_TRUE(*found) << mutant.name;
  EXPECT_EQ((**found).property, mutant.property) << mutant.name;
  expect_replayed(mutant, **found);
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
    return expect_replayed(mutant, **found);
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
    const Plan plan = draw_plan(seed, odd);
    const auto subject =
        PostgresSubjects::make(the_server(), std::string(mutant.name), mutant.open);
    ASSERT_TRUE(subject) << subject.error().message;
    traces::Trace trace{.head = head_of(plan, backend_of(mutant)), .steps = {}, .verdict = {}};
    trace.verdict = simulate(plan, **subject, [&trace](const traces::Step& step) {
                      trace.steps.push_back(step);
                    }).verdict;
    if (trace.verdict.result != traces::Result::violated) continue;
    EXPECT_EQ(trace.verdict.property, mutant.property)
        << mutant.name << ", seed " << seed << ": " << trace.verdict.message;
    const auto backend = parse_backend(trace.head.backend);
    ASSERT_TRUE(backend) << backend.error();
    const auto another = backend->make();
    ASSERT_TRUE(another) << another.error().message;
    const auto again = replay(trace, **another);
    ASSERT_TRUE(again) << again.error();
    EXPECT_EQ(again->verdict.property, mutant.property) << mutant.name << ", seed " << seed;
    return;
  }
  ADD_FAILURE() << mutant.name << " was not found";
}

TEST(PostgresDefects, EachIsOfARowOrARule) {
  for (const mutants::PostgresMutant& mutant : mutants::postgres_mutants()) {
    EXPECT_TRUE(mutants::find_row(mutant.defect) != nullptr || mutant.defect.starts_with("rule "))
        << mutant.name << ": " << mutant.defect;
  }
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
