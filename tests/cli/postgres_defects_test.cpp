// What the searches find on a planted defect of SQL: the trace names the defect, and the command
// that is printed shows the failure again.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/program.hpp"
#include "traces/reader.hpp"

namespace leasecheck::cli {
namespace {

using testing::Ended;
using testing::Workplace;

void expect_replayed(const std::string& search, const std::string& mutant,
                     const std::string& subject) {
  const Workplace place;
  const Ended found = place.run(search + " --backend postgres --mutant " + mutant + " --case " +
                                subject + " --json");
  ASSERT_EQ(found.exit_code, 1) << found.err;
  const auto document = nlohmann::json::parse(found.out);
  const std::string file = document.at("trace");
  EXPECT_EQ(traces::read_file(place / file)->head.backend, "mutant:" + mutant);
  const std::string replay = document.at("replay");
  EXPECT_EQ(replay, "leasecheck replay --backend mutant:" + mutant + " " + file);
  const Ended again = place.run(replay.substr(std::string_view("leasecheck ").size()));
  EXPECT_EQ(again.exit_code, 1) << again.out << again.err;
  EXPECT_NE(again.out.find("as recorded"), std::string::npos) << again.out;
  const Ended shipped = place.run("replay --backend postgres " + file);
  EXPECT_EQ(shipped.exit_code, 0) << shipped.out << shipped.err;
  const Ended alone = place.run("replay " + file);
  EXPECT_EQ(alone.exit_code, 2) << alone.out;
  EXPECT_NE(alone.err.find("name it with --backend"), std::string::npos) << alone.err;
}

TEST(PostgresDefectsReplayed, ByTheCommandThatInterleavePrints) {
  expect_replayed("interleave", "claims_what_it_read", "queued/claim+claim");
}

TEST(PostgresDefectsReplayed, ByTheCommandThatCrashPrints) {
  expect_replayed("crash", "is_sure_of_its_commit", "queued/claim");
}

}  // namespace
}  // namespace leasecheck::cli
