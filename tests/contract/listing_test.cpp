// Rule 29: lists for people and their tools.

#include "tests/contract/fixture.hpp"

namespace leasecheck::tests {
namespace {

using namespace leasecheck::model;

/// All attempts, unless `narrow` asks for less.
template <typename Narrow>
ListAttempts list(Narrow narrow) {
  ListAttempts question;
  question.limit = no_limit;
  narrow(question);
  return question;
}

class AttemptListingTest : public Contract {
 protected:
  template <typename Narrow>
  std::vector<Id> page(Narrow narrow) {
    std::vector<Id> ids;
    for (const AttemptRecord& record : answer<std::vector<AttemptRecord>>(list(narrow))) {
      EXPECT_EQ(record, attempt(record.attempt_id));
      ids.push_back(record.attempt_id);
    }
    return ids;
  }
};
class AttemptListing : public AttemptListingTest {};
INSTANTIATE_TEST_SUITE_P(Contract, AttemptListing,
                         testing::ValuesIn(contract_subjects().begin(), contract_subjects().end()),
                         [](const auto& info) { return info.param.name; });

TEST_P(AttemptListing, PagesTogetherAreEverythingBytewise) {
  const std::vector<Id> ids{"A", "a", "a b", "a1", "b", "\xc3\xa9"};
  for (const Id id : {"b", "a1", "\xc3\xa9", "A", "a", "a b"}) enqueue(id);
  for (const std::uint64_t size : {1U, 2U, 4U, 100U}) {
    std::vector<Id> all;
    std::optional<Id> after;
    while (true) {
      const std::vector<Id> next = page([&](ListAttempts& it) {
        it.after = after;
        it.limit = size;
      });
      if (next.empty()) break;
      all.insert(all.end(), next.begin(), next.end());
      after = next.back();
    }
    EXPECT_EQ(all, ids) << "in pages of " << size;
  }
}

TEST_P(AttemptListing, BeginsAfterAnIdThatNeedNotExist) {
  enqueue("a");
  enqueue("c");
  EXPECT_EQ(page([](ListAttempts& it) { it.after = "b"; }), (std::vector<Id>{"c"}));
  EXPECT_TRUE(page([](ListAttempts& it) { it.after = "c"; }).empty());
  EXPECT_TRUE(page([](ListAttempts& it) { it.limit = 0; }).empty());
}

TEST_P(AttemptListing, ShowsWhatMatchesEveryFilter) {
  AttemptSpec spec = spec_of("a1");
  spec.tenant_id = "t1";
  enqueue(spec);
  spec.attempt_id = "a2";
  spec.run_id = "r2";
  static_cast<void>(enqueue_and_claim(spec));
  const LeaseRecord ended = enqueue_and_claim("a3");
  ack(ended, AckOutcome::completed);
  EXPECT_EQ(page([](ListAttempts& it) { it.status = Status::queued; }), (std::vector<Id>{"a1"}));
  EXPECT_EQ(page([](ListAttempts& it) { it.run_id = "r1"; }), (std::vector<Id>{"a1", "a3"}));
  EXPECT_EQ(page([](ListAttempts& it) {
              it.run_id = "r1";
              it.after = "a1";
            }),
            (std::vector<Id>{"a3"}));
  EXPECT_EQ(page([](ListAttempts& it) { it.worker_id = "w1"; }), (std::vector<Id>{"a2"}));
  EXPECT_EQ(page([](ListAttempts& it) { it.tenant_id = "t1"; }), (std::vector<Id>{"a1", "a2"}));
  EXPECT_EQ(page([](ListAttempts& it) {
              it.status = Status::leased;
              it.run_id = "r2";
              it.tenant_id = "t1";
              it.limit = 1;
            }),
            (std::vector<Id>{"a2"}));
  EXPECT_TRUE(page([](ListAttempts& it) {
                it.status = Status::queued;
                it.run_id = "r2";
              }).empty());
}

TEST_P(AttemptListing, FindsNothingForAnUnknownNameAndRefusesWhatIsNone) {
  enqueue("a1");
  EXPECT_TRUE(page([](ListAttempts& it) { it.run_id = "unknown"; }).empty());
  EXPECT_TRUE(page([](ListAttempts& it) { it.worker_id = "unknown"; }).empty());
  EXPECT_TRUE(page([](ListAttempts& it) { it.tenant_id = "unknown"; }).empty());
  const Id bad(256, 'x');
  expect_refused(list([&](ListAttempts& it) {
                   it.run_id = bad;
                   it.limit = 1;
                 }),
                 ErrorCode::invalid_argument);
  expect_refused(list([&](ListAttempts& it) {
                   it.worker_id = bad;
                   it.limit = 1;
                 }),
                 ErrorCode::invalid_argument);
  expect_refused(list([&](ListAttempts& it) {
                   it.tenant_id = bad;
                   it.limit = 1;
                 }),
                 ErrorCode::invalid_argument);
  expect_refused(list([](ListAttempts& it) {
                   it.after = "";
                   it.limit = 1;
                 }),
                 ErrorCode::invalid_argument);
}

}  // namespace
}  // namespace leasecheck::tests
