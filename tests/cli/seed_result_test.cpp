// Results of seeds as text: what crosses from a worker process, and what a queue of strangers may
// hold instead.
#include "cli/campaign/seed_result.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/campaign/shared_campaign.hpp"
#include "cli/exit_code.hpp"
#include "lease/memory.hpp"

namespace leasecheck::cli {
namespace {

using nlohmann::ordered_json;

SeedResult failing(std::uint64_t seed) {
  const std::string name = "seed-" + std::to_string(seed) + ".jsonl";
  SeedResult result{.seed = seed};
  result.tally.runs = 1;
  result.failure = Failure{.seed = seed,
                           .verdict = {.result = traces::Result::violated,
                                       .property = "conforms_to_model",
                                       .message = "it is wrong",
                                       .first_bad = 3},
                           .at = "get_attempt: ok",
                           .violation = {.property = "conforms_to_model",
                                         .operation = "get_attempt",
                                         .kind = "\xff is a byte"},
                           .trace_file = name};
  result.traces.push_back({name, "text"});
  result.statistics.emplace();
  result.statistics->runs = 1;
  result.statistics->executions = 3;
  result.statistics->duration = model::Duration{60'000};
  result.statistics->time_in_queue.add(model::Duration{12'345});
  result.statistics->interval = model::Duration{60'000};
  result.statistics->intervals = {{.finished = 1, .ready = 2, .leased = 3}};
  return result;
}

TEST(SeedResult, CrossesAsText) {
  const std::string text = to_text(failing(7));
  const auto read = seed_result_from_text(text);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->seed, 7U);
  EXPECT_EQ(read->tally.runs, 1U);
  EXPECT_EQ(read->failure->violation.kind, "\xff is a byte");
  EXPECT_EQ(read->statistics->intervals, failing(7).statistics->intervals);
  EXPECT_EQ(read->statistics->time_in_queue, failing(7).statistics->time_in_queue);
  EXPECT_EQ(to_text(*read), text);
}

TEST(SeedResult, IsNothingElse) {
  EXPECT_TRUE(seed_result_from_text(ordered_json::parse(to_text(failing(7))).dump()));
  std::vector<std::string> texts{"", "{", "null", "[]", "{}", "{\"seed\":7}"};
  const auto with = [&](auto change) {
    ordered_json document = ordered_json::parse(to_text(failing(7)));
    change(document);
    texts.push_back(document.dump());
  };
  with([](auto& document) { document["seed"] = "seven"; });
  with([](auto& document) { document.erase("tally"); });
  with([](auto& document) { document["tally"]["runs"] = "one"; });
  with([](auto& document) { document["failure"] = nullptr; });
  with([](auto& document) { document["failure"]["verdict"] = "{"; });
  with([](auto& document) { document["failure"]["verdict"] = "{}"; });
  with([](auto& document) { document["failure"]["violation"] = ordered_json::array(); });
  with([](auto& document) { document["failure"]["violation"][2] = 1; });
  with([](auto& document) { document["traces"][0].erase("text"); });
  with([](auto& document) { document["statistics"] = 1; });
  with([](auto& document) { document["statistics"].erase("executions"); });
  with([](auto& document) { document["statistics"]["duration_ms"] = -1; });
  with([](auto& document) { document["statistics"]["duration_ms"] = INT64_MAX; });
  with([](auto& document) { document["statistics"]["time_in_queue"]["counts"][0][0] = -1; });
  for (const std::string& text : texts) EXPECT_FALSE(seed_result_from_text(text)) << text;
}

TEST(SeedResult, NamesNoFilesButThoseOfItsSeed) {
  const std::vector<std::string> names{
      "",         "/etc/passwd",       "../seed-7.jsonl",
      ".profile", "seed-7.jsonl/../x", "seed-7./../../x",
      "seed-7",   "seed-70.jsonl",     "seed-8.jsonl",
      "trace",    "seed-.jsonl",       std::string("seed-7.\0jsonl", 13)};
  for (const std::string& name : names) {
    SeedResult result = failing(7);
    result.traces.front().name = name;
    EXPECT_FALSE(seed_result_from_text(to_text(result))) << name;
    if (name.empty()) continue;
    result = failing(7);
    result.failure->trace_file = name;
    EXPECT_FALSE(seed_result_from_text(to_text(result))) << name;
  }
}

/// A queue with seeds 1..10, five in an attempt, into which anybody may write.
class SharedCampaignQueue : public testing::Test {
 protected:
  SharedCampaignQueue() { enqueue_seeds(campaign, {.first = 1, .last = 10}, 5); }

  lease::Claim claim() {
    return repository->claim_attempts(lease::WorkerId("anybody"), 1, lease::Duration{1000})->at(0);
  }
  static lease::Holder holder_of(const lease::Claim& claim) {
    return {claim.lease.lease_id, claim.lease.worker_id};
  }
  void append(const lease::Claim& claim, const std::string& kind, const std::string& payload) {
    ASSERT_TRUE(repository->append_run_event(holder_of(claim), {kind, payload}, clock.now()));
  }
  std::string complaint() {
    try {
      static_cast<void>(results_in(campaign));
      return "";
    } catch (const Stop& stop) {
      return stop.message;
    }
  }

  class Now final : public lease::Clock {
   public:
    lease::Time now() override { return lease::Time{lease::Duration{ms}}; }
    std::int64_t ms = 1000;
  };
  Now clock;
  lease::RandomIds ids;
  std::unique_ptr<lease::AttemptRepository> repository = lease::make_memory_repository(clock, ids);
  SharedCampaign campaign{*repository, "campaign"};
};

TEST_F(SharedCampaignQueue, GivesTheResultsOfItsSeeds) {
  const lease::Claim first = claim();
  append(first, "seed", to_text(failing(1)));
  append(first, "seed", to_text(failing(5)));
  const SharedResults shared = results_in(campaign);
  EXPECT_EQ(shared.ranges, 2U);
  EXPECT_EQ(shared.seeds.last, 10U);
  ASSERT_EQ(shared.results.size(), 2U);
  EXPECT_EQ(to_text(shared.results.at(5)), to_text(failing(5)));
}

TEST_F(SharedCampaignQueue, RefusesWhatIsNoResultOfASeedThatWasEnqueued) {
  const std::vector<std::pair<std::string, std::string>> events{{"seed", "{}"},
                                                                {"seed", "\"../seed-1.jsonl\""},
                                                                {"other", to_text(failing(1))},
                                                                {"seed", to_text(failing(0))},
                                                                {"seed", to_text(failing(6))},
                                                                {"seed", to_text(failing(11))}};
  for (const auto& [kind, payload] : events) {
    ASSERT_TRUE(repository->reset());
    enqueue_seeds(campaign, {.first = 1, .last = 10}, 5);
    append(claim(), kind, payload);
    EXPECT_EQ(complaint(), "event 1 in the queue, of seeds 1..5, is no result of one of them")
        << kind << ' ' << payload;
  }
}

// Whoever is interrupted gives its range back as failed.
TEST_F(SharedCampaignQueue, InterruptionsUseUpNothing) {
  for (int i = 0; i < 100; ++i) {
    const lease::Claim claimed = claim();
    ASSERT_TRUE(
        repository->ack_attempt(holder_of(claimed), lease::AckOutcome::failed, clock.now()));
    clock.ms += 1000;
  }
  EXPECT_EQ(results_in(campaign).given_up, 0U);
}

}  // namespace
}  // namespace leasecheck::cli
