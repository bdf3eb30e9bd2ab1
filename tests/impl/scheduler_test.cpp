#include "lease/scheduler.hpp"

#include "lease/memory.hpp"
#include "tests/impl/scripted_repository.hpp"

namespace leasecheck::tests {
namespace {

using Calls = std::vector<std::string>;

lease::AttemptDispatchRecord candidate(const std::string& id) {
  return {.attempt_id = lease::AttemptId(id), .run_id = lease::RunId("run"), .retry_at = {}};
}

lease::LeaseRecord lease_on(const std::string& id) {
  return {.lease_id = lease::LeaseId("L"),
          .attempt_id = lease::AttemptId(id),
          .worker_id = worker,
          .execution_deadline = {}};
}

class SchedulerTest : public testing::Test {
 protected:
  auto dispatch() {
    lease::Scheduler scheduler(repository, clock,
                               {.lease_ttl = lease::Duration{500}, .candidates = 3});
    return scheduler.dispatch(worker);
  }
  ScriptedRepository repository;
  ManualClock clock;
};

TEST_F(SchedulerTest, ClaimsTheFirstCandidateUntilNowPlusTtl) {
  repository.listed->push_back(candidate("a"));
  repository.listed->push_back(candidate("b"));
  repository.claims.emplace_back(lease_on("a"));
  const auto dispatched = value_of(dispatch());
  EXPECT_EQ(repository.calls, (Calls{"list 1000 3", "claim 1500 a"}));
  EXPECT_EQ(dispatched.value().attempt, candidate("a"));
  EXPECT_EQ(dispatched.value().lease, lease_on("a"));
}

TEST_F(SchedulerTest, PassesOverCandidatesThatWereTakenMeanwhile) {
  for (const char* id : {"a", "b", "c"}) repository.listed->push_back(candidate(id));
  repository.claims.emplace_back(failure(lease::ErrorCode::not_dispatchable, "taken"));
  repository.claims.emplace_back(failure(lease::ErrorCode::not_found, "reset"));
  repository.claims.emplace_back(lease_on("c"));
  EXPECT_EQ(value_of(dispatch()).value().attempt, candidate("c"));
}

TEST_F(SchedulerTest, HasNothingWhenAllCandidatesWereTaken) {
  repository.listed->push_back(candidate("a"));
  repository.claims.emplace_back(failure(lease::ErrorCode::not_dispatchable, "taken"));
  EXPECT_EQ(value_of(dispatch()), std::nullopt);
}

TEST_F(SchedulerTest, HasNothingWhenNothingIsDispatchable) {
  EXPECT_EQ(value_of(dispatch()), std::nullopt);
  EXPECT_EQ(repository.calls, Calls{"list 1000 3"});
}

// Lists and claims wait for locks; meanwhile time goes on.
TEST_F(SchedulerTest, GivesEachClaimItsWholeTimeToLive) {
  for (const char* id : {"a", "b"}) repository.listed->push_back(candidate(id));
  repository.claims.emplace_back(failure(lease::ErrorCode::not_dispatchable, "taken"));
  repository.claims.emplace_back(lease_on("b"));
  repository.after_each_call = [this] { clock.ms += 400; };
  value_of(dispatch());
  EXPECT_EQ(repository.calls, (Calls{"list 1000 3", "claim 1900 a", "claim 2300 b"}));
}

TEST_F(SchedulerTest, PassesOverAClaimThatWaitedForLongerThanItsLease) {
  for (const char* id : {"a", "b"}) repository.listed->push_back(candidate(id));
  repository.claims.emplace_back(failure(lease::ErrorCode::invalid_argument, "too late"));
  repository.claims.emplace_back(failure(lease::ErrorCode::invalid_argument, "too late"));
  repository.after_each_call = [this] { clock.ms += 500; };
  EXPECT_EQ(value_of(dispatch()), std::nullopt);
  EXPECT_EQ(repository.calls.size(), 3U);
}

TEST_F(SchedulerTest, PassesAnInvalidArgumentOnThatNoWaitExplains) {
  repository.listed->push_back(candidate("a"));
  repository.claims.emplace_back(failure(lease::ErrorCode::invalid_argument, "bad worker"));
  EXPECT_EQ(error_of(dispatch()).code, lease::ErrorCode::invalid_argument);
}

// The same with a real repository, whose own clock decides: each look at the clock costs more than
// the lease lasts.
TEST(Scheduler, NeverAnswersInvalidArgumentBecauseItWaited) {
  class SlowClock final : public lease::Clock {
   public:
    [[nodiscard]] lease::Time now() override { return at(ms += 600); }
    std::int64_t ms = 0;
  };
  SlowClock clock;
  lease::RandomIds ids;
  const auto repository = lease::make_memory_repository(clock, ids);
  value_of(repository->enqueue_attempt(attempt("a")));
  lease::Scheduler scheduler(*repository, clock, {.lease_ttl = lease::Duration{500}});
  EXPECT_EQ(value_of(scheduler.dispatch(worker)), std::nullopt);
}

TEST_F(SchedulerTest, AnswersOptionsOutOfRangeAndDoesNothing) {
  const std::vector<lease::SchedulerOptions> wrong = {
      {.lease_ttl = lease::Duration{0}}, {.lease_ttl = lease::Duration{-1}}, {.candidates = 0}};
  for (const lease::SchedulerOptions& options : wrong) {
    lease::Scheduler scheduler(repository, clock, options);
    EXPECT_EQ(error_of(scheduler.dispatch(worker)).code, lease::ErrorCode::invalid_argument);
  }
  EXPECT_EQ(repository.calls, Calls{});
}

TEST_F(SchedulerTest, PassesOtherErrorsOnAndClaimsNoFurther) {
  repository.listed->push_back(candidate("a"));
  repository.listed->push_back(candidate("b"));
  repository.claims.emplace_back(
      failure(lease::ErrorCode::unavailable, "lost", lease::Effect::unknown));
  const lease::Error error = error_of(dispatch());
  EXPECT_EQ(error.code, lease::ErrorCode::unavailable);
  EXPECT_EQ(error.effect, lease::Effect::unknown);
  EXPECT_EQ(repository.calls.size(), 2U);
}

TEST_F(SchedulerTest, PassesTheListsErrorOn) {
  repository.listed = failure(lease::ErrorCode::corrupt, "damaged");
  EXPECT_EQ(error_of(dispatch()).code, lease::ErrorCode::corrupt);
}

TEST_F(SchedulerTest, HoldsAtTheEndOfTime) {
  clock.ms = INT64_MAX - 10;
  repository.listed->push_back(candidate("a"));
  repository.claims.emplace_back(lease_on("a"));
  static_cast<void>(dispatch());
  EXPECT_EQ(repository.calls.back(), "claim " + std::to_string(INT64_MAX) + " a");
}

}  // namespace
}  // namespace leasecheck::tests
