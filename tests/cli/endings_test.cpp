// Every command that takes long, ended by every signal at some moment: it ends soon by the exit
// code of what it has found, and no process and no file of it is left, also where it was killed.
// LEASECHECK_MOMENTS=10 tries ten moments of each instead of one.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>
#include <thread>
#include <vector>

#include "sim/random.hpp"
#include "tests/support/program.hpp"

namespace leasecheck::cli {
namespace {

namespace fs = std::filesystem;
using testing::Workplace;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

const std::string clinging = " --backend 'exec:" LEASECHECK_PYTHON " " LEASECHECK_CLINGING_SUBJECT
                             " " LEASECHECK_PYTHON_SUBJECT "'";
const std::string long_search =
    "explore --workers 3 --attempts 2 --messages 2 --jobs 2 --memory 1GiB";

const std::vector<std::string> commands{
    "check --budget 60s --corpus " LEASECHECK_CORPUS + clinging,
    "check --budget 60s --corpus " LEASECHECK_CORPUS,
    "simulate --seeds 1..100000 --trace none" + clinging,
    "simulate --seeds 1..100000 --jobs 3 --trace none" + clinging,
    "simulate --seeds 1..100000 --jobs 2 --trace none --backend sqlite",
    "simulate --seeds 1..100000 --processes 16",
    "conform" + clinging,
    "conform --backend sqlite",
    "crash",
    "interleave",
    "museum --jobs 2 --samples 5",
    "margin --ttl 30s --grace 5s --heartbeat 10s --backoff 7s --messages 2",
    long_search,
    long_search + " --checkpoint saved"};

/// A program with what it started, told apart by an entry of the environment.
class Started {
 public:
  Started(const Workplace& place, const std::string& arguments, const std::string& mark)
      : place_(place), mark_("LEASECHECK_TEST_MARK=" + mark) {
    fs::create_directory(place / "tmp");
    process_ = ::fork();
    if (process_ != 0) {
      wait_for_handlers();
      return;
    }
    // For good, so that the signal goes to the program and not to a shell.
    const std::string line = "cd '" + (place / ".").string() +
                             "' && exec '" LEASECHECK_PROGRAM "' " + arguments +
                             " >out 2>err </dev/null";
    ::setenv("TMPDIR", (place / "tmp").c_str(), 1);
    ::setenv("LEASECHECK_TEST_MARK", mark.c_str(), 1);
    ::execl("/bin/sh", "sh", "-c", line.c_str(), nullptr);
    ::_exit(127);
  }

  /// Sends the signal. Returns: the status, and how long it took.
  std::pair<int, milliseconds> end_by(int signal) const {
    const auto sent = Clock::now();
    ::kill(process_, signal);
    int status = 0;
    ::waitpid(process_, &status, 0);
    return {status, std::chrono::duration_cast<milliseconds>(Clock::now() - sent)};
  }

  /// What is left of it once others have had the time to clean up. Waits only while there is some.
  [[nodiscard]] std::string left() const {
    std::string found;
    for (int tries = 0; tries < 100; ++tries) {
      found = left_now();
      if (found.empty()) break;
      std::this_thread::sleep_for(milliseconds(50));
    }
    return found;
  }

 private:
  // Before them it is not the program that a signal ends.
  void wait_for_handlers() const {
    const auto has_handlers = [this] {
      std::ifstream file("/proc/" + std::to_string(process_) + "/status");
      for (std::string line; std::getline(file, line);) {
        if (!line.starts_with("SigCgt:")) continue;
        return (std::stoull(line.substr(7), nullptr, 16) >> (SIGALRM - 1) & 1) != 0;
      }
      return false;
    };
    for (int tries = 0; tries < 10'000 && !has_handlers(); ++tries) {
      std::this_thread::sleep_for(milliseconds(1));
    }
  }

  [[nodiscard]] std::string left_now() const {
    std::string found;
    for (const auto& entry : fs::directory_iterator(place_ / "tmp")) {
      found += "file " + entry.path().string() + "\n";
    }
    std::error_code error;
    for (fs::directory_iterator at("/proc", error); !error && at != fs::directory_iterator();
         at.increment(error)) {
      std::ifstream file(at->path() / "environ", std::ios::binary);
      const std::string environment(std::istreambuf_iterator<char>(file), {});
      if (environment.find(mark_ + '\0') == std::string::npos) continue;
      found += "process " + at->path().filename().string() + "\n";
    }
    return found;
  }

  const Workplace& place_;
  std::string mark_;
  pid_t process_ = -1;
};

int moments() {
  const char* const wanted = std::getenv("LEASECHECK_MOMENTS");
  return wanted == nullptr ? 1 : std::atoi(wanted);
}

class Endings : public ::testing::TestWithParam<int> {};

TEST_P(Endings, LeaveNothingBehind) {
  const int signal = GetParam();
  sim::Stream draw(static_cast<std::uint64_t>(signal), "moments");
  milliseconds longest{0};
  int ended = 0;
  for (const std::string& command : commands) {
    for (int moment = 0; moment < moments(); ++moment) {
      const milliseconds delay(draw.below(moments() == 1 ? 400 : 2000));
      SCOPED_TRACE(command + ", after " + std::to_string(delay.count()) + " ms");
      const Workplace place;
      const Started started(place, command,
                            std::to_string(::getpid()) + "-" + std::to_string(++ended));
      std::this_thread::sleep_for(delay);
      const auto [status, took] = started.end_by(signal);
      longest = std::max(longest, took);
      if (signal == SIGKILL) {
        EXPECT_TRUE(WIFSIGNALED(status)) << "it ended before it was killed";
      } else {
        ASSERT_TRUE(WIFEXITED(status)) << "by signal " << WTERMSIG(status);
        EXPECT_EQ(WEXITSTATUS(status), 3) << testing::text_of(place / "err");
      }
      EXPECT_LT(took, milliseconds(10'000)) << "two seconds on a machine that has time";
      EXPECT_EQ(started.left(), "");
    }
  }
  RecordProperty("longest_ms", static_cast<int>(longest.count()));
  std::printf("%d endings, the longest took %d ms\n", ended, static_cast<int>(longest.count()));
}

INSTANTIATE_TEST_SUITE_P(BySignal, Endings, ::testing::Values(SIGINT, SIGTERM, SIGHUP, SIGKILL),
                         [](const auto& info) { return std::string(::sigabbrev_np(info.param)); });

TEST(Ending, OfACampaignReportsWhatItHas) {
  const Workplace place;
  const Started started(place, "simulate --seeds 1..100000 --backend memory --json", "report");
  std::this_thread::sleep_for(milliseconds(1500));
  EXPECT_EQ(WEXITSTATUS(started.end_by(SIGTERM).first), 3);
  const std::string report = testing::text_of(place / "out");
  EXPECT_NE(report.find("\"result\": \"inconclusive\""), std::string::npos) << report;
  EXPECT_NE(report.find("\"undecided\": \"interrupted\""), std::string::npos) << report;
}

TEST(Ending, OfAReductionReportsTheViolation) {
  for (const char* command : {"check --budget 600s", "conform"}) {
    const Workplace place;
    const Started started(place,
                          std::string(command) + " --backend 'exec:" LEASECHECK_PYTHON
                                                 " " LEASECHECK_PYTHON_SUBJECT
                                                 " --defect reap_on_the_boundary'",
                          "reduction");
    for (int tries = 0; tries < 6'000; ++tries) {
      if (testing::text_of(place / "err").find("reducing") != std::string::npos) break;
      std::this_thread::sleep_for(milliseconds(10));
    }
    EXPECT_EQ(WEXITSTATUS(started.end_by(SIGINT).first), 1) << command;
    const std::string report = testing::text_of(place / "out");
    EXPECT_NE(report.find("requeue_after_grace"), std::string::npos) << command << report;
    EXPECT_NE(report.find("leasecheck replay"), std::string::npos) << command << report;
  }
}

TEST(Ending, ASearchIsSavedByEverySignal) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    const Workplace place;
    const Started started(place, long_search + " --checkpoint saved", "saved");
    std::this_thread::sleep_for(milliseconds(1000));
    EXPECT_EQ(WEXITSTATUS(started.end_by(signal).first), 3);
    EXPECT_TRUE(fs::exists(place / "saved"));
  }
}

}  // namespace
}  // namespace leasecheck::cli
