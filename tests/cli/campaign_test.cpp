// What a campaign makes of many failing seeds: which of them are the same failure, and which of
// them are reduced.
#include "cli/campaign/campaign.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <utility>

#include "cli/exit_code.hpp"
#include "sim/subject/subject_decorator.hpp"
#include "tests/support/program.hpp"
#include "traces/reader.hpp"

namespace leasecheck::cli {
namespace {

using testing::Workplace;

/// Shows a wrong number in one of three fields, which is each time another violation of the same
/// property by the same operation.
class WrongInThreeFields final : public sim::SubjectDecorator {
 public:
  WrongInThreeFields() : SubjectDecorator(sim::make_model_subject()) {}

  [[nodiscard]] std::expected<sim::Reply, sim::BrokenSubject> call(
      const model::Action& action) override {
    auto reply = SubjectDecorator::call(action);
    if (!std::holds_alternative<model::GetAttempt>(action.operation)) return reply;
    if (!reply || !reply->outcome) return reply;
    auto& attempt = std::get<model::AttemptRecord>(*reply->outcome);
    switch (action.now.time_since_epoch().count() % 3) {
      case 0:
        ++attempt.attempt_no;
        break;
      case 1:
        ++attempt.delivery_count;
        break;
      default:
        ++attempt.version;
    }
    return reply;
  }
};

CampaignOptions options_of(const Workplace& place, KeepTraces keep) {
  CampaignOptions options;
  options.seed.backend = {.name = "memory",
                          .make = [] { return std::make_unique<WrongInThreeFields>(); }};
  options.seed.keep_traces = keep;
  options.last_seed = 24;
  options.keep_going = true;
  options.trace_directory = place / ".";
  return options;
}

CampaignResult campaign(const Workplace& place, KeepTraces keep) {
  return run_campaign(options_of(place, keep));
}

std::map<std::string, std::string> files_in(const Workplace& place) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(place / ".")) {
    files[entry.path().filename().string()] = testing::text_of(entry.path());
  }
  return files;
}

std::set<traces::Violation> violations_of(const CampaignResult& result) {
  std::set<traces::Violation> violations;
  for (const Failure& failure : result.failures) violations.insert(failure.violation);
  return violations;
}

TEST(Campaign, TellsFailuresOfOnePropertyApartWhetherOrNotTracesAreKept) {
  std::vector<std::vector<std::uint64_t>> seeds_of_first;
  for (const KeepTraces keep : {KeepTraces::none, KeepTraces::failures, KeepTraces::all}) {
    const Workplace place;
    const CampaignResult result = campaign(place, keep);
    const std::vector<FailureGroup> groups = group(result.failures);
    ASSERT_EQ(groups.size(), 3U);
    std::vector<std::vector<std::uint64_t>> seeds;
    for (const FailureGroup& alike : groups) {
      EXPECT_EQ(alike.first.verdict.property, "conforms_to_model");
      EXPECT_EQ(alike.first.at, "get_attempt: ok");
      seeds.push_back(alike.seeds);
    }
    EXPECT_EQ(violations_of(result).size(), 3U);
    if (seeds_of_first.empty()) seeds_of_first = seeds;
    EXPECT_EQ(seeds, seeds_of_first);
    EXPECT_EQ(place.size() == 0, keep == KeepTraces::none);
  }
}

TEST(Campaign, ReducesOnlyTheFirstOfFailuresThatAreAlike) {
  const Workplace place;
  const CampaignResult result = campaign(place, KeepTraces::failures);
  ASSERT_GT(result.failures.size(), 3U);
  std::set<traces::Violation> known;
  for (const Failure& failure : result.failures) {
    const bool is_first = known.insert(failure.violation).second;
    EXPECT_EQ(failure.trace_file.ends_with(".min.jsonl"), is_first) << failure.trace_file;
    EXPECT_TRUE(failure.replay.ends_with(failure.trace_file)) << failure.replay;
  }
  EXPECT_EQ(place.size(), result.failures.size() + known.size());
}

// Of other processes, whose traces were too long to be handed on.
TEST(Campaign, OfResultsWithoutTheirTracesRunsTheirSeedsAgain) {
  const Workplace here;
  const CampaignResult expected = campaign(here, KeepTraces::failures);
  const Workplace there;
  CampaignOptions options = options_of(there, KeepTraces::failures);
  std::map<std::uint64_t, SeedResult> results;
  for (std::uint64_t seed = options.first_seed; seed <= options.last_seed; ++seed) {
    results[seed] = run_seed(options.seed, seed);
    results[seed].traces.clear();
  }
  const CampaignResult result = campaign_of_results(options, results);
  EXPECT_EQ(result.failures.size(), expected.failures.size());
  EXPECT_EQ(files_in(there), files_in(here));

  options.seed.backend = {.name = "model", .make = [] { return sim::make_model_subject(); }};
  try {
    static_cast<void>(campaign_of_results(options, std::move(results)));
    ADD_FAILURE() << "seeds that hold now were taken for failures";
  } catch (const Stop& stop) {
    EXPECT_EQ(stop.code, ExitCode::broken);
    EXPECT_NE(stop.message.find("gives another result"), std::string::npos) << stop.message;
  }
}

TEST(Campaign, SaysOfAFailureWhatIsInItsTrace) {
  const Workplace place;
  for (const Failure& failure : campaign(place, KeepTraces::failures).failures) {
    const auto trace = traces::read_file(failure.trace_file);
    ASSERT_TRUE(trace) << trace.error().message;
    EXPECT_EQ(failure.verdict, trace->verdict) << failure.trace_file;
    EXPECT_EQ(traces::violation_of(*trace, trace->verdict), failure.violation);
  }
}

}  // namespace
}  // namespace leasecheck::cli
