// The model's words and the library's are the same words.

#include "sim/subject/convert.hpp"

#include <gtest/gtest.h>

namespace leasecheck::sim {
namespace {

template <class Enumeration>
std::vector<Enumeration> all_up_to(Enumeration last) {
  std::vector<Enumeration> all;
  for (int i = 0; i <= static_cast<int>(last); ++i) all.push_back(static_cast<Enumeration>(i));
  return all;
}

TEST(Convert, KeepsTheWordOfEveryError) {
  for (const model::ErrorCode code : all_up_to(model::ErrorCode::corrupt)) {
    EXPECT_EQ(lease::to_string(to_lease(code)), model::word(code));
    EXPECT_EQ(to_model(to_lease(code)), code);
  }
}

TEST(Convert, BringsEveryStatusBackAsItWas) {
  for (const model::Status status : all_up_to(model::Status::cancelled)) {
    model::DispatchRecord record;
    record.status = status;
    EXPECT_EQ(to_model(to_lease(record)), record);
  }
}

TEST(Convert, CountsEachStatusUnderItsOwnName) {
  lease::CountsByStatus counts{};
  counts.count[static_cast<std::size_t>(lease::Status::retry_backoff)] = 3;
  counts.count[static_cast<std::size_t>(lease::Status::cancelled)] = 5;
  const model::CountsByStatus converted = to_model(counts);
  EXPECT_EQ(converted.count[static_cast<std::size_t>(model::Status::retry_backoff)], 3U);
  EXPECT_EQ(converted.count[static_cast<std::size_t>(model::Status::cancelled)], 5U);
}

}  // namespace
}  // namespace leasecheck::sim
