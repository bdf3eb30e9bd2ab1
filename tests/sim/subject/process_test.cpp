#include "sim/subject/process.hpp"

#include <gtest/gtest.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "model/spec/utf8.hpp"
#include "sim/cleanup.hpp"

namespace leasecheck::sim {
namespace {

using Words = std::vector<std::string>;
using std::chrono::milliseconds;

Process start(Words words, milliseconds timeout = milliseconds(5000)) {
  auto process = Process::start({.words = std::move(words), .environment = {}, .timeout = timeout});
  EXPECT_TRUE(process.has_value()) << process.error();
  return *std::move(process);
}

TEST(SplitWords, AreSeparatedByBlanks) {
  EXPECT_EQ(split_words("  python3 a.py\t--durable "), (Words{"python3", "a.py", "--durable"}));
}

TEST(SplitWords, KeepWhatIsQuoted) {
  EXPECT_EQ(split_words(R"(run 'a b' "c 'd'" e" f" '')"),
            (Words{"run", "a b", "c 'd'", "e f", ""}));
}

TEST(SplitWords, TakeACharacterAfterABackslashAsItIs) {
  EXPECT_EQ(split_words(R"(a\ b "\"" '\')"), (Words{"a b", "\"", "\\"}));
}

TEST(SplitWords, AreNoShell) {
  EXPECT_EQ(split_words("echo $HOME;ls *"), (Words{"echo", "$HOME;ls", "*"}));
}

TEST(SplitWords, RefuseAnOpenQuoteAndNothingAtAll) {
  EXPECT_EQ(split_words("run 'a").error(), "a quote ' is not closed");
  EXPECT_EQ(split_words(" \t").error(), "no program is named");
}

TEST(Process, AnswersLineByLine) {
  Process cat = start({"cat"});
  EXPECT_EQ(cat.exchange("one"), "one");
  EXPECT_EQ(cat.exchange(""), "");
  const std::string long_line(1 << 20, 'x');
  EXPECT_EQ(cat.exchange(long_line), long_line);
}

TEST(Process, NamesAProgramThatIsNotThere) {
  const auto process = Process::start({.words = {"no-such-program"}, .environment = {}});
  ASSERT_FALSE(process.has_value());
  EXPECT_EQ(process.error(), "cannot start no-such-program: No such file or directory");
}

TEST(Process, HasTheEnvironmentThatItIsGivenAndNoOther) {
  ASSERT_EQ(::setenv("LEASECHECK_OF_THE_HOST", "1", 1), 0);
  auto process = Process::start(
      {.words = {"sh", "-c", "read line; echo $SUBJECT_DIR $HOME ${LEASECHECK_OF_THE_HOST-none}"},
       .environment = {"SUBJECT_DIR=/a b", "HOME=/c"}});
  ASSERT_TRUE(process.has_value());
  EXPECT_EQ(process->exchange(""), "/a b /c none");
}

TEST(Process, SaysHowAProgramEnded) {
  EXPECT_EQ(start({"sh", "-c", "read line; echo why >&2; exit 3"}).exchange("x").error(),
            "it ended without an answer; exit status 3; its standard error ends with:\nwhy\n");
  EXPECT_EQ(start({"sh", "-c", "read line; kill -9 $$"}).exchange("x").error(),
            "it ended without an answer; ended by signal 9 (Killed)");
}

TEST(Process, IsNotWaitedForLongerThanTheTimeout) {
  Process silent = start({"sleep", "600"}, milliseconds(100));
  EXPECT_EQ(silent.exchange("x").error(), "no answer for 100 ms");
}

TEST(Process, MayWriteToItsStandardErrorAsMuchAsItLikes) {
  Process chatty = start({"sh", "-c", "read line; head -c 1000000 /dev/zero >&2; echo done"});
  EXPECT_EQ(chatty.exchange("x"), "done");
}

// Its answer waits for its standard error to be read, and is not waited for before that.
TEST(Process, ThatFloodsItsStandardErrorCostsNoMoreThanReadingIt) {
  Process chatty =
      start({"sh", "-c", "while read line; do head -c 1000000 /dev/zero >&2; echo done; done"});
  auto fastest = std::chrono::steady_clock::duration::max();
  for (int i = 0; i < 30; ++i) {
    const auto began = std::chrono::steady_clock::now();
    ASSERT_EQ(chatty.exchange("x"), "done");
    fastest = std::min(fastest, std::chrono::steady_clock::now() - began);
  }
  EXPECT_LT(fastest, milliseconds(15));
}

TEST(Process, ShowsTheEndOfItsStandardErrorFromAWholeCharacterOn) {
  for (const char* more : {"", "x", "xy"}) {
    std::string script = "read line; i=0; while [ $i -lt 400 ]; do ";
    script.append("printf 'ééééé€€€€€' >&2; i=$((i+1)); done; printf '");
    script.append(more).append("' >&2; exit 3");
    const std::string said = start({"sh", "-c", script}).exchange("x").error();
    EXPECT_TRUE(model::is_utf8(said));
    EXPECT_GT(said.size(), 4000U);
    EXPECT_LT(said.size(), 4300U);
  }
}

TEST(Process, MayReadNothingOfALongRequest) {
  Process deaf = start({"sleep", "600"}, milliseconds(100));
  EXPECT_EQ(deaf.exchange(std::string(1 << 20, 'x')).error(), "no answer for 100 ms");
}

// With the default action for SIGPIPE a signal would end this test.
TEST(Process, MayCloseItsInputWithoutHarm) {
  ASSERT_NE(std::signal(SIGPIPE, SIG_DFL), SIG_ERR);
  Process closed = start({"sh", "-c", "exec <&-; sleep 0.1"});
  std::string error;
  for (int i = 0; i < 100 && error.empty(); ++i) {
    if (const auto answer = closed.exchange(std::string(1 << 16, 'x')); !answer) {
      error = answer.error();
    }
  }
  EXPECT_FALSE(error.empty());
  EXPECT_EQ(std::signal(SIGPIPE, SIG_DFL), SIG_DFL) << "whose signals these are decides about them";
}

/// Whether the process is there and is no zombie.
bool is_running(pid_t id) {
  std::ifstream file("/proc/" + std::to_string(id) + "/environ");
  return std::string(std::istreambuf_iterator<char>(file), {}).size() > 0;
}

TEST(Cleanup, FindsAProgramWhoseStarterIsKilledBeforeItSaysSo) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const pid_t starter = ::fork();
  if (starter == 0) {
    cleanup::begin();
    std::string mark = cleanup::mark_of_started();
    std::array<char*, 2> environment{mark.data(), nullptr};
    std::string program = "/bin/sleep";
    std::string seconds = "600";
    std::array<char*, 3> words{program.data(), seconds.data(), nullptr};
    pid_t id = -1;
    ::posix_spawn(&id, program.c_str(), nullptr, nullptr, words.data(), environment.data());
    static_cast<void>(!::write(ends[1], &id, sizeof id));
    ::raise(SIGKILL);
  }
  pid_t started = -1;
  ASSERT_EQ(::read(ends[0], &started, sizeof started), ssize_t{sizeof started});
  ::waitpid(starter, nullptr, 0);
  for (int tries = 0; tries < 1'000 && is_running(started); ++tries) ::poll(nullptr, 0, 10);
  EXPECT_FALSE(is_running(started));
  ::kill(started, SIGKILL);
  ::close(ends[0]);
  ::close(ends[1]);
}

}  // namespace
}  // namespace leasecheck::sim
