#include "properties/support/snapshot_diff.hpp"

#include <gtest/gtest.h>

namespace leasecheck::properties {
namespace {

/// Attempts of these ids, the given ones leased.
model::Snapshot snapshot(const std::vector<model::Id>& attempts,
                         const std::vector<model::Id>& leased = {}) {
  model::Snapshot made;
  for (const model::Id& id : attempts) {
    made.attempts.emplace_back().attempt_id = id;
  }
  for (const model::Id& id : leased) {
    made.leases.push_back(
        {.lease_id = "L-" + id, .attempt_id = id, .worker_id = "w1", .execution_deadline = {}});
  }
  return made;
}

std::vector<model::Id> changed(const model::Snapshot& before, const model::Snapshot& after) {
  std::vector<model::Id> ids;
  for (const AttemptChange& change : changes_between(before, after)) {
    ids.push_back(attempt_id_of(change));
  }
  return ids;
}

using Ids = std::vector<model::Id>;

TEST(ChangesBetween, IsEmptyForEqualSnapshots) {
  const model::Snapshot same = snapshot({"a", "b"}, {"b"});
  EXPECT_EQ(changed(same, same), Ids{});
  EXPECT_EQ(changed({}, {}), Ids{});
}

TEST(ChangesBetween, FindsWhatCameWentAndChangedInOrderOfId) {
  const model::Snapshot before = snapshot({"a", "b", "c", "d"});
  model::Snapshot after = snapshot({"B", "a", "c", "d", "e"});
  after.attempts[2].version = 1;
  EXPECT_EQ(changed(before, after), (Ids{"B", "b", "c", "e"}));
}

TEST(ChangesBetween, PointsAtTheRowsBeforeAndAfter) {
  const model::Snapshot before = snapshot({"a"});
  const model::Snapshot after = snapshot({"a"}, {"a"});
  const auto changes = changes_between(before, after);
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].before, &before.attempts[0]);
  EXPECT_EQ(changes[0].after, &after.attempts[0]);
  EXPECT_EQ(changes[0].lease_before, nullptr);
  EXPECT_EQ(changes[0].lease_after, &after.leases[0]);
  EXPECT_TRUE(gained_lease(changes[0]));
  EXPECT_FALSE(lost_lease(changes[0]));
}

TEST(ChangesBetween, FindsALeaseAndADeadLetterOfNoAttempt) {
  model::Snapshot after = snapshot({"b"}, {"c"});
  after.dead_letters.emplace_back().attempt_id = "a";
  EXPECT_EQ(changed(snapshot({"b"}), after), (Ids{"a", "c"}));
  EXPECT_EQ(changed(after, snapshot({"b"})), (Ids{"a", "c"}));
}

TEST(ChangesBetween, TakesTheFirstOfSeveralRows) {
  const model::Snapshot before = snapshot({"a"}, {"a"});
  EXPECT_EQ(changed(before, snapshot({"a"}, {"a", "a"})), Ids{});
}

TEST(ChangesBetween, AReplacedLeaseIsBothLostAndGained) {
  const model::Snapshot before = snapshot({"a"}, {"a"});
  model::Snapshot after = before;
  after.leases[0].lease_id = "other";
  const auto changes = changes_between(before, after);
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_TRUE(lost_lease(changes[0]) && gained_lease(changes[0]));
}

TEST(Find, FindsExactlyWhatIsThere) {
  model::Snapshot rows = snapshot({"a", "b"}, {"b"});
  rows.runs.emplace_back().run_id = "r";
  EXPECT_EQ(find_attempt(rows, "b"), &rows.attempts[1]);
  EXPECT_EQ(find_attempt(rows, "ab"), nullptr);
  EXPECT_EQ(find_lease_of_attempt(rows, "b"), &rows.leases[0]);
  EXPECT_EQ(find_lease_of_attempt(rows, "a"), nullptr);
  EXPECT_EQ(find_lease(rows, "L-b"), &rows.leases[0]);
  EXPECT_EQ(find_lease(rows, "b"), nullptr);
  EXPECT_EQ(find_run(rows, "r"), &rows.runs[0]);
  EXPECT_EQ(find_run(rows, ""), nullptr);
}

}  // namespace
}  // namespace leasecheck::properties
