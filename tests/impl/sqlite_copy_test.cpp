// Copies of a repository, and what is wrong with one.

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/impl/fixture.hpp"
#include "tests/impl/raw_sqlite.hpp"

namespace leasecheck::tests {
namespace {

using lease::ErrorCode;

class SqliteCopy : public SqliteTest {
 protected:
  [[nodiscard]] lease::SqliteOptions options_of(const std::string& path) const {
    lease::SqliteOptions options;
    options.path = path;
    return options;
  }
  /// Of a copy that is not whole.
  [[nodiscard]] bool is_a_part_left() const {
    return std::ranges::any_of(
        std::filesystem::directory_iterator(directory.path()),
        [](const auto& entry) { return entry.path().string().find(".part") != std::string::npos; });
  }
  [[nodiscard]] std::string copy() const { return directory.path() / "copy.sqlite"; }
  [[nodiscard]] std::vector<std::string> findings(const std::string& path) {
    return value_of(lease::check_sqlite_repository(options_of(path)));
  }
  /// Attempts of several kinds, with events, some of them pruned.
  void fill(lease::AttemptRepository& repository, int count) {
    for (int i = 0; i < count; ++i) {
      lease::AttemptSpec spec = attempt("a" + std::to_string(i));
      spec.priority = i;
      if (i % 3 == 0) spec.not_before = at(5000 + i);
      value_of(repository.enqueue_attempt(spec));
      if (i % 3 != 1) continue;
      const auto lease = value_of(repository.upsert_lease(spec.attempt_id, worker, at(9000)));
      value_of(repository.append_run_event(holder_of(lease), {"note", "{}"}, at(1001)));
      if (i % 2 == 0) {
        value_of(repository.ack_attempt(holder_of(lease), lease::AckOutcome::completed, at(1002)));
      }
    }
    value_of(repository.prune_attempts({at(2000), 2, false}));
  }
};

TEST_F(SqliteCopy, IsARepositoryWithAllThatWasThere) {
  const auto repository = value_of(open());
  fill(*repository, 40);
  value_of(lease::backup_sqlite_repository(options_of(file()), copy()));
  EXPECT_FALSE(is_a_part_left());
  const lease::Snapshot before = value_of(repository->snapshot());
  value_of(repository->enqueue_attempt(attempt("later")));
  const auto copied = value_of(open_at(copy()));
  EXPECT_EQ(value_of(copied->snapshot()), before);
  EXPECT_EQ(findings(copy()), std::vector<std::string>{});
  value_of(copied->enqueue_attempt(attempt("of the copy")));
}

TEST_F(SqliteCopy, IsOfOneMomentWhileOthersWrite) {
  const auto repository = value_of(open());
  fill(*repository, 400);
  std::atomic<bool> is_done = false;
  std::jthread writer([&] {
    const auto other = value_of(open());
    for (int i = 0; !is_done; ++i) {
      value_of(other->enqueue_attempts(
          std::vector{attempt("left" + std::to_string(i)), attempt("right" + std::to_string(i))}));
    }
  });
  for (int i = 0; i < 10; ++i) {
    const std::string name = copy() + std::to_string(i);
    value_of(lease::backup_sqlite_repository(options_of(file()), name));
    EXPECT_EQ(findings(name), std::vector<std::string>{});
    RawSqlite copied(name);
    EXPECT_EQ(copied.ask("SELECT count(*) FROM attempts WHERE attempt_id LIKE 'left%'"),
              copied.ask("SELECT count(*) FROM attempts WHERE attempt_id LIKE 'right%'"));
  }
  is_done = true;
}

TEST_F(SqliteCopy, LeavesAFileThatIsThereAlone) {
  value_of(open());
  std::ofstream(copy()) << "somebody's";
  const lease::Error error = error_of(lease::backup_sqlite_repository(options_of(file()), copy()));
  EXPECT_EQ(error.code, ErrorCode::unavailable);
  EXPECT_NE(error.message.find("exists already"), std::string::npos) << error.message;
  std::string kept;
  std::getline(std::ifstream(copy()), kept);
  EXPECT_EQ(kept, "somebody's");
}

TEST_F(SqliteCopy, OfOneNameIsMadeByOneOfTwoWhole) {
  fill(*value_of(open()), 400);
  std::atomic<int> made = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        if (lease::backup_sqlite_repository(options_of(file()), copy())) ++made;
      });
    }
  }
  EXPECT_EQ(made, 1);
  EXPECT_EQ(findings(copy()), std::vector<std::string>{});
  EXPECT_FALSE(is_a_part_left());
}

TEST_F(SqliteCopy, OfANameThatNoFileCanHaveIsUnavailable) {
  value_of(open());
  const lease::Error error =
      error_of(lease::backup_sqlite_repository(options_of(file()), std::string(5000, 'x')));
  EXPECT_EQ(error.code, ErrorCode::unavailable);
}

TEST_F(SqliteCopy, OfWhatIsNoRepositoryLeavesNothing) {
  const std::string missing = directory.path() / "missing.sqlite";
  for (const std::string& path : {missing, std::string("/dev/null")}) {
    EXPECT_FALSE(lease::backup_sqlite_repository(options_of(path), copy())) << path;
    EXPECT_FALSE(lease::check_sqlite_repository(options_of(path))) << path;
  }
  EXPECT_FALSE(std::filesystem::exists(missing)) << "a look makes no file";
  EXPECT_FALSE(std::filesystem::exists(copy()));
  EXPECT_FALSE(is_a_part_left());
}

TEST_F(SqliteCopy, WithoutRoomLeavesNothing) {
  const auto repository = value_of(open());
  fill(*repository, 10);
  const lease::Error error = error_of(
      lease::backup_sqlite_repository(options_of(file()), directory.path() / "no such" / "copy"));
  EXPECT_EQ(error.code, ErrorCode::unavailable);
  EXPECT_NE(error.message.find("no such"), std::string::npos) << error.message;
}

/// What is done to a file, and a word of what is said of it.
struct Damage {
  const char* name;
  const char* sql;
  const char* finding;
};

class SqliteDamage : public SqliteCopy, public testing::WithParamInterface<Damage> {};

TEST_P(SqliteDamage, IsFound) {
  fill(*value_of(open()), 40);
  ASSERT_EQ(findings(file()), std::vector<std::string>{});
  RawSqlite(file()).run(GetParam().sql);
  const auto found = findings(file());
  ASSERT_FALSE(found.empty());
  EXPECT_NE(found.front().find(GetParam().finding), std::string::npos) << found.front();
}

constexpr std::array damages{
    Damage{"AnIndexIsMissing", "DROP INDEX attempts_by_expiry",
           "index attempts_by_expiry is missing"},
    Damage{"ATableTooMany", "CREATE TABLE notes (x)", "table notes is not the library's"},
    Damage{"AColumnTooMany", "ALTER TABLE attempts ADD COLUMN mine TEXT", "table attempts"},
    Damage{"AnImpossibleRow", "UPDATE attempts SET delivery_count = -1 WHERE attempt_id = 'a2'",
           "attempt \"a2\""},
    Damage{"ALaneThatLies", "UPDATE attempts SET lane = 1 WHERE attempt_id = 'a3'",
           "attempt \"a3\""},
    Damage{"AWaitingThatLies", "UPDATE waiting SET first_ready_at = 1 WHERE level = 7",
           "table waiting"},
    Damage{"AWaitingThatLacks", "DELETE FROM waiting WHERE level = 0", "table waiting"},
    Damage{"AnEventOfNobody", "INSERT INTO run_events VALUES ('run', 900, 'nobody', 'k', '{}', 1)",
           "which does not exist"},
    Damage{"AnEventOfAGap", "INSERT INTO run_events VALUES ('other', 2, 'a0', 'k', '{}', 1)",
           "event 1 of run \"other\""},
    Damage{"ALatestThatIsEarlier", "UPDATE pruned_runs SET latest_seq = 1", "was pruned"}};

INSTANTIATE_TEST_SUITE_P(Sqlite, SqliteDamage, testing::ValuesIn(damages),
                         [](const auto& info) { return std::string(info.param.name); });

TEST_F(SqliteCopy, DamagedPagesAreFound) {
  fill(*value_of(open()), 400);
  const auto size = std::filesystem::file_size(file());
  std::fstream raw(file(), std::ios::in | std::ios::out | std::ios::binary);
  raw.seekp(static_cast<std::streamoff>(size - 4096 * 3));
  raw << std::string(64, 'x');
  raw.close();
  const auto found = lease::check_sqlite_repository(options_of(file()));
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_FALSE(found->empty());
}

TEST_F(SqliteCopy, DamageAtTheHeadOfAnyPageIsFound) {
  fill(*value_of(open()), 100);
  const auto pages = std::filesystem::file_size(file()) / 4096;
  for (std::uint64_t page = 1; page < pages; ++page) {
    const std::string damaged = file() + "-damaged";
    std::filesystem::copy_file(file(), damaged, std::filesystem::copy_options::overwrite_existing);
    std::fstream raw(damaged, std::ios::in | std::ios::out | std::ios::binary);
    raw.seekp(static_cast<std::streamoff>(4096 * page));
    raw << std::string(8, 'x');
    raw.close();
    const auto found = lease::check_sqlite_repository(options_of(damaged));
    ASSERT_TRUE(found) << page << ": " << found.error().message;
    EXPECT_FALSE(found->empty()) << page;
  }
  EXPECT_GT(pages, 15U);
}

TEST_F(SqliteCopy, AtMostSoManyFindingsAreSaid) {
  fill(*value_of(open()), 40);
  RawSqlite(file()).run("UPDATE attempts SET delivery_count = -1");
  EXPECT_EQ(value_of(lease::check_sqlite_repository(options_of(file()), 3)).size(), 3U);
}

}  // namespace
}  // namespace leasecheck::tests
