// Bad input gets exit code 2, a message on standard error that names what was wrong and what was
// expected, nothing on standard output, and leaves no file behind.
#include <gtest/gtest.h>

#include "tests/support/program.hpp"

namespace leasecheck::cli {
namespace {

using testing::Ended;
using testing::Workplace;

void expect_refusal(const Ended& ended, const std::vector<std::string>& words) {
  EXPECT_EQ(ended.exit_code, 2) << ended.err;
  EXPECT_EQ(ended.out, "");
  for (const std::string& word : words) {
    EXPECT_NE(ended.err.find(word), std::string::npos) << "no \"" << word << "\" in: " << ended.err;
  }
}

TEST(BadInput, NoCommand) {
  expect_refusal(Workplace().run(""), {"subcommand"});
}

TEST(BadInput, UnknownFlag) {
  expect_refusal(Workplace().run("simulate --sedes 1..2"), {"--sedes"});
}

TEST(BadInput, SeedRangeThatIsNone) {
  for (const char* seeds :
       {"x..y", "5..1", "1..", "..", "-3..4", "1...4", "1..99999999999999999999"}) {
    const Workplace place;
    expect_refusal(place.run(std::string("simulate --seeds=") + seeds), {"--seeds", seeds, "A..B"});
    EXPECT_EQ(place.size(), 0U);
  }
}

TEST(BadInput, ShardThatIsNone) {
  for (const char* shard : {"3/2", "0/2", "x", "1/", "/2", "1/0", "1/2/3"}) {
    expect_refusal(Workplace().run(std::string("simulate --shard ") + shard), {"--shard", "I/N"});
  }
}

TEST(BadInput, FaultThatDoesNotExist) {
  for (const char* faults : {"thunder", "kill,thunder", "kill,", "all,none"}) {
    expect_refusal(Workplace().run(std::string("simulate --processes 2 --faults ") + faults),
                   {"--faults", "unknown fault", "worker_crash"});
  }
}

TEST(BadInput, FaultOfADiskThatIsNotThere) {
  expect_refusal(Workplace().run("simulate --backend memory --faults kill"),
                 {"--faults kill", "--processes"});
}

TEST(BadInput, ProcessesOnSomethingElseThanSqlite) {
  expect_refusal(Workplace().run("simulate --backend memory --processes 2"),
                 {"--processes", "sqlite", "memory"});
  expect_refusal(Workplace().run("simulate --mutant thunder --processes 2"),
                 {"--mutant thunder", "ack_not_durable"});
  for (const char* processes : {"0", "65", "two"}) {
    expect_refusal(Workplace().run(std::string("simulate --processes ") + processes),
                   {"--processes"});
  }
}

TEST(BadInput, JobsOnOneFile) {
  expect_refusal(Workplace().run("simulate --backend sqlite:mine.db --jobs 2"),
                 {"--jobs 2", "mine.db"});
}

TEST(BadInput, DiskOfATraceThatIsNone) {
  for (const char* disk : {"disk:", "disk:1", "disk:x:2:all", "disk:1:0:all", "disk:1:2:thunder",
                           "disk:1:2:all:thunder", "disk:1:2:all:ack_not_durable:more"}) {
    expect_refusal(Workplace().run(std::string("simulate --backend ") + disk), {disk});
  }
}

TEST(BadInput, DurationWithoutUnit) {
  expect_refusal(Workplace().run("simulate --budget 30"), {"--budget"});
}

TEST(BadInput, NegativeDuration) {
  expect_refusal(Workplace().run("simulate --duration=-5s"), {"--duration"});
}

// Whatever unit would leave 64 bits of nanoseconds.
TEST(BadInput, DurationThatIsNoneOrTooLong) {
  for (const char* duration : {"0s", "1000001h", "2562048h", "9223372036855ms",
                               "9223372036854775807ms", "9223372036854775807h"}) {
    const std::string given = std::string(" ") + duration;
    for (const char* flag : {"simulate --seeds 1 --budget", "simulate --seeds 1 --duration",
                             "simulate --seeds 1 --subject-timeout", "check --budget"}) {
      const Workplace place;
      const Ended ended = place.run(flag + given);
      expect_refusal(ended, {std::string(flag).substr(std::string(flag).rfind("--"))});
      EXPECT_LT(ended.err.size(), 200U) << ended.err;
      EXPECT_EQ(place.size(), 0U);
    }
  }
  expect_refusal(Workplace().run("simulate --duration 1001h"), {"--duration", "at most 1000h"});
}

TEST(BadInput, MoreAttemptsThanAreSimulatedInTime) {
  expect_refusal(Workplace().run("simulate --attempts 1001"), {"--attempts", "1000"});
}

TEST(BadInput, MemoryThatIsNone) {
  for (const char* memory : {"0", "-1", "-1GiB"}) {
    expect_refusal(Workplace().run(std::string("explore --memory=") + memory), {"--memory"});
  }
}

TEST(BadInput, UnknownBackend) {
  expect_refusal(Workplace().run("simulate --backend oracle"), {"oracle", "memory", "sqlite"});
}

TEST(BadInput, UnknownMutantNamesTheKnownOnes) {
  const Ended ended = Workplace().run("simulate --mutant nobody");
  expect_refusal(ended, {"nobody", "expected one of"});
}

TEST(BadInput, BackendAndMutantAtOnce) {
  expect_refusal(Workplace().run("simulate --backend memory --mutant nobody"), {"--mutant"});
}

TEST(BadInput, ReductionsOfAMuseumAreOfNoTechniqueAndNotDrawn) {
  for (const char* option : {"--technique plain", "--svg matrix.svg"}) {
    const std::string name(option, std::string_view(option).find(' '));
    expect_refusal(Workplace().run(std::string("museum --shrink ") + option), {"--shrink", name});
  }
}

TEST(BadInput, CasesAndPointsOfTheDiskThatAreNone) {
  const std::vector<std::pair<std::string, std::vector<std::string>>> wrong{
      {"crash --case moon/reap", {"--case moon/reap", "two_leased/reap"}},
      {"crash --point kill@3", {"--point", "--case"}},
      {"crash --case leased/reap --point fire@1", {"--point fire@1", "kill@3"}},
      {"crash --case leased/reap --point file_replaced@2", {"file_replaced@2", "file_replaced@1"}},
      {"crash --mutant reaps_by_id", {"--mutant reaps_by_id", "synchronous_off"}},
      {"crash --sector-size 1000", {"--sector-size"}},
      {"interleave --case leased/reap", {"--case leased/reap", "leased/heartbeat+reap"}},
      {"interleave --schedule 0*3", {"--schedule", "--case"}},
      {"interleave --case leased/claim+reap --schedule 0x3", {"--schedule 0x3", "0*3,1*2"}},
      {"interleave --mutant synchronous_off", {"--mutant synchronous_off", "reaps_by_id"}},
      {"interleave --preemptions 9", {"--preemptions"}}};
  for (const auto& [command, words] : wrong) {
    const Workplace place;
    expect_refusal(place.run(command), words);
    EXPECT_EQ(place.size(), 0U);
  }
}

TEST(BadInput, ATraceOfTheDiskOnABackendThatHasNone) {
  expect_refusal(
      Workplace().run("replay --backend memory " LEASECHECK_CORPUS "/storage/reaps_by_id.jsonl"),
      {"reaps_by_id.jsonl", "memory", "sqlite"});
}

TEST(BadInput, MissingTrace) {
  expect_refusal(Workplace().run("replay no-such.jsonl"), {"no-such.jsonl"});
}

TEST(BadInput, ForeignTrace) {
  const Workplace place;
  place.write("foreign.jsonl", "{\"hello\":\"world\"}\n");
  expect_refusal(place.run("replay foreign.jsonl"), {"foreign.jsonl", "1"});
}

TEST(BadInput, TextAsTrace) {
  const Workplace place;
  place.write("notes.txt", "Dear diary\n");
  expect_refusal(place.run("replay notes.txt"), {"notes.txt"});
}

TEST(BadInput, TruncatedTraceIsAnErrorAndNotAPass) {
  const Workplace place;
  ASSERT_EQ(place.run("simulate --backend memory --seeds 1 --trace all").exit_code, 0);
  const std::string whole = testing::text_of(place / "seed-1.jsonl");
  const std::size_t last_line = whole.rfind('\n', whole.size() - 2);
  place.write("cut.jsonl", whole.substr(0, last_line + 1));
  expect_refusal(place.run("replay cut.jsonl"), {"cut.jsonl", "verdict"});
  place.write("torn.jsonl", whole.substr(0, whole.size() / 2));
  expect_refusal(place.run("replay torn.jsonl"), {"torn.jsonl"});
}

TEST(BadInput, TraceDirectoryThatIsAFile) {
  const Workplace place;
  place.write("taken", "");
  expect_refusal(place.run("simulate --seeds 1 --trace all --trace-dir taken"), {"taken"});
  EXPECT_EQ(place.size(), 1U);
}

TEST(BadInput, TraceDirectoryThatCannotBeWritten) {
  expect_refusal(
      Workplace().run("simulate --backend memory --seeds 1 --trace all --trace-dir /proc/1/none"),
      {"/proc/1/none"});
}

TEST(BadInput, TextFileAsDatabase) {
  const Workplace place;
  place.write("notes.db", std::string(4096, 'x'));
  const Ended ended = place.run("simulate --backend sqlite:notes.db --seeds 1");
  expect_refusal(ended, {"notes.db", "not a database"});
  EXPECT_EQ(testing::text_of(place / "notes.db"), std::string(4096, 'x'));
  EXPECT_EQ(place.size(), 1U);
}

TEST(BadInput, DatabaseInADirectoryThatIsNotThere) {
  expect_refusal(Workplace().run("simulate --backend sqlite:none/such.db --seeds 1"),
                 {"none/such.db"});
}

TEST(BadInput, ReportInADirectoryThatIsAFile) {
  const Workplace place;
  place.write("taken", "");
  expect_refusal(place.run("check --backend memory --budget 1s --report taken"), {"taken"});
}

TEST(BadInput, UnknownGraphFormat) {
  expect_refusal(Workplace().run("graph --format crayon"), {"crayon"});
}

}  // namespace
}  // namespace leasecheck::cli
