// `graph`: differences of files, the graph of a backend, what traces covered.
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/report/graph_file.hpp"
#include "tests/support/golden.hpp"
#include "tests/support/program.hpp"

namespace leasecheck::cli::testing {
namespace {

const std::string corpus = LEASECHECK_CORPUS "/";

/// A place with the model's graph as `model.json`, and an edited one as `edited.tsv`.
Workplace with_graphs() {
  Workplace place;
  EXPECT_EQ(place.run("graph --format json -o model.json").exit_code, 0);
  EXPECT_EQ(place.run("graph --format tsv -o edited.tsv").exit_code, 0);
  std::string table = text_of(place / "edited.tsv");
  const std::string row = "queued\tcancel_attempt\t\tcancelled\t7\n";
  EXPECT_NE(table.find(row), std::string::npos);
  table.replace(table.find(row), row.size(), "completed\tack_attempt\tfailed\tqueued\t2\n");
  place.write("edited.tsv", table);
  return place;
}

TEST(GraphDiff, OfGraphsThatAreAlikeEndsWithZero) {
  const Workplace place = with_graphs();
  const Ended ended = place.run("graph diff model.json model.json");
  EXPECT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_EQ(ended.out,
            "states: 0 added, 0 removed, 0 changed, 8 as before\n"
            "transitions: 0 added, 0 removed, 0 changed, 38 as before\n");
}

TEST(GraphDiff, TellsWhatIsNewAndWhatIsGoneAndEndsWithOne) {
  const Workplace place = with_graphs();
  const Ended ended = place.run("graph diff model.json edited.tsv");
  EXPECT_EQ(ended.exit_code, 1) << ended.err;
  EXPECT_EQ(ended.out,
            "added    transition completed to queued by ack_attempt [failed] (2 times)\n"
            "removed  transition queued to cancelled by cancel_attempt (7 times)\n"
            "states: 0 added, 0 removed, 0 changed, 8 as before\n"
            "transitions: 1 added, 1 removed, 0 changed, 37 as before\n");
}

TEST(GraphDiff, DrawsAsItIsKept) {
  const Workplace place = with_graphs();
  for (const std::string format : {"mermaid", "svg", "json"}) {
    const Ended ended = place.run("graph diff model.json edited.tsv --format " + format);
    EXPECT_EQ(ended.exit_code, 1) << ended.err;
    tests::expect_golden("difference." + (format == "mermaid" ? "mmd" : format), ended.out);
  }
}

TEST(GraphDiff, WritesTheFileThatIsNamedAndSaysNothing) {
  const Workplace place = with_graphs();
  const Ended ended = place.run("graph diff model.json edited.tsv --format json -o d.json");
  EXPECT_EQ(ended.exit_code, 1) << ended.err;
  EXPECT_EQ(ended.out, "");
  EXPECT_FALSE(nlohmann::json::parse(text_of(place / "d.json")).at("same").get<bool>());
  const Ended nowhere = place.run("graph diff model.json edited.tsv -o none/d.txt");
  EXPECT_EQ(nowhere.exit_code, 2);
  EXPECT_NE(nowhere.err.find("--output none/d.txt: "), std::string::npos) << nowhere.err;
}

TEST(GraphDiff, TakesTheOutputsOfTwoPrograms) {
  const Workplace place = with_graphs();
  const Ended ended = place.run("graph diff model.json /dev/stdin < /dev/null");
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_NE(ended.err.find("/dev/stdin: expected what `leasecheck graph"), std::string::npos);
}

TEST(GraphDiff, SaysWhatIsWrongWithAFileAndWhere) {
  const std::string vertices =
      R"({"title":"t","vertices":[{"id":"s","name":"a","role":"initial","states":1}],"edges":[)";
  const std::string heading = "from\top\tguard\tto\tcount\n";
  const std::vector<std::pair<std::string, std::string>> cases{
      {"", "f: expected what `leasecheck graph --format json` or `--format tsv` writes"},
      {"\x01\x02", "f: expected what `leasecheck graph --format json`"},
      {"{\"vertices\":[", "f: "},
      {"{}", "f: the document: expected a field \"vertices\", found none"},
      {R"({"vertices":7,"edges":[]})", "f: vertices: expected an array, found 7"},
      {R"({"vertices":[],"edges":{}})", "f: edges: expected an array, found "},
      {R"({"vertices":[7],"edges":[]})", "f: vertices[0]: expected an object, found 7"},
      {R"({"vertices":[{"name":"a","role":"king","states":1}],"edges":[]})",
       "f: vertices[0].role: expected initial, ordinary, terminal or failed, found \"king\""},
      {R"({"vertices":[{"name":"a","role":"failed","states":-1}],"edges":[]})",
       "f: vertices[0].states: expected a whole number from 0 on, found -1"},
      {R"({"vertices":[{"name":"a","role":"failed","states":1},)"
       R"({"name":"a","role":"failed","states":1}],"edges":[]})",
       "f: vertices[1]: a second state named \"a\""},
      {vertices + R"({"from":"a","op":"x","guard":"","to":"b","count":1}]})",
       "f: edges[0].to: expected the name of a state, found \"b\""},
      {vertices + R"({"from":"a","op":"x","guard":"","to":"a","count":1},)" +
           R"({"from":"a","op":"x","guard":"","to":"a","count":2}]})",
       "f: edges[1]: a second transition a to a by x"},
      {heading + "a\tb\n", "f: line 2: expected 5 cells with tabs between them"},
      {heading + "a\tx\t\tb\t1\na\tx\t\tb\tmany\n",
       "f: line 3: expected a whole number from 0 on as count, found \"many\""},
      {heading + "a\tx\t\tb\t1\r\na\tx\t\tb\t1\r\n", "f: line 3: a second transition a to b by x"}};
  for (const auto& [text, expected] : cases) {
    const auto graph = graph_from_text(text, "f");
    ASSERT_FALSE(graph) << text;
    EXPECT_TRUE(graph.error().starts_with(expected)) << graph.error();
  }
}

TEST(GraphDiff, NeverLetsAFileSpeakToTheTerminal) {
  const Workplace place;
  place.write("old.tsv", "from\top\tguard\tto\tcount\n");
  place.write("new.tsv", "from\top\tguard\tto\tcount\n\x1b[31ma\tx\"<b>\t]]>\t--> \\n\t1\n");
  for (const char* format : {"words", "mermaid", "svg", "json"}) {
    const Ended ended = place.run("graph diff old.tsv new.tsv --format " + std::string(format));
    EXPECT_EQ(ended.exit_code, 1) << format << ended.err;
    EXPECT_EQ(ended.out.find('\x1b'), std::string::npos) << format;
    EXPECT_EQ(ended.out.find("<b>") == std::string::npos,
              std::string(format) == "svg" || std::string(format) == "mermaid")
        << ended.out;
  }
}

TEST(GraphDiff, OfTwoHundredThousandTransitionsIsTold) {
  const Workplace place;
  std::string table = "from\top\tguard\tto\tcount\n";
  for (int i = 0; i < 200'000; ++i) {
    table += "a" + std::to_string(i % 999) + "\tx\t" + std::to_string(i) + "\tb\t1\n";
  }
  place.write("old.tsv", table);
  place.write("new.tsv", table + "b\tx\t\tb\t1\n");
  const Ended words = place.run("graph diff old.tsv new.tsv");
  EXPECT_EQ(words.exit_code, 1);
  EXPECT_TRUE(words.out.starts_with("added    transition b to b by x (1 time)\n")) << words.out;
  const Ended picture = place.run("graph diff old.tsv new.tsv --format mermaid");
  EXPECT_EQ(picture.exit_code, 1) << picture.err;
  EXPECT_NE(picture.out.find("b -->|\"[+] x\"| b"), std::string::npos) << picture.out;
  EXPECT_NE(picture.err.find("of 200,001 transitions those that are alike are not drawn"),
            std::string::npos)
      << picture.err;
}

TEST(GraphOfABackend, ThatIsAsTheModelHolds) {
  const Ended ended = Workplace().run("graph --backend memory");
  EXPECT_EQ(ended.exit_code, 0) << ended.err;
  tests::expect_golden("cli/graph_memory.txt", ended.out);
}

TEST(GraphOfABackend, WithADefectIsViolatedAndWitnessed) {
  const Workplace place;
  const Ended ended = place.run("graph --mutant reap_never_exhausts --witnesses w");
  EXPECT_EQ(ended.exit_code, 1) << ended.err;
  tests::expect_golden("cli/graph_mutant.txt", ended.out);
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(place / "w")) {
    ++files;
    EXPECT_EQ(place.run("replay '" + entry.path().string() + "'").exit_code, 1) << entry.path();
  }
  EXPECT_GT(files, 0U);
}

TEST(GraphOfABackend, IsWrittenToBeCompared) {
  const Workplace place;
  EXPECT_EQ(place.run("graph --backend model --json -o model.json").exit_code, 0);
  EXPECT_EQ(place.run("graph --backend sqlite --json -o sqlite.json").exit_code, 0);
  EXPECT_EQ(place.run("graph --mutant reap_takes_backoff --json -o mutant.json").exit_code, 1);
  EXPECT_EQ(place.run("graph diff model.json sqlite.json").exit_code, 0);
  const Ended ended = place.run("graph diff model.json mutant.json");
  EXPECT_EQ(ended.exit_code, 1);
  EXPECT_NE(ended.out.find("added    transition retry_backoff to queued by "
                           "expire_leases_and_requeue [deliveries left]"),
            std::string::npos)
      << ended.out;
}

TEST(GraphOfABackend, IsDrawnWithItsDifferencesMarked) {
  const Ended ended = Workplace().run("graph --mutant reap_takes_backoff --format svg");
  EXPECT_EQ(ended.exit_code, 1) << ended.err;
  EXPECT_NE(ended.out.find("[+] reap"), std::string::npos);
  EXPECT_NE(ended.out.find("extra: the model has no such edge"), std::string::npos);
}

TEST(GraphCoverage, NamesWhatATraceTookAndWhatNot) {
  const Ended ended = Workplace().run("graph --coverage " + corpus + "one_retry_too_many.jsonl");
  EXPECT_EQ(ended.exit_code, 0) << ended.err;
  for (const char* line :
       {"Life cycle of an attempt, as 1 traces and 0 reports took it: 3 of 38 edges\n",
        "never taken  leased to queued by release_lease\n",
        "          5  queued to leased by upsert_lease (first: "}) {
    EXPECT_NE(ended.out.find(line), std::string::npos) << line << ended.out;
  }
}

TEST(GraphCoverage, NamesWhatIsNoEdgeOfTheModel) {
  const Ended ended = Workplace().run("graph --coverage " + corpus + "reap_takes_backoff.jsonl");
  EXPECT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_NE(ended.out.find("taken, and no edge of the model:\n          1  retry_backoff to queued "
                           "by expire_leases_and_requeue [deliveries left]"),
            std::string::npos)
      << ended.out;
}

TEST(GraphCoverage, ReadsWhatACampaignReports) {
  const Workplace place;
  place.write(
      "summary.json",
      R"({"sections":[{"figures":{"transitions":28224}},{"figures":{"transitions":)"
      R"({"absent to queued by enqueue_attempt":40,"leased to leased by heartbeat_lease":2}}}]})");
  const Ended ended = place.run("graph --coverage summary.json");
  EXPECT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_NE(ended.out.find("2 of 36 edges\n"), std::string::npos) << ended.out;
  EXPECT_NE(ended.out.find("         40  absent to queued by enqueue_attempt\n"),
            std::string::npos);
  EXPECT_EQ(place.run("graph --lens lease --coverage summary.json").exit_code, 2);
  place.write("other.json", "{}");
  const Ended other = place.run("graph --coverage other.json");
  EXPECT_EQ(other.exit_code, 2);
  EXPECT_NE(other.err.find("other.json: expected a report of `check`"), std::string::npos);
}

TEST(GraphCoverage, IsDrawnAsItIsKept) {
  const Ended ended =
      Workplace().run("graph --format svg --coverage " + corpus + "heartbeat_shortens_lease.jsonl");
  EXPECT_EQ(ended.exit_code, 0) << ended.err;
  tests::expect_golden("coverage.svg", ended.out);
}

TEST(Graph, RefusesFlagsThatDoNotGoTogether) {
  const Workplace place;
  EXPECT_EQ(place.run("graph --witnesses w").exit_code, 2);
  EXPECT_EQ(place.run("graph --coverage none.jsonl").exit_code, 2);
  EXPECT_EQ(place.run("graph --coverage none.jsonl --backend memory").exit_code, 2);
  EXPECT_EQ(place.run("graph diff one.json").exit_code, 2);
  EXPECT_EQ(place.size(), 0U);
}

}  // namespace
}  // namespace leasecheck::cli::testing
