// The schema of the handshake says of every answer what its reader does.

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "sim/subject/profile.hpp"
#include "tests/support/temporary_directory.hpp"

namespace leasecheck::sim {
namespace {

using traces::Json;

Json hello() {
  Json answer{{"name", "mine"}, {"version", "1"}, {"protocol", 1}};
  answer["operations"] = {"reset", "enqueue_attempt", "list_dispatchable_attempts", "upsert_lease"};
  return answer;
}

/// Values of every kind, and every word that any field takes.
std::vector<Json> values() {
  std::vector<Json> all{nullptr,
                        true,
                        false,
                        1,
                        0,
                        64,
                        65,
                        -1,
                        "",
                        "x",
                        Json::array(),
                        Json::object(),
                        Json::array({1}),
                        Json::array({"x"}),
                        {{"x", 1}}};
  for (const char* word :
       {"ready_fifo", "attempt_id", "enqueue_fifo", "requeue_first", "none", "higher_first",
        "lower_first", "compared", "refused", "ignored", "raise", "set", "accepted",
        "lease_and_worker", "lease", "worker", "anyone", "same"}) {
    all.emplace_back(word);
  }
  return all;
}

Json hello_with(const char* field, Json value) {
  Json answer = hello();
  answer[field] = std::move(value);
  return answer;
}

void add_every_value(std::vector<Json>& all) {
  for (const Json& value : values()) {
    for (const char* field : {"name", "version", "protocol", "operations", "durable", "processes",
                              "yields", "dispatch_order", "priorities", "known_id", "lease", "ack",
                              "absent", "deviations", "colour"}) {
      all.push_back(hello_with(field, value));
    }
    for (const char* field : {"heartbeat", "late_holder", "length"}) {
      all.push_back(hello_with("lease", {{field, value}}));
    }
    for (const char* field : {"holder", "repeat", "stale", "length"}) {
      all.push_back(hello_with("ack", {{field, value}}));
    }
  }
}

void add_every_absence(std::vector<Json>& all) {
  for (const char* record : {"attempt", "lease", "dead_letter", "dispatch", "spec", "run"}) {
    for (const char* field : {"attempt_id",
                              "run_id",
                              "lease_id",
                              "worker_id",
                              "tenant_id",
                              "attempt_no",
                              "status",
                              "priority",
                              "ready_at",
                              "retry_at",
                              "started_at",
                              "delivery_count",
                              "version",
                              "finished_at",
                              "lease_expires_at",
                              "heartbeat_at",
                              "execution_deadline",
                              "reason",
                              "dead_at",
                              "not_before",
                              "timeout",
                              "on_timeout",
                              "retry_policy",
                              "max_deliveries",
                              "on_timeout=retry",
                              "on_timeout=fail",
                              "on_timeout=cancel",
                              "on_timeout=x"}) {
      all.push_back(hello_with("absent", Json::array({std::string(record) + "." + field})));
    }
  }
  Json no_value{"spec.on_timeout=retry", "spec.on_timeout=fail", "spec.on_timeout=cancel"};
  all.push_back(hello_with("absent", no_value));
  no_value.push_back("spec.on_timeout");
  all.push_back(hello_with("absent", no_value));
}

void add_missing_operations(std::vector<Json>& all) {
  for (std::size_t i = 0; i < hello()["operations"].size(); ++i) {
    Json without = hello();
    without["operations"].erase(i);
    all.push_back(without);
    without["operations"].push_back("claim_attempts");
    all.push_back(without);
  }
}

std::vector<Json> handshakes() {
  std::vector<Json> all{hello(), Json::object(), Json::array(), nullptr, "hello"};
  add_every_value(all);
  add_every_absence(all);
  add_missing_operations(all);
  for (const char* deviation : {"no_delivery_count", "lease_version_restarts", "ack_by_attempt"}) {
    all.push_back(hello_with("deviations", Json::array({deviation})));
  }
  return all;
}

TEST(HandshakeSchema, SaysOfEveryHandshakeWhatItsReaderDoes) {
  const tests::TemporaryDirectory directory;
  const std::string file = directory.path() / "handshakes.json";
  Json cases = Json::array();
  std::size_t accepted = 0;
  for (const Json& handshake : handshakes()) {
    const bool is_valid = profile_from_json(handshake).has_value();
    accepted += is_valid ? 1 : 0;
    cases.push_back({handshake, is_valid});
  }
  EXPECT_GT(accepted, 50U);
  EXPECT_GT(cases.size() - accepted, 200U);
  std::ofstream(file) << cases.dump();
  const std::string command =
      LEASECHECK_PYTHON
      " -c 'import json, sys\n"
      "from jsonschema import Draft202012Validator as Validator\n"
      "cases, schema = (json.load(open(file)) for file in sys.argv[1:])\n"
      "Validator.check_schema(schema)\n"
      "other = [case for case in cases if Validator(schema).is_valid(case[0]) != case[1]]\n"
      "print(*(json.dumps(case) for case in other), sep=\"\\n\", file=sys.stderr)\n"
      "sys.exit(len(other) > 0)' " +
      file + " " LEASECHECK_HANDSHAKE_SCHEMA;
  EXPECT_EQ(std::system(command.c_str()), 0);
}

}  // namespace
}  // namespace leasecheck::sim
