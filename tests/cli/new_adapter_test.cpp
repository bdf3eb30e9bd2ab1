// An adapter that has everything but the queue.

#include <gtest/gtest.h>

#include <string>

#include "tests/support/program.hpp"

namespace leasecheck::cli {
namespace {

using testing::Ended;
using testing::Workplace;

const std::string on_it = " --backend 'exec:" LEASECHECK_PYTHON " mine/adapter.py'";

TEST(NewAdapter, SaysWhatIsNotWrittenYet) {
  const Workplace place;
  const Ended made = place.run("new-adapter python mine");
  ASSERT_EQ(made.exit_code, 0) << made.err;
  EXPECT_NE(made.out.find("leasecheck check --backend 'exec:python3 mine/adapter.py'"),
            std::string::npos)
      << made.out;
  const Ended checked = place.run("simulate --seeds 1" + on_it);
  EXPECT_EQ(checked.exit_code, 4) << checked.out;
  EXPECT_NE(checked.out.find("Adapter.reset is not written yet"), std::string::npos) << checked.out;
}

TEST(NewAdapter, NeverOverwritesOne) {
  const Workplace place;
  for (const char* language : {"python", "typescript"}) {
    const std::string command = std::string("new-adapter ") + language + " mine";
    ASSERT_EQ(place.run(command).exit_code, 0);
    const Ended again = place.run(command);
    EXPECT_EQ(again.exit_code, 2);
    EXPECT_NE(again.err.find("is there already"), std::string::npos) << again.err;
  }
  EXPECT_EQ(place.run("new-adapter cobol mine").exit_code, 2);
  EXPECT_EQ(place.run("new-adapter python mine/adapter.py").exit_code, 2) << "a file is in the way";
}

TEST(NewAdapter, NamesItselfAsACommandThatTheShellUnderstands) {
  const Workplace place;
  const Ended made = place.run("new-adapter python \"it's mine\"");
  ASSERT_EQ(made.exit_code, 0) << made.err;
  const std::size_t at = made.out.find("--backend ");
  ASSERT_NE(at, std::string::npos) << made.out;
  const std::string flags = made.out.substr(at, made.out.find('\n', at) - at);
  const Ended run = place.run("simulate --seeds 1 " + flags);
  EXPECT_EQ(run.exit_code, 4) << run.err;
  EXPECT_NE(run.out.find("Adapter.reset is not written yet"), std::string::npos) << run.out;
}

TEST(NewAdapter, RefusesADirectoryThatNoCommandCanShow) {
  const Workplace place;
  for (const std::string& name : {std::string("a\xff"), std::string("a\x01")}) {
    const Ended refused = place.run("new-adapter python '" + name + "'");
    EXPECT_EQ(refused.exit_code, 2) << refused.out;
    EXPECT_NE(refused.err.find("expected a name in UTF-8"), std::string::npos) << refused.err;
  }
  EXPECT_EQ(place.size(), 0U) << "nothing was written";
}

TEST(NewAdapter, RefusesATextThatIsNoUtf8) {
  const Workplace place;
  ASSERT_EQ(place.run("new-adapter python mine").exit_code, 0);
  const auto answer_to = [&place](const std::string& id) {
    place.write("request",
                R"({"id":1,"op":"get_attempt","now":0,"args":{"attempt_id":)" + id + "}}\n");
    return place.run("-c '" LEASECHECK_PYTHON " mine/adapter.py <request'", "sh").out;
  };
  const std::string refusal = answer_to(R"({"hex":"c080"})");
  EXPECT_NE(refusal.find(R"("code": "invalid_argument")"), std::string::npos) << refusal;
  const std::string text = answer_to(R"("a1")");
  EXPECT_NE(text.find("is not written yet"), std::string::npos) << text;
}

// With a queue in its place the adapter is a subject that holds.
TEST(NewAdapter, TranslatesForAQueue) {
  const Workplace place;
  ASSERT_EQ(place.run("new-adapter python mine").exit_code, 0);
  std::string text = testing::text_of(place / "mine/adapter.py");
  const std::string empty = "adapter = Adapter()";
  const std::size_t at = text.find(empty);
  ASSERT_NE(at, std::string::npos);
  text.replace(at, empty.size(), "adapter = Translated()");
  const std::size_t end = text.rfind("\nmain()");
  text.insert(end, R"(
sys.path.insert(0, ")" LEASECHECK_PYTHON_REPOSITORY R"(")
import repository

class Translated:
    def __init__(self):
        self.queue = repository.Repository()

    def __getattr__(self, operation):
        def call(now, **args):
            try:
                return getattr(self.queue, operation)(now, args)
            except repository.Refused as refused:
                raise Refused(refused.code, str(refused))
        return call
)");
  place.write("mine/adapter.py", text);
  const Ended held = place.run("simulate --seeds 1..3" + on_it);
  EXPECT_EQ(held.exit_code, 0) << held.out << held.err;
}

}  // namespace
}  // namespace leasecheck::cli
