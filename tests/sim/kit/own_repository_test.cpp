// What a class of somebody's own offers is seen from the methods that it has.

#include "leasecheck/own_repository.hpp"

#include <gtest/gtest.h>

#include "leasecheck/spec/operation_traits.hpp"

namespace leasecheck::tests {
namespace {

class Bare : public lease::RuntimeRepository {
 public:
  lease::Result<std::vector<lease::AttemptDispatchRecord>> list_dispatchable_attempts(
      lease::Time, std::uint64_t) override {
    return {};
  }
  lease::Result<lease::LeaseRecord> upsert_lease(const lease::AttemptId&, const lease::WorkerId&,
                                                 lease::Time) override {
    return {};
  }
  lease::Result<void> heartbeat_lease(const lease::LeaseId&, lease::Time, lease::Time) override {
    return {};
  }
  lease::Result<std::uint64_t> expire_leases_and_requeue(lease::Time) override { return 0; }
  lease::Result<std::uint64_t> latest_seq_for_run(const lease::RunId&) override { return 0; }
  lease::Result<void> enqueue_attempt(const lease::AttemptSpec&) { return {}; }
};

class WithMore final : public Bare {
 public:
  lease::Result<std::uint64_t> transition_timed_out_attempts(lease::Time) override { return 5; }
  lease::Result<std::uint64_t> queue_depth(lease::Time) { return 7; }
  // Of several of one name the one with the right signature counts.
  lease::Result<void> release_lease(const lease::LeaseId&) { return {}; }
  lease::Result<void> release_lease(const lease::Holder&, lease::Time) { return {}; }
};

std::set<std::string> optional_operations() {
  std::set<std::string> names{"snapshot"};
  for (const model::OperationTraits& operation : model::all_operations) {
    if (!operation.is_required) names.emplace(operation.name);
  }
  return names;
}

TEST(OwnRepository, WithNothingButWhatIsRequiredOffersNothingElse) {
  EXPECT_EQ(Completed<Bare>::not_offered(), optional_operations());
}

TEST(OwnRepository, OffersWhatItHas) {
  std::set<std::string> rest = optional_operations();
  for (const char* name : {"transition_timed_out_attempts", "queue_depth", "release_lease"}) {
    rest.erase(name);
  }
  EXPECT_EQ(Completed<WithMore>::not_offered(), rest);
  Completed<WithMore> completed([] { return std::make_unique<WithMore>(); });
  EXPECT_EQ(completed.queue_depth(lease::Time{}).value(), 7U);
  EXPECT_EQ(completed.transition_timed_out_attempts(lease::Time{}).value(), 5U);
}

TEST(OwnRepository, IsNeverAskedForWhatItDoesNotHave) {
  Completed<Bare> completed([] { return std::make_unique<Bare>(); });
  const auto answer = completed.get_attempt(lease::AttemptId("a1"));
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, lease::ErrorCode::unavailable);
}

TEST(OwnRepository, WithoutAResetIsMadeAnew) {
  int made = 0;
  Completed<Bare> completed([&made] {
    ++made;
    return std::make_unique<Bare>();
  });
  EXPECT_TRUE(completed.reset());
  EXPECT_EQ(made, 2);
}

}  // namespace
}  // namespace leasecheck::tests
