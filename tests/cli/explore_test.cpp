// The commands that search: what they print, what they leave behind, how they end.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <nlohmann/json.hpp>
#include <thread>

#include "tests/support/program.hpp"

namespace leasecheck::cli {
namespace {

using testing::Ended;
using testing::Workplace;

nlohmann::json document_of(const Ended& ended) {
  auto document = nlohmann::json::parse(ended.out, nullptr, false);
  EXPECT_FALSE(document.is_discarded()) << ended.out << ended.err;
  return document;
}

/// The command that the last line names, without the program.
std::string last_command(const std::string& text) {
  const std::size_t end = text.find_last_not_of('\n');
  const std::size_t begin = text.rfind('\n', end) + 1;
  const std::string line = text.substr(begin, end + 1 - begin);
  const std::string program = "leasecheck ";
  EXPECT_TRUE(line.starts_with(program)) << line;
  return line.substr(std::min(line.size(), program.size()));
}

void expect_contains(const std::string& text, std::initializer_list<const char*> words) {
  for (const char* word : words) {
    EXPECT_NE(text.find(word), std::string::npos) << "no \"" << word << "\" in: " << text;
  }
}

TEST(Explore, SearchesTheWholeSystemAndSaysWhatHeld) {
  const Workplace place;
  const Ended ended = place.run("explore");
  EXPECT_EQ(ended.exit_code, 0) << ended.out << ended.err;
  expect_contains(ended.out, {"system workers=2", "held: 16,953 states, 158,592 transitions",
                              "depth 26", "no_double_belief", "nothing_lost"});
  EXPECT_EQ(ended.err, "");
  EXPECT_EQ(place.size(), 0U) << "a search that holds leaves no file behind";
}

TEST(Explore, InJsonHasEveryFigure) {
  const auto document = document_of(Workplace().run("explore --messages 0 --symmetry --json"));
  EXPECT_EQ(document["verdict"], "held");
  EXPECT_EQ(document["symmetry"]["represented_states"], 210);
  EXPECT_EQ(document["symmetry"]["limit"], 2);
  EXPECT_LT(document["states"], 210);
  EXPECT_GT(document["transitions"], 0);
  EXPECT_EQ(document["depth"], 12);
  EXPECT_GT(document["seconds"], 0.0);
  EXPECT_GT(document["bytes_per_state"], 0.0);
  EXPECT_EQ(document["limit"], nullptr);
  EXPECT_GT(document["properties"].size(), 12U);
}

TEST(Explore, OfLeaseCoreCountsAsEveryCheckerDoes) {
  const auto document = document_of(
      Workplace().run("explore --model lease-core --workers 2 --attempts 2 --ttl 3 --grace 2 "
                      "--epochs 3 --jobs 2 --json"));
  EXPECT_EQ(document["verdict"], "held");
  EXPECT_EQ(document["states"], 48'484);
  EXPECT_EQ(document["transitions"], 273'280);
  EXPECT_EQ(document["depth"], 44);
}

TEST(Explore, PrintsWhatSymmetrySavesAgainstItsLimit) {
  const Ended ended = Workplace().run(
      "explore --model lease-core --workers 2 --attempts 3 --ttl 2 --grace 1 --epochs 2 "
      "--symmetry");
  EXPECT_EQ(ended.exit_code, 0) << ended.err;
  expect_contains(ended.out, {"of 385,424 states", "times fewer; limit 12"});
}

TEST(Explore, ADefectEndsWithTheCommandThatReplaysIt) {
  const Workplace place;
  const Ended found = place.run("explore --messages 0 --mutant version_restarts");
  EXPECT_EQ(found.exit_code, 1) << found.out << found.err;
  expect_contains(found.out, {"shortest counterexample to monotonic_versions", "4. w"});
  const std::string command = last_command(found.out);
  const Ended replayed = place.run(command);
  EXPECT_EQ(replayed.exit_code, 1) << replayed.out << replayed.err;
  expect_contains(replayed.out, {"violated monotonic_versions", "as recorded"});
  EXPECT_EQ(place.run(command + " --backend sqlite").exit_code, 0);
}

// What never happens cannot be replayed; it is told.
TEST(Explore, AnAttemptThatNeverEndsIsToldAsARunForEver) {
  const Workplace place;
  const Ended found = place.run("explore --messages 0 --progress --mutant reap_misses_unstarted");
  EXPECT_EQ(found.exit_code, 1) << found.out << found.err;
  expect_contains(found.out, {"shortest counterexample to progress", "for ever"});
  EXPECT_EQ(place.size(), 0U);
}

TEST(Explore, ClocksBeyondTheMarginAreViolatedOnTheRealBackend) {
  const Workplace place;
  const Ended found = place.run("explore --messages 0 --skew 1ms --reapers 0,2ms");
  EXPECT_EQ(found.exit_code, 1) << found.out << found.err;
  const Ended replayed = place.run(last_command(found.out) + " --backend sqlite");
  EXPECT_EQ(replayed.exit_code, 1) << replayed.out << replayed.err;
  expect_contains(replayed.out, {"violated no_double_belief"});
  EXPECT_EQ(place.run("explore --messages 0 --skew 1ms --reapers 0,1ms").exit_code, 0);
}

TEST(Explore, ALimitEndsAsInconclusive) {
  const Workplace place;
  const Ended memory = place.run("explore --memory 200kb --json");
  EXPECT_EQ(memory.exit_code, 3) << memory.out << memory.err;
  EXPECT_EQ(document_of(memory)["verdict"], "inconclusive");
  EXPECT_EQ(document_of(memory)["limit"], "memory");
  const Ended none = place.run("explore --memory 1");
  EXPECT_EQ(none.exit_code, 3) << none.out << none.err;
  expect_contains(none.out, {"0 states", " 0.0 bytes per state"});
  const Ended depth = place.run("explore --depth 5");
  EXPECT_EQ(depth.exit_code, 3) << depth.out << depth.err;
  expect_contains(depth.out, {"inconclusive", "--depth ended it"});
}

TEST(Explore, HashCompactionSaysTheOddsOfAnOmission) {
  const auto document = document_of(Workplace().run("explore --hash-bits 62 --json"));
  EXPECT_EQ(document["states"], 16'953);
  EXPECT_GT(document["omission_odds"], 0.0);
  EXPECT_LT(document["omission_odds"], 1e-9);
  for (const char* bits : {"1", "20"}) {
    const Ended few = Workplace().run(std::string("explore --hash-bits ") + bits);
    EXPECT_EQ(few.exit_code, 3) << few.out << few.err;
    expect_contains(few.out, {"inconclusive", "more --hash-bits are needed", "odds"});
  }
}

TEST(Explore, WritesWhatWasSearchedInEveryFormat) {
  const Workplace place;
  const std::string search = "explore --messages 0 --heartbeat 0 --lens beliefs --graph seen";
  for (const char* ending : {".mmd", ".dot", ".svg", ".graphml", ".aut", ".tsv", ".json"}) {
    const Ended ended = place.run(search + ending);
    EXPECT_EQ(ended.exit_code, 0) << ending << ended.err;
    const std::string text = testing::text_of(place / ("seen" + std::string(ending)));
    expect_contains(text, {"begin", "asks for"});
    ASSERT_EQ(place.run(search + ending + " --jobs 1").exit_code, 0);
    EXPECT_EQ(testing::text_of(place / ("seen" + std::string(ending))), text) << ending;
  }
}

TEST(Explore, TheWholeGraphHasTheCountsOfTheSearch) {
  const Workplace place;
  const Ended ended = place.run("explore --messages 0 --graph seen.aut");
  EXPECT_EQ(ended.exit_code, 0) << ended.err;
  expect_contains(ended.out, {"210 states, 1,636 transitions", "graph: seen.aut"});
  // One state and one transition more: where everything begins.
  EXPECT_TRUE(testing::text_of(place / "seen.aut").starts_with("des (0, 1637, 211)\n"));
}

TEST(Explore, RefusesToDrawWhatNobodyCouldRead) {
  const Workplace place;
  for (const char* file : {"seen.mmd", "seen.svg"}) {
    const Ended ended = place.run(std::string("explore --messages 0 --graph ") + file);
    EXPECT_EQ(ended.exit_code, 2) << file;
    expect_contains(ended.err, {"too large", "Use a lens"});
    EXPECT_EQ(place.size(), 0U);
  }
}

constexpr std::array long_search = {"explore",    "--model",  "lease-core", "--workers", "2",
                                    "--attempts", "3",        "--ttl",      "2",         "--grace",
                                    "1",          "--epochs", "3",          "--jobs",    "1"};

/// Starts the program itself, without a shell in between, and sends it the signal as soon as it has
/// saved its search. Returns: how it ended, as `waitpid` says it.
int status_after(int signal, const Workplace& place) {
  const pid_t child = ::fork();
  if (child == 0) {
    std::vector<const char*> words{LEASECHECK_PROGRAM};
    words.insert(words.end(), long_search.begin(), long_search.end());
    words.insert(words.end(), {"--checkpoint", "saved", "--checkpoint-states", "50000", nullptr});
    const int nowhere = ::open("/dev/null", O_RDWR);
    ::dup2(nowhere, STDOUT_FILENO);
    const bool is_there = ::chdir((place / ".").c_str()) == 0;
    if (is_there) ::execv(LEASECHECK_PROGRAM, const_cast<char**>(words.data()));
    ::_exit(127);
  }
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!std::filesystem::exists(place / "saved") && std::chrono::steady_clock::now() < patience) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  ::kill(child, signal);
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

void expect_same_end(const Workplace& place) {
  std::string search;
  for (const char* word : long_search) search += std::string(word) + " ";
  const auto resumed = document_of(place.run(search + "--json --resume saved"));
  EXPECT_EQ(resumed["verdict"], "held");
  EXPECT_EQ(resumed["states"], 2'450'452);
  EXPECT_EQ(resumed["transitions"], 18'891'974);
  EXPECT_EQ(resumed["depth"], 49);
}

// Without warning, somewhere in the middle.
TEST(Explore, ThatIsKilledHalfWayResumesAndEndsWithTheSameCounts) {
  const Workplace place;
  const int status = status_after(SIGKILL, place);
  ASSERT_TRUE(WIFSIGNALED(status)) << "it ended before it was killed";
  expect_same_end(place);
}

TEST(Explore, ThatIsInterruptedIsInconclusiveSavedAndResumed) {
  const Workplace place;
  const int status = status_after(SIGINT, place);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 3);
  expect_same_end(place);
}

// A graph takes more memory than the search: it is counted, and its want is said after the verdict.
TEST(Explore, AGraphThatDoesNotFitIsNotWritten) {
  const Workplace place;
  const Ended ended = place.run("explore --memory 6MiB --graph seen.aut");
  EXPECT_EQ(ended.exit_code, 3) << ended.out << ended.err;
  expect_contains(ended.out, {"held: 16,953 states"});
  expect_contains(ended.err, {"--graph seen.aut", "--memory"});
  EXPECT_EQ(place.size(), 0U);
}

TEST(Explore, ResumesOnlyItsOwnSearch) {
  const Workplace place;
  EXPECT_EQ(place.run("explore --depth 4 --checkpoint saved").exit_code, 3);
  const Ended other = place.run("explore --ttl 4 --resume saved");
  EXPECT_EQ(other.exit_code, 2);
  expect_contains(other.err, {"of another search", "ttl=3ms", "ttl=4ms"});
  EXPECT_EQ(place.run("explore --resume saved").exit_code, 0);
  const Ended shallower = place.run("explore --depth 3 --resume saved");
  EXPECT_EQ(shallower.exit_code, 2) << shallower.out;
  expect_contains(shallower.err, {"depth 4", "only 3"});
}

struct Refused {
  const char* arguments;
  std::array<const char*, 2> words;
};

void expect_refusal(const std::string& command, const Refused& refused) {
  const Workplace place;
  const Ended ended = place.run(command + refused.arguments);
  EXPECT_EQ(ended.exit_code, 2) << refused.arguments << ": " << ended.out << ended.err;
  for (const char* word : refused.words) {
    EXPECT_NE(ended.err.find(word), std::string::npos)
        << refused.arguments << ": no \"" << word << "\" in: " << ended.err;
  }
  EXPECT_EQ(ended.out, "") << refused.arguments;
  EXPECT_EQ(place.size(), 0U) << refused.arguments;
}

TEST(Explore, RefusesBadInputByTheNameOfItsFlag) {
  constexpr std::array refusals = {
      Refused{"--workers 5", {"--workers 5", "1 to 4"}},
      Refused{"--workers 0", {"--workers 0", "1 to 4"}},
      Refused{"--workers many", {"--workers", "many"}},
      Refused{"--attempts 4", {"--attempts 4", "1 to 3"}},
      Refused{"--retries 7", {"--retries 7", "0 to 6"}},
      Refused{"--max-deliveries 7", {"--max-deliveries 7", "0 to 6"}},
      Refused{"--slack 9", {"--slack 9", "0 to 8"}},
      Refused{"--ttl 0", {"--ttl 0", "1ms to 24h"}},
      Refused{"--ttl=-1s", {"--ttl", "-1"}},
      Refused{"--grace 25h", {"--grace", "24h"}},
      Refused{"--heartbeat soon", {"--heartbeat", "soon"}},
      Refused{"--timeout 25h", {"--timeout", "24h"}},
      Refused{"--backoff 0", {"--backoff", "1ms to 24h"}},
      Refused{"--skew 25h", {"--skew", "24h"}},
      Refused{"--reapers 0,1,2", {"--reapers 3", "1 to 2"}},
      Refused{"--reapers 0,soon", {"--reapers", "soon"}},
      Refused{"--faults fire", {"--faults fire", "crashes,loss"}},
      Refused{"--mutant nobody", {"--mutant nobody", "version_restarts"}},
      Refused{"--hash-bits 63", {"--hash-bits", "62"}},
      Refused{"--depth far", {"--depth", "far"}},
      Refused{"--jobs 0", {"--jobs", "256"}},
      Refused{"--memory much", {"--memory", "much"}},
      Refused{"--checkpoint-states 0", {"--checkpoint-states", "0"}},
      Refused{"--resume nothing", {"nothing", "No such file"}},
      Refused{"--checkpoint no/such/file", {"--checkpoint no/such/file", "No such file"}},
      Refused{"--checkpoint .", {"--checkpoint .", "Is a directory"}},
      Refused{"--graph seen.png", {"--graph seen.png", ".graphml"}},
      Refused{"--graph no/such/file.dot", {"--graph no/such/file.dot", "No such file"}},
      Refused{"--lens state", {"--lens", "--graph"}},
      Refused{"--graph seen.dot --lens dark", {"--lens", "dark"}},
      Refused{"--model chess", {"--model", "chess"}},
      Refused{"--epochs 3", {"--epochs", "lease-core"}},
      Refused{"--trace no/such/file.jsonl", {"--trace no/such/file.jsonl", "No such file"}}};
  for (const Refused& refused : refusals) expect_refusal("explore --messages 0 ", refused);
  expect_refusal("explore ", {"--messages 5", {"--messages 5", "0 to 4"}});
}

TEST(Explore, OfLeaseCoreRefusesWhatItCannotHold) {
  constexpr std::array refusals = {Refused{"--skew 2", {"--skew", "lease-core"}},
                                   Refused{"--mutant version_restarts", {"--mutant", "lease-core"}},
                                   Refused{"--ttl 4294967299", {"ttl is", "0 to 14"}},
                                   Refused{"--workers 4", {"workers is 4", "1 to 3"}},
                                   Refused{"--epochs 4", {"epochs is 4", "1 to 3"}}};
  for (const Refused& refused : refusals) expect_refusal("explore --model lease-core ", refused);
}

// Rule 20, found by search, and two workers that both believe on the real repository one
// millisecond beyond it.
TEST(Margin, OfAUsualDeploymentIsFoundAndItsCounterexampleReplays) {
  const Workplace place;
  const Ended found = place.run("margin --ttl 30s --grace 5s --heartbeat 10s --messages 0");
  ASSERT_EQ(found.exit_code, 0) << found.out << found.err;
  expect_contains(found.out, {"5,001 ms", "reaping", "One millisecond more"});
  const Ended replayed = place.run(last_command(found.out) + " --backend sqlite");
  EXPECT_EQ(replayed.exit_code, 1) << replayed.out << replayed.err;
  expect_contains(replayed.out, {"violated no_double_belief", "w1", "w2", "believes"});
}

TEST(Margin, IsDrawnAgainstTheGrace) {
  const Workplace place;
  const Ended found =
      place.run("margin --ttl 4ms --grace 4ms --heartbeat 2ms --messages 0 --plot margin.svg");
  ASSERT_EQ(found.exit_code, 0) << found.out << found.err;
  expect_contains(testing::text_of(place / "margin.svg"),
                  {"<svg", "a lease of 4 ms", "grace window, ms", "margin 5 ms", "</svg>"});
}

TEST(Margin, InJsonHasTheProofAndTheWaysThatAreLost) {
  const Workplace place;
  const auto document = document_of(
      place.run("margin --ttl 6s --grace 2s --heartbeat 2s --backoff 4s --messages 0 --json"));
  EXPECT_EQ(document["margin_ms"], 2001);
  EXPECT_EQ(document["deployment"]["ttl_ms"], 6000);
  ASSERT_EQ(document["ways"].size(), 3U);
  EXPECT_EQ(document["ways"][0]["way"], "reap");
  EXPECT_EQ(document["ways"][0]["margin_ms"], 2001);
  EXPECT_EQ(document["ways"][1]["way"], "timeout");
  EXPECT_EQ(document["ways"][1]["margin_ms"], 4000);
  EXPECT_EQ(document["ways"][2]["way"], "both");
  EXPECT_EQ(document["ways"][2]["margin_ms"], 2001);
  for (const auto& way : document["ways"]) {
    EXPECT_GT(way["proof"]["states"], 100);
    EXPECT_TRUE(std::filesystem::exists(place / way["trace"].get<std::string>()));
  }
}

TEST(Margin, RefusesBadInputByTheNameOfItsFlag) {
  constexpr std::array refusals = {
      Refused{"", {"--ttl", "required"}},
      Refused{"--ttl 30s --heartbeat 10s", {"--grace", "required"}},
      Refused{"--ttl 30 --grace 5s --heartbeat 10s", {"--ttl", "unit"}},
      Refused{"--ttl 30h --grace 5s --heartbeat 10s", {"--ttl", "24h"}},
      Refused{"--ttl 10s --grace 5s --heartbeat 30s", {"--heartbeat 30000ms", "--ttl of 10000ms"}},
      Refused{"--ttl 10h --grace 5h --heartbeat 1h --timeout 10h", {"--timeout", "24h together"}},
      Refused{"--ttl 3s --grace 1s --heartbeat 1s --backoff 900000h", {"--backoff", "24h"}},
      Refused{"--ttl 3s --grace 1s --heartbeat 1s --timeout 900000h", {"--timeout", "24h"}},
      Refused{"--ttl 3s --grace 900000h --heartbeat 1s", {"--grace", "24h"}},
      Refused{"--ttl 3s --grace 1s --heartbeat 1s --messages 9", {"--messages 9", "0 to 4"}},
      Refused{"--ttl 3s --grace 1s --heartbeat 1s --trace-dir /dev/null/x", {"--trace-dir", "x"}},
      Refused{"--ttl 3s --grace 1s --heartbeat 1s --plot no/such.svg",
              {"--plot no/such.svg", "No such file"}}};
  for (const Refused& refused : refusals) expect_refusal("margin ", refused);
}

TEST(Margin, ThatNeedsMoreMemoryIsInconclusive) {
  const Ended ended = Workplace().run("margin --ttl 30s --grace 5s --heartbeat 10s --memory 1MiB");
  EXPECT_EQ(ended.exit_code, 3) << ended.out << ended.err;
  expect_contains(ended.err, {"a limit ended the search"});
}

}  // namespace
}  // namespace leasecheck::cli
