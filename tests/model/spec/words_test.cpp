// Section 1 (what an id is), and the words under which values travel.

#include <set>
#include <string>

#include "leasecheck/spec/environment.hpp"
#include "leasecheck/spec/validity.hpp"
#include "tests/model/spec/generators.hpp"
#include "tests/model/spec/property.hpp"

namespace leasecheck::tests {
namespace {

using namespace leasecheck::model;

TEST(Id, IsOneTo255BytesOfUtf8WithoutZero) {
  const std::string two_bytes = "\xc3\xa9";
  EXPECT_TRUE(is_valid_id("a"));
  EXPECT_TRUE(is_valid_id(std::string(255, 'a')));
  EXPECT_TRUE(is_valid_id(std::string(253, 'a') + two_bytes));
  EXPECT_TRUE(is_valid_id("\xf4\x8f\xbf\xbf"));  // U+10FFFF, the last one
  EXPECT_TRUE(is_valid_id("\x01 '\"%\n"));

  EXPECT_FALSE(is_valid_id(""));
  EXPECT_FALSE(is_valid_id(std::string(256, 'a')));
  EXPECT_FALSE(is_valid_id(std::string(254, 'a') + two_bytes));
  EXPECT_FALSE(is_valid_id(std::string_view("\0", 1)));
  EXPECT_FALSE(is_valid_id(std::string_view("a\0b", 3)));
  EXPECT_FALSE(is_valid_id("\x80"));              // a continuation alone
  EXPECT_FALSE(is_valid_id("\xc3"));              // cut short
  EXPECT_FALSE(is_valid_id("\xc0\xaf"));          // overlong
  EXPECT_FALSE(is_valid_id("\xed\xa0\x80"));      // a surrogate
  EXPECT_FALSE(is_valid_id("\xf4\x90\x80\x80"));  // beyond U+10FFFF
}

TEST(Id, IsInvalidInAnyFieldOfASpec) {
  AttemptSpec spec;
  spec.attempt_id = "a";
  spec.run_id = "r";
  spec.tenant_id = "t";
  EXPECT_TRUE(is_valid_spec(spec));
  for (const auto field : {&AttemptSpec::attempt_id, &AttemptSpec::run_id}) {
    AttemptSpec bad = spec;
    bad.*field = "";
    EXPECT_FALSE(is_valid_spec(bad));
  }
  spec.tenant_id = "";
  EXPECT_FALSE(is_valid_spec(spec));
}

template <typename Variant, std::size_t... index>
std::set<std::string_view> names(std::index_sequence<index...>) {
  return {name_of(Variant(std::in_place_index<index>))...};
}

TEST(Words, EveryOperationAndEventHasANameOfItsOwn) {
  constexpr std::size_t operations = std::variant_size_v<Operation>;
  constexpr std::size_t events = std::variant_size_v<Environment>;
  EXPECT_EQ(names<Operation>(std::make_index_sequence<operations>()).size(), operations);
  EXPECT_EQ(names<Environment>(std::make_index_sequence<events>()).size(), events);
}

TEST(Words, AreThoseOfTheContract) {
  EXPECT_EQ(word(Status::retry_backoff), "retry_backoff");
  EXPECT_EQ(word(OnTimeout::cancel), "cancel");
  EXPECT_EQ(word(BackoffStrategy::exponential), "exponential");
  EXPECT_EQ(word(AckOutcome::cancelled), "cancelled");
  EXPECT_EQ(word(DeadLetterReason::delivery_exhausted), "delivery_exhausted");
  EXPECT_EQ(word(ErrorCode::not_dispatchable), "not_dispatchable");
  EXPECT_EQ(name_of(Operation(CountByStatus{})), "counts_by_status");
}

TEST(Words, TheClockIsReadByEnqueueClaimAndReapOnly) {
  EXPECT_TRUE(reads_clock(EnqueueAttempt{}));
  EXPECT_TRUE(reads_clock(UpsertLease{}));
  EXPECT_TRUE(reads_clock(ExpireLeasesAndRequeue{}));
  EXPECT_FALSE(reads_clock(HeartbeatLease{}));
  EXPECT_FALSE(reads_clock(TransitionTimedOutAttempts{}));
  EXPECT_FALSE(reads_clock(AckAttempt{}));
}

}  // namespace
}  // namespace leasecheck::tests
