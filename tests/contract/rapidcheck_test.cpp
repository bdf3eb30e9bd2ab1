// The public RapidCheck properties: they hold on what is right, find what is planted by the
// property that it names, and leave a small trace that replays.
#include "leasecheck/rapidcheck.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "lease/memory.hpp"
#include "lease/sqlite.hpp"
#include "sim/defects/repository/mutants.hpp"
#include "sim/kit/checked_repository.hpp"
#include "sim/kit/rapidcheck/run.hpp"
#include "sim/oracle/replay.hpp"
#include "sim/registry/postgres_registry.hpp"
#include "tests/contract/subjects.hpp"
#include "traces/reader.hpp"

namespace leasecheck::rapidcheck {
namespace {

using tests::TemporaryDirectory;

RepositoryUnderTest memory() {
  return {.name = "memory",
          .make =
              [](lease::Clock& clock, lease::IdSource& ids) {
                return lease::Result<std::unique_ptr<lease::AttemptRepository>>(
                    lease::make_memory_repository(clock, ids));
              },
          .not_offered = {}};
}

RepositoryUnderTest mutant(std::string_view name) {
  const mutants::Mutant* found = mutants::find_mutant(name);
  return {.name = std::string(name),
          .make =
              [found](lease::Clock& clock, lease::IdSource& ids) {
                return lease::Result<std::unique_ptr<lease::AttemptRepository>>(
                    found->make(clock, ids));
              },
          .not_offered = {}};
}

/// What a check has found, in words; "" if it held.
std::string said_by(const Check& check, const RepositoryUnderTest& repository) {
  const auto violation = check.run(repository);
  return violation ? violation->what : "";
}

/// Traces of failures go to the working directory.
class InTemporaryDirectory : public ::testing::Test {
 protected:
  void SetUp() override { std::filesystem::current_path(scratch_.path()); }
  void TearDown() override { std::filesystem::current_path(before_); }

 private:
  std::filesystem::path before_ = std::filesystem::current_path();
  TemporaryDirectory scratch_;
};

using Properties = InTemporaryDirectory;

TEST_F(Properties, HoldOnMemory) {
  for (const Check& check : checks()) EXPECT_EQ(said_by(check, memory()), "") << check.name;
}

TEST_F(Properties, HoldOnSqlite) {
  int files = 0;
  const RepositoryUnderTest sqlite{.name = "sqlite",
                                   .make =
                                       [&files](lease::Clock& clock, lease::IdSource& ids) {
                                         lease::SqliteOptions options;
                                         options.path = std::to_string(++files) + ".db";
                                         return lease::open_sqlite_repository(options, clock, ids);
                                       },
                                   .not_offered = {}};
  for (Property property : properties()) {
    property.cases = 10;
    EXPECT_FALSE(check(sqlite, property)) << property.name;
  }
}

TEST_F(Properties, HoldOnPostgres) {
  const auto server = sim::postgres_server("postgres");
  ASSERT_TRUE(server) << server.error();
  const lease::PostgresOptions options = (*server)->new_repository();
  const RepositoryUnderTest postgres{
      .name = "postgres",
      .make = [&](lease::Clock& clock, lease::IdSource& ids)
          -> lease::Result<std::unique_ptr<lease::AttemptRepository>> {
        auto repository = lease::open_postgres_repository(options, clock, ids);
        if (!repository) return repository;
        if (auto emptied = (*repository)->reset(); !emptied) {
          return std::unexpected(emptied.error());
        }
        return repository;
      },
      .not_offered = {}};
  for (Property property : properties()) {
    property.cases = 10;
    EXPECT_FALSE(check(postgres, property)) << property.name;
  }
}

// One defect for each property that such calls can break. What workers believe is not seen by them.
constexpr std::string_view planted[] = {"every_caller_wins",
                                        "terminal_overwritten",
                                        "heartbeat_version_not_compared",
                                        "backoff_adds",
                                        "heartbeat_shortens_lease",
                                        "version_restarts",
                                        "reap_takes_the_boundary",
                                        "timeout_ignores_policy",
                                        "replay_keeps_delivery_count",
                                        "dead_letter_lost",
                                        "priority_inverted",
                                        "requeue_loses_priority",
                                        "requeue_keeps_ready_time"};

TEST_F(Properties, FindPlantedDefectsByThePropertyTheyName) {
  for (const std::string_view name : planted) {
    std::string said;
    for (const Check& check : checks()) {
      said = said_by(check, mutant(name));
      if (!said.empty()) break;
    }
    const std::string property(mutants::find_mutant(name)->property);
    EXPECT_TRUE(said.starts_with(property + ": ")) << name << ": " << said;
  }
}

TEST_F(Properties, LeaveASmallTraceThatReplays) {
  const auto violation = check(mutant("heartbeat_shortens_lease"), properties().front());
  ASSERT_TRUE(violation);
  const std::string name = "heartbeat_shortens_lease.HoldsForAnyCalls";
  EXPECT_EQ(violation->trace, std::filesystem::absolute(name + ".jsonl"));
  EXPECT_EQ(violation->page, std::filesystem::absolute(name + ".html"));
  EXPECT_TRUE(std::filesystem::exists(violation->page));
  const auto trace = traces::read_file(violation->trace);
  ASSERT_TRUE(trace.has_value());
  // Enqueue, claim, heartbeat; each a call and a return.
  EXPECT_EQ(trace->steps.size(), 6U);
  const auto subject = sim::make_subject(memory(), "Test");
  const auto replayed = sim::replay(*trace, **subject);
  ASSERT_TRUE(replayed.has_value()) << replayed.error();
  EXPECT_EQ(replayed->verdict.result, traces::Result::held);
}

TEST_F(Properties, NeverCallWhatIsNotOffered) {
  RepositoryUnderTest repository = memory();
  for (const std::string& operation : whole_menu().operations) {
    if (operation != "enqueue_attempt") repository.not_offered.insert(operation);
  }
  EXPECT_FALSE(check(repository, properties().front()));
}

TEST(CheckedRepository, SaysWhyNothingCanBeChecked) {
  const RepositoryUnderTest none{
      .name = "none",
      .make = [](lease::Clock&,
                 lease::IdSource&) -> lease::Result<std::unique_ptr<lease::AttemptRepository>> {
        return std::unexpected(lease::Error(lease::ErrorCode::unavailable, "no disk"));
      },
      .not_offered = {}};
  EXPECT_EQ(make_checked_repository(none)->operate({}), "no disk");
}

TEST(Commands, AreOfTheMenuOnlyAndThereIsAlwaysOne) {
  Menu menu = whole_menu();
  menu.operations = {"cancel_attempt"};
  const auto commands = any_commands(menu)(rc::Random(1), 100).value();
  EXPECT_FALSE(commands.empty());
  std::set<std::string_view> names;
  for (const auto& command : commands) {
    names.insert(model::name_of(static_cast<const Call&>(*command).action().operation));
  }
  EXPECT_EQ(names, (std::set<std::string_view>{"cancel_attempt", "enqueue_attempt"}));
}

TEST(Commands, AreOfDifferentPartsInDifferentCases) {
  std::set<sim::Names> parts;
  rc::Random random(1);
  for (int i = 0; i < 20; ++i) {
    const Menu part = any_part(whole_menu())(random.split(), 100).value();
    EXPECT_TRUE(part.operations.contains("enqueue_attempt"));
    parts.insert(part.operations);
  }
  EXPECT_GT(parts.size(), 15U);
}

TEST(Run, IsTheSameForTheSameSeed) {
  std::set<std::uint64_t> different;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const auto once = rapidcheck_run(seed, **sim::make_subject(memory(), "Test"));
    const auto again = rapidcheck_run(seed, **sim::make_subject(memory(), "Test"));
    EXPECT_EQ(once.verdict.result, traces::Result::held) << once.verdict.message;
    EXPECT_EQ(once.tally.outcomes, again.tally.outcomes);
    different.insert(once.tally.operations);
  }
  EXPECT_GT(different.size(), 5U);
}

}  // namespace
}  // namespace leasecheck::rapidcheck
