#include <gtest/gtest.h>

#include "tests/model/check/digraph.hpp"
#include "tests/model/lease_core/lease_core_table.hpp"

namespace leasecheck::tests {
namespace {

TEST(LeaseCoreLarge, HasTheCountsOfEveryLargeConfigurationIn33BytesAState) {
  for (const LeaseCoreRow& row : large_lease_cores) {
    const auto model = LeaseCore::make(row.bounds);
    ASSERT_TRUE(model.has_value());
    const auto report = run(*model, {.jobs = 2});
    EXPECT_EQ(report.verdict, Verdict::held) << model->name();
    EXPECT_EQ(report.states, row.states) << model->name();
    EXPECT_EQ(report.transitions, row.transitions) << model->name();
    EXPECT_EQ(report.depth, row.depth) << model->name();
    EXPECT_LE(report.bytes_per_state(), 33.0) << model->name();
  }
}

}  // namespace
}  // namespace leasecheck::tests
