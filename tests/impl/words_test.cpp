// What a host program logs, and what it keys its maps with.

#include <sstream>
#include <unordered_set>

#include "lease/lease.hpp"
#include "tests/impl/fixture.hpp"

namespace leasecheck::tests {
namespace {

using lease::to_string;

template <typename Enum>
std::string words_up_to(Enum last) {
  std::ostringstream out;
  for (int value = 0; value <= static_cast<int>(last); ++value) {
    out << (value == 0 ? "" : " ") << static_cast<Enum>(value);
  }
  return out.str();
}

TEST(Words, AreTheEnumeratorsNames) {
  EXPECT_EQ(words_up_to(lease::Status::cancelled),
            "queued leased running retry_backoff completed failed cancelled");
  EXPECT_EQ(words_up_to(lease::OnTimeout::cancel), "retry fail cancel");
  EXPECT_EQ(words_up_to(lease::BackoffStrategy::exponential), "fixed exponential");
  EXPECT_EQ(words_up_to(lease::AckOutcome::cancelled), "completed failed cancelled");
  EXPECT_EQ(words_up_to(lease::DeadLetterReason::delivery_exhausted),
            "failed timed_out delivery_exhausted");
  EXPECT_EQ(words_up_to(lease::ErrorCode::corrupt),
            "invalid_argument not_found stale_lease not_dispatchable already_exists unavailable "
            "corrupt");
  EXPECT_EQ(words_up_to(lease::Effect::unknown), "none unknown");
}

TEST(Words, OfAnIdAreItsText) {
  const lease::LeaseId id("l-1");
  std::ostringstream out;
  out << id;
  EXPECT_EQ(out.str(), "l-1");
  EXPECT_EQ(to_string(id), "l-1");
}

TEST(Words, AreFoundForFmtByTheirArgumentsNamespace) {
  EXPECT_EQ(format_as(lease::Status::running), "running");
  EXPECT_EQ(format_as(lease::RunId("r")), "r");
}

TEST(Words, OfATimeAreRfc3339) {
  EXPECT_EQ(to_string(at(0)), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(to_string(at(-1)), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(to_string(at(951'782'399'007)), "2000-02-28T23:59:59.007Z");
  EXPECT_EQ(to_string(at(951'782'400'000)), "2000-02-29T00:00:00.000Z");
}

TEST(Words, OfATimeBeyondFourDigitYearsAreItsCount) {
  EXPECT_EQ(to_string(at(-62'167'219'200'000)), "0000-01-01T00:00:00.000Z");
  EXPECT_EQ(to_string(at(-62'167'219'200'001)), "-62167219200001 ms");
  EXPECT_EQ(to_string(at(253'402'300'799'999)), "9999-12-31T23:59:59.999Z");
  EXPECT_EQ(to_string(at(253'402'300'800'000)), "253402300800000 ms");
  EXPECT_EQ(to_string(lease::Time::max()), "9223372036854775807 ms");
  EXPECT_EQ(to_string(lease::Time::min()), "-9223372036854775808 ms");
}

TEST(Ids, KeyUnorderedContainers) {
  const std::unordered_set<lease::AttemptId> ids{lease::AttemptId("a"), lease::AttemptId("b"),
                                                 lease::AttemptId("a")};
  EXPECT_EQ(ids.size(), 2U);
  EXPECT_TRUE(ids.contains(lease::AttemptId("b")));
}

TEST(CountsByStatus, AreIndexedByStatus) {
  lease::CountsByStatus counts;
  counts[lease::Status::cancelled] += 2;
  EXPECT_EQ(std::as_const(counts)[lease::Status::cancelled], 2U);
  EXPECT_EQ(counts.count, (std::array<std::uint64_t, lease::status_count>{0, 0, 0, 0, 0, 0, 2}));
}

TEST(Version, IsTheProjects) {
  EXPECT_EQ(lease::version, LEASE_PROJECT_VERSION);
  EXPECT_EQ(std::string(lease::version), std::to_string(lease::version_major) + "." +
                                             std::to_string(lease::version_minor) + "." +
                                             std::to_string(lease::version_patch));
}

// A copy through one of these would be sliced, or be another source of the same ids.
template <typename... Interfaces>
constexpr bool none_is_copyable = (!std::is_copy_constructible_v<Interfaces> && ...) &&
                                  (!std::is_copy_assignable_v<Interfaces> && ...);
static_assert(none_is_copyable<lease::SystemClock, lease::RandomIds, lease::Clock, lease::IdSource,
                               lease::RuntimeRepository, lease::AttemptRepository>);

// An error without a class would be some class by accident.
static_assert(!std::is_default_constructible_v<lease::Error>);

}  // namespace
}  // namespace leasecheck::tests
