// What the program prints and how it ends, command line by command line, against tests/golden/cli.
// LEASECHECK_UPDATE_GOLDEN=1 in the environment writes the files anew.
#include "tests/support/golden.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <utility>

#include "tests/support/program.hpp"

namespace leasecheck::cli {
namespace {

using testing::Ended;
using testing::Workplace;

/// One file: commands that are run one after the other in one directory.
struct Session {
  std::string name;
  std::vector<std::string> commands;
  /// Whether a budget of time decides how much is simulated.
  enum class Work : std::uint8_t { fixed, timed } work = Work::fixed;
};

void PrintTo(const Session& session, std::ostream* out) {
  *out << session.name;
}

/// Takes out what differs between machines, runs and releases.
std::string masked(std::string text, const Session& session, const Workplace& place) {
  std::vector<std::pair<std::string, std::string>> masks{
      {LEASECHECK_ROOT, "ROOT"},
      {(place / "").string(), "HERE/"},
      {R"((leasecheck"?:? "?)\d+\.\d+\.\d+)", "$1VERSION"},
      {R"(\d+\.\d+ s\b)", "TIME s"},
      {R"re(("(?:median_)?seconds": )[-+.e\d]+)re", "$1TIME"},
      {R"re(("bytes_per_state": )[-+.e\d]+)re", "$1BYTES"},
      {R"([\d.]+ bytes)", "BYTES bytes"},
      // The default is the number of cores.
      {R"((--jobs N )\[\d+\]( +Threads))", "$1[CORES]$2"}};
  if (session.work == Session::Work::timed) {
    masks.emplace_back(" +TIME s", " TIME s");
    masks.emplace_back(R"(\n(simulation +\w+ TIME s) [^\n]*)", "\n$1 …");
    masks.emplace_back(R"(\n(never \w+|not promised) [^\n]*)", "");
  }
  for (const auto& [pattern, replacement] : masks) {
    text = std::regex_replace(text, std::regex(pattern), replacement);
  }
  return text;
}

class GoldenCommandLine : public ::testing::TestWithParam<Session> {};

TEST_P(GoldenCommandLine, PrintsWhatItDid) {
  const Workplace place;
  std::string text;
  for (const std::string& command : GetParam().commands) {
    const Ended ended = place.run(command);
    text += "$ leasecheck " + command + "\n" + ended.out;
    if (!ended.err.empty()) text += "--- standard error\n" + ended.err;
    text += "--- exit code " + std::to_string(ended.exit_code) + "\n";
  }
  tests::expect_golden("cli/" + GetParam().name + ".txt", masked(text, GetParam(), place));
}

std::vector<Session> helps() {
  std::vector<Session> sessions{{"help", {"--help"}}};
  for (const std::string command :
       {"campaign", "check", "conform", "crash", "explore", "graph", "interleave", "margin",
        "museum", "mutants", "new-adapter", "profile", "replay", "shrink", "simulate", "version"}) {
    std::string name = "help_" + command;
    std::ranges::replace(name, '-', '_');
    sessions.push_back({std::move(name), {command + " --help"}});
  }
  sessions.push_back({"help_graph_diff", {"graph diff --help"}});
  for (const std::string action : {"enqueue", "work", "report"}) {
    sessions.push_back({"help_campaign_" + action, {"campaign " + action + " --help"}});
  }
  return sessions;
}

const std::string corpus = LEASECHECK_ROOT "/traces/corpus/";
const std::string shortened = corpus + "heartbeat_shortens_lease.jsonl";

const std::string on_a_disk = corpus + "storage/ack_not_durable.jsonl";

const std::vector<std::string> refused{"",
                                       "chock",
                                       "simulate --sedes 1..2",
                                       "simulate --seeds 5..1",
                                       "simulate --shard 3/2",
                                       "simulate --budget 30",
                                       "simulate --faults thunder",
                                       "simulate --backend oracle",
                                       "simulate --mutant nobody --backend memory",
                                       "simulate --backend memory --processes 2",
                                       "simulate --deployment no-such.json",
                                       "simulate --sweep grace=1s..60s",
                                       "check --corpus no-such-directory",
                                       "check --attempts 9",
                                       "replay no-such.jsonl",
                                       "crash --case moon/reap",
                                       "interleave --schedule 0*3",
                                       "graph --format crayon",
                                       "explore --workers 5",
                                       "margin --ttl 30s",
                                       "museum --technique nothing"};

std::vector<std::string> runs_of_a_deployment() {
  const std::string of_the_example = "simulate --backend memory --deployment " LEASECHECK_ROOT
                                     "/examples/deployment/deployment.json";
  return {of_the_example + " --duration 6h", of_the_example + " --duration 1h --sweep grace=5s,10s",
          of_the_example + " --duration 10m --sweep ttl=30s --json"};
}

std::vector<Session> runs() {
  return {
      {"version", {"version", "version --json"}},
      {"simulate_held",
       {"simulate --backend memory --seeds 1..3", "simulate --backend memory --seeds 1..3 --json"}},
      {"simulate_violated",
       {"simulate --mutant heartbeat_shortens_lease --seeds 1..12", "replay seed-6.min.jsonl",
        "replay --backend sqlite seed-6.min.jsonl",
        "simulate --mutant heartbeat_shortens_lease --seeds 1..12 --keep-going --trace none",
        "simulate --mutant heartbeat_shortens_lease --seeds 6 --json"}},
      {"simulate_processes",
       {"simulate --processes 2 --seeds 1..2 --faults none,",
        "simulate --processes 2 --seeds 1..2 --faults none",
        "simulate --processes 3 --seeds 1..2"}},
      {"simulate_deployment", runs_of_a_deployment()},
      {"conform_held",
       {"conform --backend memory --workers 1 --attempts 1",
        "conform --backend memory --workers 1 --attempts 1 --json"}},
      {"conform_violated",
       {"conform --mutant version_restarts --workers 1 --attempts 1", "replay conform.min.jsonl"}},
      {"profile",
       {"profile --backend memory --workers 1",
        "profile --mutant heartbeat_keeps_version --workers 1",
        "profile --mutant heartbeat_keeps_version --workers 1 --json"}},
      {"crash",
       {"crash --case leased/ack_completed", "crash --case leased/ack_completed --json",
        "crash --mutant ack_not_durable --case leased/ack_completed",
        "crash --mutant ack_not_durable --case leased/ack_completed --json",
        "replay crash-leased-ack_completed.jsonl"}},
      {"interleave",
       {"interleave --case leased/heartbeat+reap", "interleave --case leased/heartbeat+reap --json",
        "interleave --mutant reaps_by_id --case leased/heartbeat+reap"}},
      {"replay",
       {"replay " + shortened, "replay --backend memory " + shortened,
        "replay --backend memory --json " + shortened}},
      {"shrink",
       {"simulate --mutant heartbeat_shortens_lease --seeds 6 --json",
        "shrink seed-6.jsonl -o a.jsonl", "shrink seed-6.jsonl -o b.jsonl --json",
        "explain a.jsonl", "shrink " + on_a_disk, "shrink seed-6.jsonl --backend memory",
        "shrink no-such.jsonl"}},
      {"explore_held", {"explore --messages 0", "explore --messages 0 --symmetry --json"}},
      {"explore_violated",
       {"explore --messages 0 --mutant version_restarts",
        "explore --messages 0 --mutant version_restarts --json"}},
      {"explore_inconclusive", {"explore --depth 5"}},
      {"margin",
       {"margin --ttl 4ms --grace 4ms --heartbeat 2ms --messages 0",
        "margin --ttl 4ms --grace 4ms --heartbeat 2ms --messages 0 --json"}},
      {"graph", {"graph --format tsv", "graph --lens worker"}},
      {"museum",
       {"museum --only reap_ignores_grace --samples 1 --technique simulation",
        "museum --only reap_ignores_grace --samples 1 --technique simulation --json",
        "museum --only backoff_overflows --technique plain --samples 1 --most-runs 1"}},
      {"check_held", {"check --backend memory --budget 10m --seeds 1..3"}, Session::Work::timed},
      {"check_violated",
       {"check --mutant heartbeat_shortens_lease --budget 10m"},
       Session::Work::timed},
      {"errors", refused}};
}

const auto name_of = [](const auto& info) { return info.param.name; };
INSTANTIATE_TEST_SUITE_P(Help, GoldenCommandLine, ::testing::ValuesIn(helps()), name_of);
INSTANTIATE_TEST_SUITE_P(Run, GoldenCommandLine, ::testing::ValuesIn(runs()), name_of);

}  // namespace
}  // namespace leasecheck::cli
