#include "sim/storage/concurrent_stress.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "sim/concurrency/stress_workload.hpp"
#include "sim/defects/storage/sqlite_mutants.hpp"
#include "sim/storage/disk_subject.hpp"
#include "sim/values/values.hpp"
#include "sim/world/world.hpp"

namespace leasecheck::sim {
namespace {

TEST(ConcurrentStress, HoldsOnSqliteWhateverFails) {
  Tally tally;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const StressResult result = run_stress(seed, {}, lease::open_sqlite_repository);
    EXPECT_EQ(result.verdict.result, traces::Result::held)
        << "seed " << seed << ": " << result.verdict.property << ": " << result.verdict.message;
    tally.add(result.tally);
  }
  using enum FaultKind;
  for (const FaultKind fault :
       {kill, power_loss, io_error, disk_full, slow_call, sync_forgotten, process_stopped}) {
    const std::string name(info_of(fault).name);
    EXPECT_GT(tally.faults[name], 10U) << name << " must happen for this to say anything";
  }
  for (const char* outcome :
       {"ok", "unknown", "unavailable", "stale_lease", "not_dispatchable", "not_found"}) {
    EXPECT_GT(tally.at_once[outcome], 10U) << outcome;
  }
  EXPECT_EQ(tally.at_once["corrupt"], 0U);
}

TEST(ConcurrentStress, TheSameSeedIsTheSameRun) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const StressResult one = run_stress(seed, {}, lease::open_sqlite_repository);
    const StressResult two = run_stress(seed, {}, lease::open_sqlite_repository);
    EXPECT_EQ(one.digests, two.digests) << "seed " << seed;
    EXPECT_EQ(one.tally.disk_calls, two.tally.disk_calls) << "seed " << seed;
    EXPECT_NE(one.digests, run_stress(seed + 1, {}, lease::open_sqlite_repository).digests);
  }
}

/// The first so many actions that the processes of a stress run of the seed are given.
std::vector<model::Action> drawn_by(StressWorkload& workload, int count) {
  std::vector<model::Action> actions;
  for (int i = 0; i < count; ++i) {
    workload.begin_round(static_cast<std::uint32_t>(i));
    actions.push_back(workload.draw(static_cast<std::size_t>(i) % 4));
  }
  return actions;
}

/// The priority of each attempt in what the workload enqueues.
std::map<model::Id, std::int32_t> priorities_of(const std::vector<model::Action>& actions) {
  std::map<model::Id, std::int32_t> priorities;
  for (const model::Action& action : actions) {
    const auto* enqueue = std::get_if<model::EnqueueAttempt>(&action.operation);
    if (enqueue == nullptr) continue;
    const model::AttemptSpec& spec = enqueue->spec;
    EXPECT_EQ(priorities.emplace(spec.attempt_id, spec.priority).first->second, spec.priority);
  }
  return priorities;
}

TEST(ConcurrentStress, PrioritiesAreEachEndOfANumberInSomeRun) {
  const auto ends = values::numbers_between(std::numeric_limits<std::int32_t>::min(),
                                            std::numeric_limits<std::int32_t>::max());
  std::set<std::int64_t> met;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    StressWorkload workload(seed, values::Dimensions{values::Dimension::numbers});
    const auto priorities = priorities_of(drawn_by(workload, 100));
    for (const auto& [id, priority] : priorities) met.insert(priority);
  }
  EXPECT_EQ(met, std::set<std::int64_t>(ends.begin(), ends.end()));
}

// Other values are other digests of what is stored; where a seed makes none odd, there is nothing
// that could be forbidden.
TEST(ConcurrentStress, ValuesAreOddInNoOtherDimensionsThanItIsTold) {
  StressOptions plain;
  plain.may_be_odd = values::Dimensions{};
  StressOptions odd;
  odd.may_be_odd = values::Dimensions{values::Dimension::id_blanks};
  std::uint64_t drawn_plain = 0;
  for (std::uint64_t seed = 1; seed <= 15; ++seed) {
    const StressResult without = run_stress(seed, plain, lease::open_sqlite_repository);
    const StressResult with = run_stress(seed, odd, lease::open_sqlite_repository);
    EXPECT_EQ(without.verdict.result, traces::Result::held) << without.verdict.message;
    EXPECT_EQ(with.verdict.result, traces::Result::held) << with.verdict.message;
    EXPECT_NE(without.digests, with.digests) << "seed " << seed;
    if (!values::draw_dimensions(seed, std::nullopt).empty()) continue;
    EXPECT_EQ(without.digests, run_stress(seed, {}, lease::open_sqlite_repository).digests);
    ++drawn_plain;
  }
  EXPECT_GT(drawn_plain, 0U);
}

// Where the switch of a new file to a write-ahead log could not be written, whoever opens it hears
// so at once, and not that a file is no database which another process has switched meanwhile.
TEST(ConcurrentStress, HoldsWhereTheJournalModeCannotBeSwitched) {
  for (const std::uint64_t seed : {111U, 2692U}) {
    const StressResult result = run_stress(seed, {}, lease::open_sqlite_repository);
    EXPECT_EQ(result.verdict.result, traces::Result::held) << result.verdict.message;
  }
}

RunResult run_on_disk(std::uint64_t seed, const OpenRepository& open) {
  const Plan plan = draw_plan(seed, {});
  const auto subject = make_disk_subject(
      {.name = "disk", .seed = seed, .processes = 3, .faults = plan.faults.disk}, open);
  EXPECT_TRUE(subject.has_value()) << subject.error().message;
  return simulate(plan, **subject);
}

// The same worlds as on memory, and below each operation a disk that fails: whatever happens there,
// each operation has happened or not, and all that was acknowledged is there.
TEST(WorldOnADisk, HoldsOnSqliteWhateverFails) {
  Tally tally;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const RunResult run = run_on_disk(seed, lease::open_sqlite_repository);
    EXPECT_EQ(run.verdict.result, traces::Result::held)
        << "seed " << seed << ": " << run.verdict.property << ": " << run.verdict.message;
    tally.add(run.tally);
  }
  for (const char* fault : {"kill", "power_loss", "io_error", "disk_full", "sync_forgotten"}) {
    EXPECT_GT(tally.faults[fault], 10U) << fault;
  }
  EXPECT_FALSE(tally.faults.contains("slow_call")) << "there is nobody to be overtaken by";
  EXPECT_GT(tally.disk_calls, 10'000U);
}

TEST(WorldOnADisk, WithoutFaultsOfTheDiskItIsTheWorldOfMemory) {
  const Plan plan = draw_plan(3, {});
  std::vector<traces::Step> seen;
  const auto run = [&](Subject& subject) {
    seen.clear();
    static_cast<void>(simulate(plan, subject, [&](const auto& step) { seen.push_back(step); }));
    return seen;
  };
  const auto disk = make_disk_subject({.name = "disk", .seed = 3, .processes = 4, .faults = {}},
                                      lease::open_sqlite_repository);
  const auto model = make_model_subject();
  ASSERT_TRUE(disk.has_value());
  EXPECT_EQ(run(**disk), run(*model));
}

TEST(WorldOnADisk, FindsAnAckThatIsNotDurable) {
  const mutants::SqliteMutant* mutant = mutants::find_sqlite_mutant("ack_not_durable");
  ASSERT_NE(mutant, nullptr);
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    if (run_on_disk(seed, mutant->open).verdict.result == traces::Result::violated) return;
  }
  ADD_FAILURE() << mutant->what;
}

class PlantedDefect : public testing::TestWithParam<const mutants::SqliteMutant*> {};

TEST_P(PlantedDefect, IsFoundBySomeSeed) {
  const mutants::SqliteMutant& mutant = *GetParam();
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    const StressResult result = run_stress(seed, {}, mutant.open);
    if (result.verdict.result != traces::Result::violated) continue;
    EXPECT_EQ(run_stress(seed, {}, mutant.open).digests, result.digests) << "and again";
    if (mutant.search == mutants::Search::stress) {
      EXPECT_EQ(result.verdict.property, mutant.property) << result.verdict.message;
    }
    const traces::Verdict shipped = run_stress(seed, {}, lease::open_sqlite_repository).verdict;
    EXPECT_EQ(shipped.result, traces::Result::held) << "seed " << seed << ": " << shipped.message;
    return;
  }
  ADD_FAILURE() << mutant.what;
}

// Everybody waits longer for a lock than anybody holds it, unless its holder stands still.
TEST(PlantedDefect, BusyIsDoneIsSeenOnlyWhereAProcessStandsStill) {
  const mutants::SqliteMutant* mutant = mutants::find_sqlite_mutant("busy_is_done");
  ASSERT_NE(mutant, nullptr);
  StressOptions all_but_stops;
  all_but_stops.faults.emplace();
  for (const FaultInfo& info : fault_kinds()) {
    if (info.kind != FaultKind::process_stopped) all_but_stops.faults->insert(info.kind);
  }
  bool is_found = false;
  for (std::uint64_t seed = 1; seed <= 400 && !is_found; ++seed) {
    is_found = run_stress(seed, {}, mutant->open).verdict.result == traces::Result::violated;
    EXPECT_EQ(run_stress(seed, all_but_stops, mutant->open).verdict.result, traces::Result::held)
        << "seed " << seed;
  }
  EXPECT_TRUE(is_found);
}

// Being refused although nobody is in the way is seen by `interleave` alone: here `unavailable` may
// always be the disk's fault. What a log holds is written anew here after each round, so that
// nobody sees what recovery finds in it for long enough to lose it. And nobody replaces files.
std::vector<const mutants::SqliteMutant*> defects() {
  std::vector<const mutants::SqliteMutant*> all;
  for (const mutants::SqliteMutant& mutant : mutants::sqlite_mutants()) {
    const bool is_seen = mutant.property != "available" && mutant.name != "log_as_it_is" &&
                         mutant.name != "path_not_checked";
    if (is_seen) all.push_back(&mutant);
  }
  return all;
}

INSTANTIATE_TEST_SUITE_P(ConcurrentStress, PlantedDefect, testing::ValuesIn(defects()),
                         [](const auto& info) { return std::string(info.param->name); });

}  // namespace
}  // namespace leasecheck::sim
