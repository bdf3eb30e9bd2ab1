// A file that records its operations: whatever crashes, what it records explains what it holds.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string_view>

#include "sim/storage/crash_matrix.hpp"
#include "tests/support/replayed_operations.hpp"

namespace leasecheck::sim {
namespace {

/// Opens repositories that record, and compares what they hold with what is recorded.
class Recording {
 public:
  lease::Result<std::unique_ptr<lease::AttemptRepository>> open(const lease::SqliteOptions& options,
                                                                lease::Clock& clock,
                                                                lease::IdSource& ids) {
    lease::SqliteOptions recording = options;
    recording.record_operations = lease::RecordOperations::yes;
    auto repository = lease::open_sqlite_repository(recording, clock, ids);
    if (!repository) return repository;
    const auto lines = tests::recorded_in(recording);
    const auto held = (*repository)->snapshot();
    if (!lines || !held) return repository;  // a call of the disk that was made to fail
    if (explained(*lines) == *held) return repository;
    ++unexplained;
    return std::unexpected(
        lease::Error(lease::ErrorCode::corrupt, "this does not explain it:\n" + *lines));
  }

  std::size_t unexplained = 0;
  std::size_t compared = 0;
  [[nodiscard]] std::size_t different_logs() const { return known_.size(); }

 private:
  /// What there is after these lines, which are few among many crashes.
  const lease::Snapshot& explained(const std::string& lines) {
    ++compared;
    const auto known = known_.find(lines);
    if (known != known_.end()) return known->second;
    tests::ReplayedOperations replayed(lines);
    EXPECT_EQ(replayed.differences(), "");
    return known_.emplace(lines, replayed.snapshot()).first->second;
  }

  std::map<std::string, lease::Snapshot> known_;
};

/// Recovery, and operations that change one row and several.
constexpr std::string_view cases[] = {"leased/open", "leased/ack_completed", "queued/claim_several",
                                      "two_leased/reap"};

TEST(RecordedOperations, ExplainWhatEveryCrashLeaves) {
  Recording recording;
  CrashMatrix matrix([&](const auto& options, auto& clock,
                         auto& ids) { return recording.open(options, clock, ids); },
                     {.device = {}, .exhaustive_fragments = 2});
  for (const CrashCase& subject : crash_cases()) {
    const std::string name = name_of(subject);
    if (std::ranges::find(cases, name) == std::ranges::end(cases)) continue;
    const auto found = matrix.search(subject);
    ASSERT_TRUE(found.has_value()) << found.error();
    EXPECT_FALSE(*found) << name << ": " << (*found)->message << " " << (*found)->reproduce;
  }
  EXPECT_EQ(recording.unexplained, 0U);
  EXPECT_EQ(matrix.count().cases, std::size(cases));
  EXPECT_GT(recording.compared, 1'000U);
  EXPECT_GT(recording.different_logs(), 10U);
}

}  // namespace
}  // namespace leasecheck::sim
