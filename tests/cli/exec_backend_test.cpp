// Programs as backends, from the command line.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "tests/support/program.hpp"

namespace leasecheck::cli {
namespace {

using testing::Ended;
using testing::Workplace;

std::string backend(const std::string& program) {
  return " --backend 'exec:" + program + "' ";
}

std::string python(const std::string& arguments) {
  return backend(LEASECHECK_PYTHON " " LEASECHECK_PYTHON_SUBJECT " " + arguments);
}

std::string shared(const std::string& arguments) {
  return backend(LEASECHECK_PYTHON " " LEASECHECK_SHARED_SUBJECT " " + arguments);
}

bool says(const Ended& ended, const std::string& text) {
  return ended.out.find(text) != std::string::npos;
}

TEST(ExecBackend, ADefectIsNamedByItsRuleAndItsTraceReplays) {
  const Workplace place;
  const std::string defective = python("--defect version_restarts");
  const Ended simulated = place.run("simulate --seeds 1..20 --trace none" + defective);
  EXPECT_EQ(simulated.exit_code, 1) << simulated.out << simulated.err;
  EXPECT_TRUE(says(simulated, "violated monotonic_versions")) << simulated.out;
  const Ended toured = place.run("conform --attempts 1" + defective);
  EXPECT_EQ(toured.exit_code, 1) << toured.out << toured.err;
  EXPECT_EQ(place.run("replay conform.jsonl" + defective).exit_code, 1)
      << "on the backend that it was found on";
  EXPECT_EQ(place.run("replay conform.jsonl --backend memory").exit_code, 0);
}

TEST(ExecBackend, WhatASubjectDoesOtherwiseIsListed) {
  const Workplace place;
  const Ended restarts =
      place.run("simulate --seeds 1" + python("--variant lease_version_restarts"));
  EXPECT_EQ(restarts.exit_code, 0) << restarts.out << restarts.err;
  EXPECT_TRUE(says(restarts, "not promised")) << restarts.out;
  const Ended required = place.run("simulate --seeds 1" + python("--variant required_only"));
  EXPECT_EQ(required.exit_code, 0) << required.out << required.err;
  EXPECT_TRUE(says(required, "skipped")) << required.out;
}

// A subject that takes acks from whoever shows the lease and does not say so, as a team's first
// adapter does.
TEST(ExecBackend, WhatAHandshakeConcealsIsListedDifferenceByDifference) {
  const Workplace place;
  place.write("concealing.py",
              "import json, sys\n"
              "sys.path.insert(0, '" LEASECHECK_ROOT
              "/tests/subjects/python')\n"
              "import subject, variants\n"
              "variants.ack_by_lease.announcement = {}\n"
              "served = subject.Subject(variants.ack_by_lease())\n"
              "for line in sys.stdin:\n"
              "    request = json.loads(line)\n"
              "    print(json.dumps({'id': request['id']} | served.answer(request)), flush=True)\n"
              "    if served.is_over: break\n");
  const std::string concealing = backend(LEASECHECK_PYTHON " concealing.py");
  const Ended ended = place.run("profile --workers 2 --json" + concealing);
  EXPECT_EQ(ended.exit_code, 1) << ended.out << ended.err;
  const auto document = nlohmann::json::parse(ended.out, nullptr, false);
  ASSERT_FALSE(document.is_discarded()) << ended.out;
  std::set<std::string> messages;
  for (const auto& difference : document["differences"]) {
    messages.insert(difference["status"].get<std::string>() +
                    difference["message"].get<std::string>());
  }
  EXPECT_GT(messages.size(), 1U);
  EXPECT_EQ(messages.size(), document["differences"].size()) << ended.out;
  for (const auto& difference : document["differences"]) {
    EXPECT_TRUE(difference["operation"] == "ack_attempt" ||
                difference["operation"] == "ack_attempts")
        << difference;
    const std::string trace = difference["trace"];
    EXPECT_EQ(place.run("replay " + trace + concealing).exit_code, 1) << difference;
  }
  EXPECT_EQ(document["proposal"]["handshake"].dump(), R"({"ack":{"holder":"lease"}})");
  EXPECT_EQ(document["proposal"]["left"].size(), 0U) << document["proposal"];
  EXPECT_EQ(place.run("profile --workers 1 --budget 10m" + python("")).exit_code, 0);
}

TEST(ExecBackend, ProcessesAreInterleavedAndWhatIsWrongReplays) {
  const Workplace place;
  const std::string defective = shared("--defect two_claims");
  const Ended found = place.run("interleave --case queued/claim+claim" + defective);
  EXPECT_EQ(found.exit_code, 1) << found.out << found.err;
  EXPECT_TRUE(says(found, "violated")) << found.out;
  const std::string trace = "interleave-queued-claim+claim.jsonl";
  EXPECT_EQ(place.run("replay " + trace + defective).exit_code, 1);
  EXPECT_EQ(place.run("replay " + trace + shared("")).exit_code, 0);
  const Ended held = place.run("interleave --case queued/claim+claim" + shared(""));
  EXPECT_EQ(held.exit_code, 0) << held.out << held.err;
}

TEST(ExecBackend, CasesThatAreNotBegunAreInconclusive) {
  const Workplace place;
  const std::string refusing = shared("--refuse start_attempt");
  const Ended ended = place.run("interleave --case running/heartbeat+reap" + refusing);
  EXPECT_EQ(ended.exit_code, 3) << ended.out << ended.err;
  EXPECT_TRUE(says(ended,
                   "1 case was not begun: on the way to running start_attempt is answered "
                   "otherwise than by the model; `leasecheck conform` says how"))
      << ended.out;
  const std::string defective = shared("--defect lost_update");
  const std::string trace = "interleave-running-heartbeat+cancel.jsonl";
  ASSERT_EQ(place.run("interleave --case running/heartbeat+cancel" + defective).exit_code, 1);
  EXPECT_EQ(place.run("replay " + trace + refusing).exit_code, 3);
}

TEST(ExecBackend, WhatCannotBeInterleavedIsWrongUsage) {
  const Workplace place;
  for (const std::string& arguments :
       {shared("--without-yields"), python(""), std::string(" --backend memory"),
        shared("") + "--mutant reaps_by_id", shared("") + "--checkpoint-pages 1"}) {
    const Ended ended = place.run("interleave --case queued/claim+claim" + arguments);
    EXPECT_EQ(ended.exit_code, 2) << arguments << ended.out << ended.err;
  }
}

TEST(ExecBackend, SeveralProcessesHaveAStressTestAfterEachSeed) {
  const Workplace place;
  const std::string four = "simulate --processes 4 --seeds 1..2 --trace none --check-determinism ";
  for (const char* arguments : {"", "--without-yields"}) {
    const Ended held = place.run(four + "--json" + shared(arguments));
    EXPECT_EQ(held.exit_code, 0) << arguments << held.out << held.err;
    const auto document = nlohmann::json::parse(held.out, nullptr, false);
    ASSERT_FALSE(document.is_discarded()) << held.out;
    EXPECT_EQ(document["rounds"], 80) << "40 of each seed";
  }
  const Ended found = place.run("simulate --processes 4 --seeds 1..20 --trace none" +
                                shared("--defect two_claims"));
  EXPECT_EQ(found.exit_code, 1) << found.out << found.err;
  EXPECT_TRUE(says(found, "violated linearizable")) << found.out;
  const Ended varies = place.run(four + shared("--misbehave yields_by_chance"));
  EXPECT_EQ(varies.exit_code, 4) << varies.out << varies.err;
  EXPECT_TRUE(says(varies, "not deterministic: its stress test went another way in round"))
      << varies.out;
}

TEST(ExecBackend, ACheckNamesTheCommandThatInterleavesIt) {
  const Workplace place;
  const Ended ended =
      place.run("check --budget 10m --seeds 1" +
                backend(std::string(LEASECHECK_MISBEHAVING_SUBJECT) + " early_exit"));
  const std::string command =
      "leasecheck interleave --backend 'exec:" + std::string(LEASECHECK_MISBEHAVING_SUBJECT) +
      " early_exit'";
  EXPECT_TRUE(
      says(ended, "a command of its own does it, for a program with yield points, " + command))
      << ended.out;
}

TEST(ExecBackend, ATourWhoseBudgetIsSpentIsInconclusive) {
  const Workplace place;
  for (const std::string& backend : {python(""), std::string(" --backend memory")}) {
    const Ended ended = place.run("conform --budget 1ms" + backend);
    EXPECT_EQ(ended.exit_code, 3) << ended.out << ended.err;
    EXPECT_TRUE(says(ended, "the time that was given was over before the tours were")) << ended.out;
    EXPECT_TRUE(says(ended, "transitions: the tours ended before them")) << ended.out;
  }
}

TEST(ExecBackend, ABrokenSubjectIsReportedApartWithItsLastRequest) {
  const Workplace place;
  for (const char* way : {"silence", "garbage", "wrong_id", "early_exit", "long_line"}) {
    const Ended ended = place.run("simulate --seeds 1 --subject-timeout 300ms" +
                                  backend(std::string(LEASECHECK_MISBEHAVING_SUBJECT " ") + way));
    EXPECT_EQ(ended.exit_code, 4) << way << ended.out << ended.err;
    EXPECT_TRUE(says(ended, "the last request was {\"id\":")) << way << ended.out;
  }
}

}  // namespace
}  // namespace leasecheck::cli
