// What is kept up to date by looking at differences is always what a whole look shows.
#include <gtest/gtest.h>

#include <utility>

#include "lease/clock.hpp"
#include "lease/memory.hpp"
#include "lease/sqlite.hpp"
#include "sim/registry/temporary_directory.hpp"
#include "sim/subject/file_watch.hpp"
#include "sim/subject/operation_mapping.hpp"
#include "sim/world/world.hpp"
#include "tests/sim/subjects.hpp"

namespace leasecheck::sim {
namespace {

using testing::make_subject;

/// Compares each refreshed snapshot with a new one.
class Compared final : public Subject {
 public:
  explicit Compared(std::unique_ptr<Subject> inner) : inner_(std::move(inner)) {}
  [[nodiscard]] std::string name() const override { return "compared"; }
  [[nodiscard]] std::expected<Reply, BrokenSubject> call(const model::Action& action) override {
    return inner_->call(action);
  }
  [[nodiscard]] std::expected<model::Snapshot, BrokenSubject> snapshot() override {
    return inner_->snapshot();
  }
  [[nodiscard]] std::expected<bool, BrokenSubject> refresh(model::Snapshot& seen) override {
    const model::Snapshot before = seen;
    auto changed = inner_->refresh(seen);
    EXPECT_EQ(seen, inner_->snapshot().value());
    EXPECT_EQ(changed.value(), seen != before);
    ++(*changed ? changes : repeats);
    return changed;
  }

  int changes = 0;
  int repeats = 0;

 private:
  std::unique_ptr<Subject> inner_;
};

class Refresh : public ::testing::TestWithParam<const char*> {};

TEST_P(Refresh, ShowsWhatAWholeLookShows) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    Compared subject(make_subject(GetParam()));
    EXPECT_EQ(simulate(draw_plan(seed, {}), subject).verdict.result, traces::Result::held);
    EXPECT_GT(subject.changes, 0);
    EXPECT_GT(subject.repeats, 0);
  }
}

INSTANTIATE_TEST_SUITE_P(Subjects, Refresh, ::testing::Values("memory", "sqlite"),
                         [](const auto& subject) { return std::string(subject.param); });

struct StandingClock final : lease::Clock {
  [[nodiscard]] lease::Time now() override { return model::at_ms(0); }
};

struct Ids final : lease::IdSource {
  [[nodiscard]] lease::LeaseId next_lease_id() override { return lease::LeaseId("lease"); }
};

lease::AttemptSpec plain_spec() {
  lease::AttemptSpec spec;
  spec.attempt_id = lease::AttemptId("a");
  spec.run_id = lease::RunId("r");
  return spec;
}

TEST(Mirror, ShowsALeaseOtherwiseOnceItHasAHandle) {
  StandingClock clock;
  Ids ids;
  const auto repository = lease::make_memory_repository(clock, ids);
  ASSERT_TRUE(repository->enqueue_attempt(plain_spec()));
  ASSERT_TRUE(
      repository->upsert_lease(lease::AttemptId("a"), lease::WorkerId("w"), model::at_ms(1)));
  Handles handles;
  Mirror mirror;
  model::Snapshot seen;
  ASSERT_TRUE(mirror.refresh(*repository, handles, seen).value());
  EXPECT_EQ(seen.leases.at(0).lease_id, "unissued lease");
  EXPECT_FALSE(mirror.is_final());
  const model::Id handle = handles.issue("lease");
  EXPECT_TRUE(mirror.refresh(*repository, handles, seen).value());
  EXPECT_EQ(seen.leases.at(0).lease_id, handle);
  EXPECT_TRUE(mirror.is_final());
  EXPECT_FALSE(mirror.refresh(*repository, handles, seen).value());
}

TEST(Mirror, BeginsAnewForWhoHasSeenNothing) {
  StandingClock clock;
  Ids ids;
  const auto repository = lease::make_memory_repository(clock, ids);
  ASSERT_TRUE(repository->enqueue_attempt(plain_spec()));
  const Handles handles;
  Mirror mirror;
  model::Snapshot first;
  model::Snapshot second;
  ASSERT_TRUE(mirror.refresh(*repository, handles, first).value());
  EXPECT_TRUE(mirror.refresh(*repository, handles, second).value());
  EXPECT_EQ(second, first);
}

TEST(Mirror, FollowsRowsThatGoAndEventsThatCome) {
  StandingClock clock;
  Ids ids;
  const auto repository = lease::make_memory_repository(clock, ids);
  Handles handles;
  handles.issue("lease");
  Mirror mirror;
  model::Snapshot seen;
  ASSERT_TRUE(repository->enqueue_attempt(plain_spec()));
  ASSERT_TRUE(
      repository->upsert_lease(lease::AttemptId("a"), lease::WorkerId("w"), model::at_ms(1)));
  ASSERT_TRUE(mirror.refresh(*repository, handles, seen).value());
  const lease::Holder holder{lease::LeaseId("lease"), lease::WorkerId("w")};
  ASSERT_TRUE(repository->append_run_event(holder, {.kind = "k", .payload = "1"}, clock.now()));
  EXPECT_TRUE(mirror.refresh(*repository, handles, seen).value());
  EXPECT_EQ(seen.runs.at(0).events.size(), 1U);
  ASSERT_TRUE(repository->reset());
  EXPECT_TRUE(mirror.refresh(*repository, handles, seen).value());
  EXPECT_EQ(seen, model::Snapshot{});
}

TEST(FileWatch, SeesWhatOthersCommitAndNothingElse) {
  const auto directory = sim::TemporaryDirectory::create();
  ASSERT_TRUE(directory) << directory.error();
  const std::string path = (directory->path() / "watched.sqlite").string();
  FileWatch watch(path);
  EXPECT_TRUE(watch.may_have_changed()) << "it is not there yet";
  EXPECT_TRUE(watch.may_have_changed()) << "nor now";
  StandingClock clock;
  Ids ids;
  const auto opened = lease::open_sqlite_repository(
      {.path = path, .busy_timeout = {}, .vfs = {}, .allow_shared_file_system = false}, clock, ids);
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_TRUE(watch.may_have_changed());
  EXPECT_FALSE(watch.may_have_changed());
  ASSERT_TRUE((*opened)->list_dispatchable_attempts(model::at_ms(0), 1));
  EXPECT_FALSE(watch.may_have_changed());
  ASSERT_TRUE((*opened)->enqueue_attempt(plain_spec()));
  EXPECT_TRUE(watch.may_have_changed());
  EXPECT_FALSE(watch.may_have_changed());
}

TEST(FileWatch, CannotTellOfADatabaseInMemory) {
  FileWatch watch(":memory:");
  EXPECT_TRUE(watch.may_have_changed());
  EXPECT_TRUE(watch.may_have_changed());
}

}  // namespace
}  // namespace leasecheck::sim
