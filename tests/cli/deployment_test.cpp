// Deployment files: what their reader refuses, that the schema says the same, and what a run of one
// prints.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "cli/deployment/deployment_file.hpp"
#include "cli/deployment/deployment_report.hpp"
#include "cli/deployment/sweep.hpp"
#include "cli/exit_code.hpp"
#include "tests/support/program.hpp"

namespace leasecheck::cli {
namespace {

using model::Duration;
using testing::Ended;
using testing::Workplace;
using traces::Json;

const std::string example = LEASECHECK_ROOT "/examples/deployment/deployment.json";

/// Everything that may stand in a file, and nothing impossible when one part of it is another.
Json whole() {
  return Json::parse(R"({
    "duration": "1d",
    "workers": {"count": 3, "concurrency": 2, "poll": "1s", "reply_timeout": 500,
                "hang_permille": 0, "ignore_stop_permille": 5},
    "leases": {"ttl": "1h", "grace": "5s", "heartbeat": "1s"},
    "reapers": {"count": 2, "every": "5s"},
    "jobs": {
      "mail": {"arrivals": [{"from": 0, "attempts": 3, "per": "1h"}], "instants": "spread",
               "work": "2s", "fails_permille": 20, "priority": -1, "timeout": "5m",
               "on_timeout": "fail", "max_deliveries": 3,
               "retry_policy": {"strategy": "fixed", "backoff": "1s", "max_backoff": "1m",
                                "multiplier": 2, "max_retries": 4}}},
    "network": {"delay": ["1ms", "9ms"], "lose_request_permille": 1, "lose_reply_permille": 1,
                "duplicate_permille": 1, "spike_permille": 1, "spike": "3s"},
    "clocks": {"offset": "1s", "drift_ppm": 10},
    "crashes": {"every": "1h", "restart": ["1s", "30s"]},
    "pauses": {"every": "1h", "length": {"percentiles": {"50": "1s", "99.9": "9s", "100": "1m"}}},
    "maintenance": [{"what": "workers_drained", "at": "1h", "for": "1s", "every": "2h"}],
    "retention": {"keep": "1h", "every": "10m"}
  })");
}

/// A change of one part: a JSON pointer and what stands there then.
struct Change {
  std::string pointer;
  std::string json;
};

Json with(const Change& change) {
  Json document = whole();
  document[Json::json_pointer(change.pointer)] = Json::parse(change.json);
  return document;
}

TEST(DeploymentFile, IsReadAsItStands) {
  const auto spec = deployment_from_json(whole());
  ASSERT_TRUE(spec) << spec.error();
  EXPECT_EQ(spec->duration, Duration{86'400'000});
  EXPECT_EQ(spec->workers, 3U);
  EXPECT_EQ(spec->reply_timeout, Duration{500});
  EXPECT_EQ(spec->ignore_stop, 5U);
  EXPECT_EQ(spec->ttl, Duration{3'600'000});
  EXPECT_EQ(spec->workload.heartbeat, Duration{1'000});
  EXPECT_EQ(spec->reap_period, Duration{5'000});
  EXPECT_EQ(spec->network.most_delay, Duration{9});
  EXPECT_EQ(spec->network.spike, Duration{3'000});
  EXPECT_EQ(spec->most_drift_ppm, 10);
  const sim::JobKind& mail = spec->workload.jobs.at(0);
  EXPECT_EQ(mail.name, "mail");
  EXPECT_EQ(mail.fails, 20U);
  EXPECT_EQ(mail.spec.on_timeout, model::OnTimeout::fail);
  EXPECT_EQ(mail.spec.retry_policy->max_backoff, Duration{60'000});
  EXPECT_EQ(spec->workload.crashes.length.longest(), Duration{30'000});
  const auto& shares = spec->workload.pauses.length.shares();
  ASSERT_EQ(shares.size(), 3U);
  EXPECT_EQ(shares[0].weight, 500U);
  EXPECT_EQ(shares[1].weight, 499U);
  EXPECT_EQ(shares[1].least, Duration{1'000});
  EXPECT_EQ(shares[2].most, Duration{60'000});
  EXPECT_EQ(spec->workload.maintenance.at(0).every, Duration{7'200'000});
}

TEST(DeploymentFile, SaysWhereItIsWrongAndWhatWasExpected) {
  const std::vector<std::pair<Change, std::string>> refused{
      {{"/colour", "1"},
       "/colour: unknown; expected one of $schema, duration, workers, leases, reapers, jobs, "
       "network, clocks, crashes, pauses, maintenance, retention"},
      {{"/workers/cuont", "1"},
       "/workers/cuont: unknown; expected one of count, concurrency, poll, reply_timeout, "
       "hang_permille, ignore_stop_permille"},
      {{"/workers", "{}"}, "/workers/count: expected, found nothing"},
      {{"/workers/count", "0"}, "/workers/count: expected a whole number from 1 to 1000, found 0"},
      {{"/workers/count", "1.5"},
       "/workers/count: expected a whole number from 1 to 1000, found 1.5"},
      {{"/leases/ttl", "\"30 s\""},
       "/leases/ttl: expected a duration of 100ms to 1000000h, as \"30s\" or in milliseconds, "
       "found \"30 s\""},
      {{"/leases/ttl", "\"99ms\""},
       "/leases/ttl: expected a duration of 100ms to 1000000h, as \"30s\" or in milliseconds, "
       "found \"99ms\""},
      {{"/leases/heartbeat", "\"54m\""},
       "/leases/heartbeat: expected less than nine tenths of the ttl of 3600000ms, found "
       "3240000ms: a job is asked to stop a tenth of the ttl before its lease ends"},
      {{"/duration", "\"1001h\""}, "/duration: expected at most 1000h of virtual time"},
      {{"/jobs", "{}"}, "/jobs: expected at least one kind of jobs, found {}"},
      {{"/jobs/mail/on_timeout", "\"explode\""},
       "/jobs/mail/on_timeout: expected \"cancel\" or \"fail\" or \"retry\", found \"explode\""},
      {{"/jobs/mail/work", R"({"percentiles": {"50": "2s"}})"},
       "/jobs/mail/work/percentiles: expected a percentile \"100\", the longest duration, found "
       "{\"50\":\"2s\"}"},
      {{"/jobs/mail/work", R"({"percentiles": {"50": "2s", "100": "1s"}})"},
       "/jobs/mail/work/percentiles: expected percentiles that do not fall, found "
       "{\"50\":\"2s\",\"100\":\"1s\"}"},
      {{"/crashes/restart", R"(["3s", "2s"])"},
       "/crashes/restart: expected the least before the most, found [\"3s\",\"2s\"]"},
      {{"/maintenance/0/every", "\"1s\""},
       "/maintenance/0/every: expected a duration of 1001ms to 1000000h, as \"30s\" or in "
       "milliseconds, found \"1s\""},
      {{"/jobs/mail/arrivals", R"([{"from": "1h", "attempts": 1, "per": "1h"}])"},
       "/jobs/mail/arrivals/0/from: expected 0ms, midnight, or nothing, for the first rate"},
      {{"/jobs/mail/arrivals",
        R"([{"attempts": 1, "per": "1h"}, {"from": "25h", "attempts": 1, "per": "1h"}])"},
       "/jobs/mail/arrivals/1/from: expected a later time of the day than that of the rate before"},
      {{"/jobs/mail/arrivals",
        R"([{"attempts": 1, "per": "1h"}, {"from": "90m", "attempts": 1, "per": "30m"}])"},
       "/jobs/mail/arrivals/0/per: expected a part of the 1 h 30 min from this rate to the next, "
       "or to midnight"},
      {{"/jobs/mail/arrivals", R"([{"attempts": 1000000, "per": "1s"}])"},
       "/jobs: expected at most 10,000,000 attempts in all, found 86,400,000,000"}};
  for (const auto& [change, message] : refused) {
    const auto spec = deployment_from_json(with(change));
    ASSERT_FALSE(spec) << change.pointer;
    EXPECT_EQ(spec.error(), message);
  }
}

TEST(DeploymentFile, IsNamedWhereItIsWrong) {
  const Workplace place;
  place.write("a.json", R"({"duration": "1d", "workers": 3})");
  place.write("b.json", "{");
  const auto complaint = [&place](const std::string& arguments) {
    const Ended ended = place.run("simulate " + arguments);
    EXPECT_EQ(ended.exit_code, 2) << arguments;
    return ended.err;
  };
  EXPECT_EQ(complaint("--deployment a.json"),
            "leasecheck: a.json: /workers: expected an object, found 3\n");
  EXPECT_NE(complaint("--deployment b.json").find("b.json: "), std::string::npos);
  EXPECT_EQ(complaint("--deployment c.json"), "leasecheck: c.json: No such file or directory\n");
  EXPECT_EQ(complaint("--deployment " + example + " --workers 3"),
            "leasecheck: --workers: expected without --deployment\n");
  EXPECT_EQ(complaint("--deployment " + example + " --duration 1001h"),
            "leasecheck: --duration 3603600000ms: expected at most 1000h of virtual time\n");
  EXPECT_EQ(
      complaint("--deployment " + example + " --sweep ttl=1s,2s"),
      "leasecheck: --sweep ttl=1000ms: /leases/heartbeat: expected less than nine tenths of "
      "the ttl of 1000ms, found 10000ms: a job is asked to stop a tenth of the ttl before its "
      "lease ends\n");
  EXPECT_EQ(
      complaint("--deployment " + example + " --sweep gruce=1s,2s"),
      "leasecheck: --sweep gruce=1s,2s: expected ttl=, grace= or heartbeat= and values, as in "
      "grace=1s..60s or grace=1s,2s,5s\n");
  EXPECT_NE(complaint("--sweep grace=1s,2s").find("requires --deployment"), std::string::npos);
}

// Values that the schema can tell from others: how long a string is that names a duration it
// cannot.
std::vector<Json> values() {
  std::vector<Json> all;
  for (const char* json : {"null",
                           "true",
                           "0",
                           "1",
                           "-1",
                           "1.5",
                           "1000",
                           "1001",
                           "100000",
                           "4000000000000",
                           "\"\"",
                           "\"30s\"",
                           "\"100s\"",
                           "\"30 s\"",
                           "\"030s\"",
                           "\"30\"",
                           "\"-30s\"",
                           "\"30S\"",
                           "\"0s\"",
                           "\"x\"",
                           "[]",
                           "{}",
                           "[1, 2]",
                           R"(["1s", "2s"])",
                           R"(["1s"])",
                           R"({"x": 1})",
                           R"({"percentiles": {"100": "2s"}})",
                           R"({"percentiles": {"0": 1, "9.5": 1, "100": "2s"}})",
                           R"({"percentiles": {"09": 1, "100": "2s"}})",
                           R"({"percentiles": {"101": 1, "100": 2}})",
                           R"({"percentiles": {"50": "x", "100": 1}})",
                           R"({"percentiles": {"9.55": 1, "100": 2}})",
                           R"({"percentiles": {"50": "2s"}})",
                           R"({"weights": [[1, "2s"], [3, 5]]})",
                           R"({"weights": [[0, "2s"]]})",
                           R"({"weights": []})",
                           R"({"weights": [[1, "2s"]], "percentiles": {"100": 1}})",
                           "\"retry\"",
                           "\"spread\"",
                           "\"exponential\"",
                           "\"repository_unavailable\"",
                           R"([{"attempts": 1, "per": "1h"}])",
                           R"([{"attempts": 1}])",
                           R"({"m1_": {"arrivals": [{"attempts": 1, "per": "1h"}], "work": 1}})",
                           R"({"M1": {"arrivals": [{"attempts": 1, "per": "1h"}], "work": 1}})"}) {
    all.push_back(Json::parse(json));
  }
  return all;
}

void add_changes(const Json& part, const std::string& pointer, std::vector<Json>& all) {
  // What these may be depends on others.
  for (const char* of_others : {"/arrivals/0/from", "/maintenance/0/every", "/leases/heartbeat"}) {
    if (pointer.ends_with(of_others)) return;
  }
  for (const Json& value : values()) {
    // Durations with a least length of their own.
    const bool is_short = value == Json(0) || value == Json(1) || value == Json("0s") ||
                          value == Json(1000) || value == Json(1001);
    if (is_short &&
        (pointer.ends_with("/ttl") || pointer.ends_with("/every") || pointer.ends_with("/per"))) {
      continue;
    }
    const bool is_long = value == Json("30s") || value == Json("100s") || value == Json(100000);
    if (is_long && pointer == "/maintenance/0/for") continue;
    Json document = whole();
    document[Json::json_pointer(pointer)] = value;
    all.push_back(std::move(document));
  }
  // What is in a table has to fit together.
  const bool is_table = pointer.ends_with("/delay") || pointer.ends_with("/restart") ||
                        pointer.ends_with("/percentiles");
  if (!part.is_structured() || is_table) return;
  for (const auto& [name, inner] : part.items()) {
    if (part.is_object()) {
      Json document = whole();
      document[Json::json_pointer(pointer)].erase(name);
      all.push_back(document);
      document[Json::json_pointer(pointer)]["colour"] = 1;
      all.push_back(std::move(document));
    }
    add_changes(inner, pointer + "/" + name, all);
  }
}

TEST(DeploymentSchema, SaysOfEveryFileWhatItsReaderDoes) {
  std::vector<Json> all{whole()};
  add_changes(whole(), "", all);
  Json cases = Json::array();
  std::size_t accepted = 0;
  for (const Json& document : all) {
    const bool is_valid = deployment_from_json(document).has_value();
    accepted += is_valid ? 1 : 0;
    cases.push_back({document, is_valid});
  }
  EXPECT_GT(accepted, 100U);
  EXPECT_GT(cases.size() - accepted, 1000U);
  cases.push_back({Json::parse(testing::text_of(example)), true});
  const Workplace place;
  place.write("cases.json", cases.dump());
  const std::string command =
      LEASECHECK_PYTHON
      " -c 'import json, sys\n"
      "from jsonschema import Draft202012Validator as Validator\n"
      "cases, schema = (json.load(open(file)) for file in sys.argv[1:])\n"
      "Validator.check_schema(schema)\n"
      "validator = Validator(schema)\n"
      "other = [case for case in cases if validator.is_valid(case[0]) != case[1]]\n"
      "print(*(json.dumps(case) for case in other), sep=\"\\n\", file=sys.stderr)\n"
      "sys.exit(len(other) > 0)' " +
      (place / "cases.json").string() +
      " " LEASECHECK_ROOT "/cli/deployment/deployment.schema.json";
  EXPECT_EQ(std::system(command.c_str()), 0);
}

// The same seeds give the same bytes, however many processes run them.
TEST(Deployment, GivesTheSameBytesForAnyNumberOfJobs) {
  const Workplace place;
  const std::string command =
      "simulate --backend memory --duration 20m --seeds 1..3 --json --deployment " + example;
  const Ended one = place.run(command + " --jobs 1 --plot one.svg");
  const Ended two = place.run(command + " --jobs 2 --plot two.svg --check-determinism");
  EXPECT_EQ(one.exit_code, 0) << one.err << one.out;
  EXPECT_EQ(one.out, two.out);
  EXPECT_EQ(testing::text_of(place / "one.svg"), testing::text_of(place / "two.svg"));
  EXPECT_NE(testing::text_of(place / "one.svg"), "");
}

TEST(Sweep, TakesUpToNineValuesFromOneEndToTheOther) {
  const auto in_ms = [](const std::string& text) {
    std::vector<std::int64_t> all;
    for (const Duration value : parse_sweep(text).values) all.push_back(value.count());
    return all;
  };
  EXPECT_EQ(in_ms("grace=1s..256s"), (std::vector<std::int64_t>{1000, 2000, 4000, 8000, 16'000,
                                                                32'000, 64'000, 128'000, 256'000}));
  EXPECT_EQ(in_ms("grace=1s..60s"), (std::vector<std::int64_t>{1000, 2000, 3000, 5000, 8000, 13'000,
                                                               22'000, 36'000, 60'000}));
  EXPECT_EQ(in_ms("ttl=12s..30s"), (std::vector<std::int64_t>{12'000, 20'000, 30'000}));
  EXPECT_EQ(in_ms("ttl=5s,1s,5s"), (std::vector<std::int64_t>{1000, 5000}));
  EXPECT_EQ(parse_sweep("heartbeat=1s").what, Swept::heartbeat);
  for (const char* wrong : {"grace", "grace=", "grace=5s..1s", "grace=0ms..1s", "grace=1s,,2s",
                            "grace=1s..", "=1s", "poll=1s"}) {
    EXPECT_THROW(static_cast<void>(parse_sweep(wrong)), Stop) << wrong;
  }
}

/// Always at work, by clocks up to ten seconds apart, with heartbeats that leave five seconds of a
/// lease.
Json skewed() {
  return Json::parse(R"({
    "duration": "1h",
    "workers": {"count": 4, "concurrency": 2},
    "leases": {"ttl": "30s", "grace": "1s", "heartbeat": "25s"},
    "reapers": {"count": 2, "every": "1s"},
    "clocks": {"offset": "5s"},
    "jobs": {"job": {"arrivals": [{"attempts": 4, "per": "5m"}], "work": "10m"}}
  })");
}

// What a sweep says of a value is what `margin` says of it, and what was seen of it is no other.
TEST(Sweep, AgreesWithTheMargin) {
  const Workplace place;
  place.write("skewed.json", skewed().dump());
  const Ended ended = place.run(
      "simulate --backend memory --deployment skewed.json --sweep grace=1s,3s,20s --json "
      "--seeds 1..2");
  ASSERT_EQ(ended.exit_code, 0) << ended.err;
  std::size_t within = 0;
  std::size_t seen = 0;
  const Json document = Json::parse(ended.out);
  for (const Json& value : document.at("values")) {
    const std::int64_t grace = value.at("value_ms");
    const Ended searched =
        place.run("margin --ttl 30s --heartbeat 25s --messages 0 --json --grace " +
                  std::to_string(grace) + "ms");
    const std::int64_t margin = Json::parse(searched.out).at("margin_ms");
    EXPECT_EQ(value.at("margin_ms"), margin);
    EXPECT_EQ(value.at("widest_skew_ms"), 10'000);
    EXPECT_EQ(value.at("within_margin"), margin >= 10'000) << grace;
    const std::uint64_t believed_twice = value.at("deployment").at("believed_twice");
    if (value.at("within_margin")) {
      ++within;
      EXPECT_EQ(believed_twice, 0U) << grace;
    } else if (believed_twice > 0) {
      ++seen;
    }
  }
  EXPECT_EQ(within, 1U);
  EXPECT_GT(seen, 0U) << "beyond the margin nothing was seen, so within it nothing was shown";
}

// The least backoff of what times out and is retried counts as well, and both ways together survive
// no less than the worse of them alone.
TEST(Sweep, KnowsTheMarginOfTimeouts) {
  Json json = skewed();
  json["leases"] = {{"ttl", "100ms"}, {"grace", "100ms"}, {"heartbeat", "50ms"}};
  Json& job = json["jobs"]["job"];
  job["timeout"] = "100ms";
  job["retry_policy"] = {{"backoff", "50ms"}, {"max_retries", 3}};
  EXPECT_EQ(margin_of(*deployment_from_json(json)), Duration{50});
  const Ended searched = Workplace().run(
      "margin --ttl 100ms --grace 100ms --heartbeat 50ms --backoff 50ms --timeout 100ms "
      "--messages 0 --json");
  EXPECT_EQ(Json::parse(searched.out).at("margin_ms"), 50);
  job["on_timeout"] = "fail";
  EXPECT_EQ(margin_of(*deployment_from_json(json)), Duration{101});
}

TEST(Share, IsRoundedDown) {
  EXPECT_EQ(percent(share_of(0, 0)), "0.00 %");
  EXPECT_EQ(percent(share_of(1, 3)), "33.33 %");
  EXPECT_EQ(percent(share_of(5, 7'205)), "0.06 %");
  EXPECT_EQ(percent(share_of(3, 3)), "100.00 %");
}

}  // namespace
}  // namespace leasecheck::cli
