// Files from strangers, subjects that write what they like, and places that nothing can be written
// to: nothing is run or made that nobody named, and no verdict is lost.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/support/program.hpp"
#include "traces/printable.hpp"

namespace leasecheck::cli {
namespace {

using testing::Ended;
using testing::Workplace;

bool says(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string last_line(const std::string& text) {
  const std::size_t end = text.find_last_not_of('\n');
  const std::size_t begin = text.rfind('\n', end);
  return text.substr(begin == std::string::npos ? 0 : begin + 1, end - begin);
}

// -- heads of traces
// ------------------------------------------------------------------------------

constexpr const char* recorded = "mutant:heartbeat_shortens_lease";

/// A trace of the corpus whose head names this backend instead.
std::string trace_on(const std::string& backend) {
  std::string trace = testing::text_of(LEASECHECK_CORPUS "/heartbeat_shortens_lease.jsonl");
  return trace.replace(trace.find(recorded), std::string(recorded).size(), backend);
}

TEST(HeadOfATrace, RunsAndOpensNothing) {
  for (const std::string backend : {"exec:sh -c 'touch made'", "exec:touch made", "sqlite:made"}) {
    const Workplace place;
    place.write("t.jsonl", trace_on(backend));
    const Ended ended = place.run("replay t.jsonl");
    EXPECT_EQ(ended.exit_code, 2) << ended.out;
    EXPECT_TRUE(says(ended.err, backend) && says(ended.err, "--backend")) << ended.err;
    EXPECT_EQ(place.run("replay --backend sqlite t.jsonl").exit_code, 0);
    place.write("corpus/t.jsonl", trace_on(backend));
    EXPECT_EQ(
        place.run("check --backend memory --budget 10m --seeds 1..3 --corpus corpus").exit_code, 0);
    EXPECT_FALSE(std::filesystem::exists(place / "made")) << backend;
  }
}

TEST(HeadOfATrace, MayNameWhatIsPartOfTheProgram) {
  const Workplace place;
  for (const std::string backend : {"memory", "sqlite", "model", "model:version_restarts",
                                    "mutant:version_restarts", "disk:1:2:none"}) {
    place.write("t.jsonl", trace_on(backend));
    const Ended ended = place.run("replay t.jsonl");
    EXPECT_LE(ended.exit_code, 1) << backend << ended.err;
    EXPECT_TRUE(says(ended.out, "t.jsonl on " + backend)) << ended.out;
  }
}

// -- text of subjects
// ------------------------------------------------------------------------------

/// A subject in Python whose answers and whose standard error a few lines spoil. They see
/// `request`, `answer` and `n`, the number of the request.
void write_subject(const Workplace& place, const std::string& spoil) {
  const auto folder = std::filesystem::path(LEASECHECK_PYTHON_SUBJECT).parent_path().string();
  place.write("s.py",
              "import json, sys\nsys.dont_write_bytecode = True\nsys.path.insert(0, '" + folder +
                  "')\nfrom repository import Repository\nimport subject\n"
                  "def put(raw):\n  sys.stdout.buffer.write(raw + b'\\n')\n  sys.stdout.flush()\n"
                  "def end(raw):\n  sys.stderr.buffer.write(raw)\n  sys.stderr.flush()\n"
                  "  sys.exit(3)\n"
                  "real = subject.Subject(Repository())\n"
                  "for n, line in enumerate(sys.stdin.buffer):\n"
                  "  request = json.loads(line)\n"
                  "  answer = {'id': request['id']} | real.answer(request)\n" +
                  spoil + "\n  put(json.dumps(answer, ensure_ascii=False).encode())\n");
}

constexpr const char* spoilt = " --backend 'exec:" LEASECHECK_PYTHON " s.py' ";

/// Whether a terminal shows all of it as text.
bool is_harmless(const std::string& text) {
  return traces::printable(text) == text;
}

/// What a subject may do to the text of its end.
struct Spoilt {
  std::string name;
  std::string how;
  std::string shown;
};

void PrintTo(const Spoilt& spoilt_text, std::ostream* out) {
  *out << spoilt_text.name;
}

class SpoiltText : public ::testing::TestWithParam<Spoilt> {};

TEST_P(SpoiltText, IsShownEscapedByEveryCommand) {
  const Workplace place;
  write_subject(place, "  if n > 25:\n    " + GetParam().how);
  for (const std::string command :
       {"simulate --seeds 1", "simulate --seeds 1 --json", "conform --attempts 1",
        "conform --attempts 1 --json", "check --budget 10m --seeds 1 --report r",
        "check --budget 10m --seeds 1 --report r --json", "replay seed-1.jsonl",
        "replay seed-1.jsonl --json"}) {
    const Ended ended = place.run(command + spoilt);
    EXPECT_EQ(ended.exit_code, 4) << command << ended.out << ended.err;
    EXPECT_TRUE(is_harmless(ended.out) && is_harmless(ended.err)) << command;
    EXPECT_FALSE(says(ended.out, "{\"hex\"")) << command << ended.out;
    std::string shown = GetParam().shown;
    if (says(command, "--json")) {
      EXPECT_TRUE(nlohmann::json::accept(ended.out)) << command;
      shown = nlohmann::json(shown).dump();
      shown = shown.substr(1, shown.size() - 2);
    }
    EXPECT_TRUE(says(ended.out, shown)) << command << ended.out;
  }
}

TEST_P(SpoiltText, LeavesReportsThatCanBeRead) {
  const Workplace place;
  write_subject(place, "  if n > 25:\n    " + GetParam().how);
  ASSERT_EQ(place.run(std::string("check --budget 10m --seeds 1 --report r") + spoilt).exit_code,
            4);
  const Ended read = place.run(
      "-c 'import xml.etree.ElementTree as tree; tree.parse(\"r/junit.xml\")'", LEASECHECK_PYTHON);
  EXPECT_EQ(read.exit_code, 0) << read.err;
  EXPECT_TRUE(nlohmann::json::accept(testing::text_of(place / "r/summary.json")));
  for (const char* file : {"r/summary.json", "r/junit.xml", "r/index.html"}) {
    EXPECT_TRUE(is_harmless(testing::text_of(place / file))) << file;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Of, SpoiltText,
    ::testing::Values(Spoilt{"Latin1", "end('für'.encode('latin-1'))", "f\\xfcr"},
                      Spoilt{"LongStandardError", "end(('é' * 3000).encode())", "éé"},
                      Spoilt{"Terminal",
                             R"(end(b'\x1b[31mred\x1b]0;t\x07 <b>&amp; ]]> \x00 after'))",
                             "\\x1b[31mred\\x1b]0;t\\x07 <b>&amp; ]]> \\x00 after"},
                      Spoilt{"LongAnswer",
                             "answer = answer | {'error': {'code': 'internal'}, 'm': 'é' * 600}",
                             "éé"},
                      Spoilt{"NoJson", "put(b'x' + ('é' * 600).encode()); continue", "xéé"},
                      Spoilt{"NoText", R"(put(b'\xff\xfe'); continue)", "\\xff\\xfe"}),
    [](const auto& info) { return info.param.name; });

TEST(SpoiltAnswer, WithBytesForAnIdIsAViolationInWords) {
  const Workplace place;
  write_subject(place,
                "  if request['op'] == 'snapshot' and answer['ok']['attempts']:\n"
                "    answer['ok']['attempts'][0]['attempt_id'] = {'hex': 'ff80'}");
  for (const std::string command : {"simulate --seeds 1", "conform --attempts 1", "simulate --json",
                                    "conform --attempts 1 --json"}) {
    const Ended ended = place.run(command + spoilt);
    EXPECT_EQ(ended.exit_code, 1) << command << ended.out << ended.err;
    EXPECT_TRUE(says(ended.out, "\\xff\\x80") || says(ended.out, "\\\\xff\\\\x80")) << ended.out;
    EXPECT_TRUE(is_harmless(ended.out));
  }
}

TEST(SpoiltVerdict, OfAFileIsShownEscaped) {
  const Workplace place;
  std::string trace = testing::text_of(LEASECHECK_CORPUS "/heartbeat_shortens_lease.jsonl");
  trace.erase(trace.rfind('{'));
  place.write("t.jsonl", trace + R"({"k":"verdict","result":"violated","property":{"hex":"ff1b"},)"
                                 R"("first_bad":4,"message":{"hex":"fe1b5b33316d"}})"
                                 "\n");
  for (const std::string flags : {"", "--json "}) {
    const Ended ended = place.run("replay " + flags + "--backend memory t.jsonl");
    EXPECT_EQ(ended.exit_code, 0) << ended.err;
    EXPECT_TRUE(says(ended.out, "xff") && says(ended.out, "x1b")) << ended.out;
    EXPECT_TRUE(is_harmless(ended.out));
  }
}

// -- commands that show it again
// ------------------------------------------------------------------------------

TEST(ReplayCommand, OfAProgramNamesItAndCanBePasted) {
  const Workplace place;
  place.write("it's/a trace/empty", "");
  const std::string defective = " --backend \"exec:'" LEASECHECK_PYTHON
                                "' " LEASECHECK_PYTHON_SUBJECT " --defect 'version_restarts'\" ";
  const std::string trace_dir = " --trace-dir \"it's/a trace\"";
  for (const std::string command : {"simulate --seeds 1..20", "conform --attempts 1"}) {
    const Ended found = place.run(command + defective + trace_dir);
    ASSERT_EQ(found.exit_code, 1) << found.out << found.err;
    const std::string again = last_line(found.out);
    ASSERT_TRUE(again.starts_with("leasecheck replay --backend '")) << again;
    const Ended replayed = place.run(again.substr(std::string("leasecheck ").size()));
    EXPECT_EQ(replayed.exit_code, 1) << again << replayed.out << replayed.err;
    EXPECT_TRUE(says(replayed.out, "as recorded")) << replayed.out;
  }
}

// -- what cannot be written
// ------------------------------------------------------------------------------

/// The program, its standard output being what `redirection` says.
Ended run_to(const Workplace& place, const std::string& redirection, const std::string& arguments) {
  return place.run("-c '\"$0\" \"$@\" " + redirection + "' " LEASECHECK_PROGRAM " " + arguments,
                   "sh");
}

constexpr const char* violated = "conform --mutant version_restarts --workers 1 --attempts 1";

TEST(StandardOutput, ThatCannotBeWrittenIsNeverAPass) {
  for (const std::string redirection : {">/dev/full", ">&-"}) {
    for (const std::string command :
         {"version", "version --json", "mutants", "mutants --json", "graph", "--help",
          "check --help", "simulate --backend memory --seeds 1",
          "simulate --backend memory --seeds 1 --json", "explore --messages 0",
          "explore --messages 0 --json", "crash --case leased/ack_completed",
          "interleave --case leased/heartbeat+reap",
          "check --backend memory --budget 10m --seeds 1",
          "check --backend memory --budget 10m --seeds 1 --json",
          "conform --backend memory --workers 1 --attempts 1",
          "replay --backend memory " LEASECHECK_CORPUS "/version_restarts.jsonl"}) {
      const Ended ended = run_to(Workplace(), redirection, command);
      EXPECT_EQ(ended.exit_code, 2) << command << redirection << ended.err;
      EXPECT_TRUE(says(ended.err, "standard output cannot be written")) << command << ended.err;
    }
    EXPECT_EQ(run_to(Workplace(), redirection, violated).exit_code, 1) << redirection;
  }
}

TEST(StandardOutput, ThatNobodyReadsEndsNoRun) {
  // The reader closes its end and says so before the program starts: no pipe keeps what is written.
  const Ended ended = Workplace().run(
      "-c 'mkfifo closed; { read line <closed; \"$0\" mutants; echo $? >code; } |"
      " { exec <&-; echo >closed; }; cat code' " LEASECHECK_PROGRAM,
      "sh");
  EXPECT_EQ(ended.out, "2\n") << ended.err;
}

struct Unwritten {
  const char* command;
  const char* file;
  const char* said;
};

TEST(Verdict, IsSaidThoughItsTraceCannotBeWritten) {
  for (const Unwritten& each :
       {Unwritten{violated, "conform.min.jsonl", "monotonic_versions: "},
        Unwritten{"simulate --mutant heartbeat_shortens_lease --seeds 6", "seed-6.min.jsonl",
                  "violated expiry_never_lowered"},
        Unwritten{"crash --mutant ack_not_durable --case leased/ack_completed",
                  "crash-leased-ack_completed.jsonl", "durable on leased/ack_completed"},
        Unwritten{"interleave --mutant reaps_by_id --case leased/heartbeat+reap",
                  "interleave-leased-heartbeat+reap.jsonl", "leased/heartbeat+reap"},
        Unwritten{"explore --messages 0 --mutant version_restarts", "counterexample.jsonl",
                  "shortest counterexample"},
        Unwritten{"check --mutant version_restarts --budget 10m --seeds 1 --report .",
                  "contract.min.jsonl", "violated monotonic_versions"}}) {
    const Workplace place;
    std::filesystem::create_symlink("/dev/full", place / each.file);
    const Ended ended = place.run(each.command);
    EXPECT_EQ(ended.exit_code, 1) << each.command << ended.out << ended.err;
    EXPECT_TRUE(says(ended.out, each.said)) << each.command << ended.out;
    EXPECT_TRUE(says(ended.out + ended.err, "No space left")) << each.command << ended.err;
    EXPECT_FALSE(says(ended.out, std::string("replay ") + each.file)) << each.command;
    EXPECT_TRUE(std::filesystem::is_symlink(place / each.file)) << each.command;
  }
}

TEST(Result, IsSaidThoughWhatIsDrawnCannotBeWritten) {
  for (const std::string command :
       {"margin --ttl 4ms --grace 4ms --heartbeat 2ms --messages 0 --plot full",
        "explore --messages 0 --graph full.dot",
        "museum --only reap_ignores_grace --samples 1 --technique simulation --svg full",
        "museum --only reap_ignores_grace --samples 1 --technique simulation --json full",
        "simulate --backend memory --seeds 1 --trace all"}) {
    const Workplace place;
    for (const char* file : {"full", "full.dot", "seed-1.jsonl"}) {
      std::filesystem::create_symlink("/dev/full", place / file);
    }
    const Ended ended = place.run(command);
    EXPECT_EQ(ended.exit_code, 2) << command << ended.out;
    EXPECT_GT(ended.out.size(), 100U) << command << ended.out;
    EXPECT_TRUE(says(ended.err, "No space left")) << command << ended.err;
  }
}

TEST(TraceDirectory, IsMadeWithThoseAroundIt) {
  const Workplace place;
  EXPECT_EQ(place.run(std::string(violated) + " --trace-dir a/b").exit_code, 1);
  EXPECT_TRUE(std::filesystem::exists(place / "a/b/conform.min.jsonl"));
}

TEST(TraceDirectory, ThatCannotBeWrittenIsRefusedBeforeTheRun) {
  for (const std::string command :
       {"conform --trace-dir", "crash --trace-dir", "interleave --trace-dir",
        "simulate --trace-dir", "check --report",
        "margin --ttl 4ms --grace 4ms --heartbeat 2ms --trace-dir"}) {
    for (const std::string directory : {"taken", "taken/below", "/proc/1/none", "/proc"}) {
      const Workplace place;
      place.write("taken", "");
      const Ended ended = place.run(command + " " + directory);
      EXPECT_EQ(ended.exit_code, 2) << command << ended.out;
      EXPECT_EQ(ended.out, "");
      EXPECT_TRUE(says(ended.err, directory)) << ended.err;
    }
  }
}

TEST(OutputFile, ThatIsADeviceOrALinkStaysOne) {
  const Workplace place;
  std::filesystem::create_symlink("/dev/null", place / "null");
  place.write("real.mmd", "old");
  std::filesystem::create_symlink("real.mmd", place / "link.mmd");
  EXPECT_EQ(place.run("graph -o null").exit_code, 0);
  EXPECT_EQ(place.run("graph -o link.mmd").exit_code, 0);
  EXPECT_TRUE(std::filesystem::is_character_file(place / "null"));
  EXPECT_TRUE(std::filesystem::is_symlink(place / "link.mmd"));
  EXPECT_GT(std::filesystem::file_size(place / "real.mmd"), 100U);
  EXPECT_EQ(place.run("explore --messages 0 --depth 5 --checkpoint null").exit_code, 3);
  EXPECT_EQ(place.size(), 3U);
}

TEST(OutputFile, MayBeStandardOutput) {
  const Workplace place;
  const Ended ended = place.run("graph -o /dev/stdout");
  EXPECT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_TRUE(says(ended.out, "stateDiagram")) << ended.out;
}

TEST(FullDisk, DuringACheckpointEndsNoSearch) {
  const Workplace place;
  std::filesystem::create_symlink("/dev/full", place / "full");
  const Ended ended =
      place.run("explore --messages 0 --depth 5 --checkpoint full --checkpoint-states 10");
  EXPECT_EQ(ended.exit_code, 3) << ended.out << ended.err;
  EXPECT_TRUE(says(ended.out, "not saved: full: cannot write the checkpoint: No space left"))
      << ended.out;
}

// -- parts of a check
// ------------------------------------------------------------------------------

TEST(Check, InJsonNamesTheTracesThatFailed) {
  const Workplace place;
  place.write("corpus/bad.jsonl", trace_on("memory"));
  const Ended ended = place.run(
      "check --mutant heartbeat_shortens_lease --budget 10m --seeds 1 --corpus corpus --json "
      "--report r");
  EXPECT_EQ(ended.exit_code, 1) << ended.err;
  const auto document = nlohmann::json::parse(ended.out, nullptr, false);
  ASSERT_FALSE(document.is_discarded());
  // At a heartbeat, and at one with a version, as in the corpus.
  ASSERT_EQ(document["failures"].size(), 2U) << document["failures"];
  const auto& failure = document["failures"][1];
  EXPECT_EQ(failure["property"], "expiry_never_lowered");
  const nlohmann::json replayed{{"section", "corpus"}, {"where", "corpus/bad.jsonl"}};
  EXPECT_EQ(std::ranges::count(failure["seen"], replayed), 1) << failure;
  const std::string again = failure["replay"];
  EXPECT_EQ(place.run(again.substr(std::string("leasecheck ").size())).exit_code, 1);
}

// -- little memory
// ------------------------------------------------------------------------------

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST(LittleMemory, IsTheEnvironmentsFaultAndSaidInWords) {
  const Ended ended = Workplace().run(
      "-c 'ulimit -v 150000; \"$0\" simulate --seeds 1 --backend "
      "\"exec:" LEASECHECK_MISBEHAVING_SUBJECT " many_names\"' " LEASECHECK_PROGRAM,
      "sh");
  EXPECT_EQ(ended.exit_code, 2) << ended.out << ended.err;
  EXPECT_TRUE(says(ended.err, "not enough memory")) << ended.err;
}
#endif

}  // namespace
}  // namespace leasecheck::cli
