#include "sim/subject/profile.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "properties/property.hpp"

namespace leasecheck::sim {
namespace {

using traces::Json;

Json hello() {
  return {{"name", "mine"},
          {"version", "1.4"},
          {"protocol", 1},
          {"operations",
           {"reset", "enqueue_attempt", "list_dispatchable_attempts", "upsert_lease",
            "heartbeat_lease", "expire_leases_and_requeue", "latest_seq_for_run"}}};
}

std::string refusal(const char* field, Json value) {
  Json answer = hello();
  answer[field] = std::move(value);
  const auto profile = profile_from_json(answer);
  return profile ? "accepted" : profile.error();
}

TEST(Profile, OfAMinimalSubjectHasTheDefaults) {
  const auto profile = profile_from_json(hello());
  ASSERT_TRUE(profile.has_value()) << profile.error();
  EXPECT_EQ(profile->name, "mine");
  EXPECT_FALSE(profile->durable);
  EXPECT_EQ(profile->variant, model::Variant{});
  EXPECT_TRUE(profile->offers("upsert_lease"));
  EXPECT_FALSE(profile->offers("snapshot"));
  EXPECT_EQ(missing_operations(*profile).size(), 24U);
  const auto phrases = not_promised_in_words(*profile);
  ASSERT_EQ(phrases.size(), 1U);
  EXPECT_TRUE(phrases.front().starts_with("no snapshot: ")) << phrases.front();
}

TEST(Profile, AllThatIsAbsentIsOnePhrase) {
  Profile profile = whole_contract();
  profile.absent = {"attempt.ready_at", "attempt.version", "spec.timeout"};
  EXPECT_EQ(not_promised_in_words(profile),
            std::vector<std::string>{"absent: attempt.ready_at, attempt.version, spec.timeout"});
}

// Attempts get to their end by claims, heartbeats, reaps and acks, and need no other operation.
TEST(Profile, ProgressIsPromisedAsLongAsThereAreAcks) {
  Json answer = hello();
  EXPECT_TRUE(properties_not_promised(*profile_from_json(answer)).contains("progress"));
  answer["operations"].push_back("ack_attempt");
  EXPECT_FALSE(properties_not_promised(*profile_from_json(answer)).contains("progress"));
}

TEST(Profile, OfTheWholeContractMissesNothing) {
  EXPECT_TRUE(missing_operations(whole_contract()).empty());
  EXPECT_TRUE(properties_not_promised(whole_contract()).empty());
}

TEST(Profile, IgnoresWhatALaterVersionMayAdd) {
  Json answer = hello();
  answer["operations"].push_back("levitate");
  answer["colour"] = "blue";
  answer["durable"] = nullptr;
  const auto profile = profile_from_json(answer);
  ASSERT_TRUE(profile.has_value()) << profile.error();
  EXPECT_FALSE(profile->offers("levitate"));
}

TEST(Profile, SaysWhatIsWrongWithAHandshake) {
  EXPECT_EQ(refusal("protocol", 2), "protocol: expected 1, the version that was asked for");
  EXPECT_EQ(refusal("operations", Json::array({"reset"})),
            "operations: the required \"enqueue_attempt\" is not offered");
  EXPECT_EQ(refusal("operations", Json::array({"reset", "enqueue_attempt", "upsert_lease"})),
            "operations: nothing can be claimed; expected \"claim_attempts\", or "
            "\"list_dispatchable_attempts\" and \"upsert_lease\"");
  EXPECT_EQ(refusal("operations", "all"), "operations: expected an array");
  EXPECT_EQ(refusal("absent", Json::array({1})), "absent: expected an array of strings");
  EXPECT_EQ(refusal("absent", Json::array({"attempt.colour"})),
            "absent: \"attempt.colour\" is no field that may be absent");
  EXPECT_EQ(refusal("absent", Json::array({"attempt.attempt_id"})),
            "absent: \"attempt.attempt_id\" is no field that may be absent");
  EXPECT_EQ(refusal("deviations", Json::array({"everything"})),
            "deviations: \"everything\" is unknown to protocol version 1");
  EXPECT_EQ(refusal("dispatch_order", "random"),
            "dispatch_order: expected \"ready_fifo\", \"attempt_id\", \"enqueue_fifo\", "
            "\"requeue_first\" or \"none\", found \"random\"");
  EXPECT_EQ(refusal("priorities", 1),
            "priorities: expected \"higher_first\", \"lower_first\" or \"none\", found 1");
  EXPECT_EQ(refusal("ack", "anyone"), "ack: expected an object");
  EXPECT_EQ(refusal("ack", {{"holder", "nobody"}}),
            "ack.holder: expected \"lease_and_worker\", \"lease\", \"worker\" or \"anyone\", "
            "found \"nobody\"");
  EXPECT_EQ(refusal("lease", {{"length", 3}}), "lease.length is unknown to protocol version 1");
  EXPECT_EQ(refusal("durable", 1), "durable: expected true or false");
  EXPECT_EQ(refusal("absent", Json::array({"spec.on_timeout=retry", "spec.on_timeout=fail",
                                           "spec.on_timeout=cancel"})),
            "absent: no value of spec.on_timeout is left; name the field itself");
}

TEST(Profile, ADeviationTakesAlongTheFieldsThatItMakesMeaningless) {
  Json answer = hello();
  answer["deviations"] = {"no_delivery_count", "lease_version_restarts"};
  const auto profile = profile_from_json(answer);
  ASSERT_TRUE(profile.has_value()) << profile.error();
  EXPECT_EQ(profile->absent,
            (Names{"attempt.delivery_count", "attempt.finished_at", "attempt.version",
                   "run.latest_seq", "snapshot.version_floor", "spec.max_deliveries"}));
}

TEST(Profile, IsOfTheVariantThatItSays) {
  Json answer = hello();
  answer["dispatch_order"] = "requeue_first";
  answer["priorities"] = "lower_first";
  answer["known_id"] = "ignored";
  answer["lease"] = {{"heartbeat", "set"}, {"late_holder", "refused"}};
  answer["ack"] = {{"holder", "worker"}, {"repeat", "refused"}, {"stale", nullptr}};
  const auto profile = profile_from_json(answer);
  ASSERT_TRUE(profile.has_value()) << profile.error();
  const model::Variant expected{.order = model::DispatchOrder::requeue_first,
                                .priorities = model::Priorities::lower_first,
                                .known_id = model::KnownId::ignored,
                                .heartbeats = model::Heartbeats::set,
                                .late_holder = model::LateHolder::refused,
                                .ack_holder = model::AckHolder::worker,
                                .repeated_ack = model::RepeatedAck::refused,
                                .stale_ack = model::StaleAck::refused};
  EXPECT_EQ(profile->variant, expected);
}

TEST(Profile, NamesOnlyPropertiesThatExistAsNotPromised) {
  Profile profile = whole_contract();
  profile.variant = {.order = model::DispatchOrder::none,
                     .priorities = model::Priorities::none,
                     .known_id = model::KnownId::ignored,
                     .heartbeats = model::Heartbeats::set,
                     .late_holder = model::LateHolder::refused,
                     .ack_holder = model::AckHolder::anyone,
                     .repeated_ack = model::RepeatedAck::refused,
                     .stale_ack = model::StaleAck::ignored};
  profile.deviations = {Deviation::no_delivery_count, Deviation::lease_version_restarts};
  const Names names = properties_not_promised(profile);
  EXPECT_EQ(names.size(), 7U);
  for (const std::string& name : names) EXPECT_NE(properties::find_property(name), nullptr) << name;
  EXPECT_EQ(not_promised_in_words(profile).size(), 10U);
}

}  // namespace
}  // namespace leasecheck::sim
