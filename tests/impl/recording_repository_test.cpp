#include "lease/recording_repository.hpp"

#include <sys/resource.h>

#include <csignal>
#include <thread>

#include "tests/impl/child.hpp"
#include "tests/impl/fixture.hpp"
#include "tests/support/replayed_operations.hpp"

namespace leasecheck::tests {
namespace {

using lease::ErrorCode;

/// Files of this process grow to this size at most while the object lives.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(std::uint64_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{.rlim_cur = bytes, .rlim_max = before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() { ::setrlimit(RLIMIT_FSIZE, &before_); }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_{};
};

/// Whose clock does something when the repository asks it, in the middle of a call.
struct CalledBackClock final : lease::Clock {
  [[nodiscard]] lease::Time now() override {
    during_call();
    return at(1000);
  }
  std::function<void()> during_call = [] {};
};

class Recording : public testing::Test {
 protected:
  [[nodiscard]] std::string file() const { return directory.path() / "log.jsonl"; }
  [[nodiscard]] std::string text() const {
    std::ostringstream content;
    content << std::ifstream(file()).rdbuf();
    return content.str();
  }
  [[nodiscard]] auto open_log() { return lease::OperationLog::open(file(), wall_clock); }

  TemporaryDirectory directory;
  ManualClock wall_clock;
  CalledBackClock clock;
  lease::RandomIds ids;
  std::unique_ptr<lease::AttemptRepository> memory = lease::make_memory_repository(clock, ids);
};

constexpr const char* head =
    R"({"k":"head","schema":1,"model":"lease-2","origin":"lease::OperationLog"})"
    "\n";

TEST_F(Recording, WritesTheCallBeforeItIsMadeAndTheAnswerAfterwards) {
  const auto log = value_of(open_log());
  lease::RecordingRepository repository(*memory, *log, "w1");
  const std::string call =
      R"({"k":"step","i":1,"t":1000,"actor":"w1","op":"enqueue_attempt","args":{"attempt_id":"a",)"
      R"("run_id":"run","priority":0,"on_timeout":"retry"},"phase":"call"})"
      "\n";
  std::string during;
  clock.during_call = [&] {
    during = text();
    wall_clock.ms = 1003;
  };
  value_of(repository.enqueue_attempt(attempt("a")));
  EXPECT_EQ(during, head + call);
  EXPECT_EQ(text(), head + call +
                        R"({"k":"step","i":2,"t":1003,"of":1,"phase":"return","ret":{"ok":{}}})"
                        "\n");
}

TEST_F(Recording, LeavesTheActorOutWhereThereIsNone) {
  const auto log = value_of(open_log());
  lease::RecordingRepository repository(*memory, *log);
  value_of(repository.reset());
  EXPECT_FALSE(lines_in(text()).at(1).contains("actor"));
}

TEST_F(Recording, HandsOnWhatIsNoOperationOfTheContract) {
  const auto log = value_of(open_log());
  lease::RecordingRepository repository(*memory, *log);
  value_of(memory->enqueue_attempt(attempt("a")));
  EXPECT_EQ(value_of(repository.snapshot()), value_of(memory->snapshot()));
  EXPECT_TRUE(repository.wait_for_work({}, lease::Duration{0}));
  EXPECT_FALSE(repository.is_durable());
  EXPECT_EQ(text(), head);
}

TEST_F(Recording, LeavesACallOpenThatAnExceptionEnds) {
  const auto log = value_of(open_log());
  lease::RecordingRepository repository(*memory, *log);
  clock.during_call = [] { throw std::runtime_error("no clock"); };
  EXPECT_THROW(static_cast<void>(repository.enqueue_attempt(attempt("a"))), std::runtime_error);
  EXPECT_EQ(lines_in(text()).size(), 2U);
  EXPECT_EQ(log->unwritten_answers(), 0U);
}

TEST_F(Recording, DoesNotMakeACallThatCannotBeWritten) {
  const auto log = value_of(open_log());
  lease::RecordingRepository repository(*memory, *log);
  value_of(repository.enqueue_attempt(attempt("a")));
  const std::string before = text();
  {
    const FileSizeLimit limit(before.size() + 20);
    const lease::Error error = error_of(repository.enqueue_attempt(attempt("b")));
    EXPECT_EQ(error.code, ErrorCode::unavailable);
    EXPECT_EQ(error.effect, lease::Effect::none);
    EXPECT_NE(error.message.find(file()), std::string::npos) << error.message;
  }
  EXPECT_EQ(value_of(memory->queue_depth(at(1000))), 1U);
  EXPECT_EQ(text(), before) << "the part of the line was taken back";
  value_of(repository.enqueue_attempt(attempt("b")));
  EXPECT_EQ(lines_in(text()).back()["i"], 4);
}

TEST_F(Recording, AnswersWhatHasHappenedThoughItCannotBeWritten) {
  const auto log = value_of(open_log());
  lease::RecordingRepository repository(*memory, *log);
  std::optional<FileSizeLimit> limit;
  clock.during_call = [&] { limit.emplace(text().size() + 20); };
  value_of(repository.enqueue_attempt(attempt("a")));
  limit.reset();
  clock.during_call = [] {};
  EXPECT_EQ(log->unwritten_answers(), 1U);
  value_of(repository.queue_depth(at(1000)));
  const auto lines = lines_in(text());
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(lines[2]["op"], "queue_depth") << "the first call stands there as never answered";
  EXPECT_EQ(lines[2]["i"], 2);
  EXPECT_EQ(lines[3]["of"], 2);
}

TEST_F(Recording, OfManyThreadsHasWholeLinesAndEachAnswerBehindItsCall) {
  constexpr int threads = 8;
  constexpr int each = 200;
  const auto log = value_of(open_log());
  {
    std::vector<std::jthread> running;
    for (int t = 0; t < threads; ++t) {
      running.emplace_back([&, t] {
        lease::RecordingRepository repository(*memory, *log, "w" + std::to_string(t));
        for (int i = 0; i < each; ++i) {
          const std::string id = std::to_string(t) + "-" + std::to_string(i);
          value_of(repository.enqueue_attempt(attempt(id)));
        }
      });
    }
  }
  const auto lines = lines_in(text());
  ASSERT_EQ(lines.size(), 1U + 2 * threads * each);
  std::set<std::uint64_t> open_calls;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    EXPECT_EQ(lines[i]["i"], i);
    if (lines[i]["phase"] == "call") {
      open_calls.insert(i);
    } else {
      EXPECT_EQ(open_calls.erase(lines[i]["of"]), 1U);
    }
  }
  EXPECT_TRUE(open_calls.empty());
}

TEST_F(Recording, GoesOnBehindWhatAnotherProcessHasWritten) {
  lease::RecordingRepository(*memory, *value_of(open_log())).reset().value();
  const std::string before = text();
  const auto log = value_of(open_log());
  value_of(lease::RecordingRepository(*memory, *log).reset());
  EXPECT_TRUE(text().starts_with(before));
  const auto lines = lines_in(text());
  ASSERT_EQ(lines.size(), 5U) << "and one head";
  EXPECT_EQ(lines[3]["i"], 3);
  EXPECT_EQ(lines[4]["of"], 3);
}

TEST_F(Recording, BeginsANewLineBehindOneThatWasCutOff) {
  const std::string whole = R"({"k":"step","i":41,"t":1,"of":40,"phase":"return","ret":{"ok":{}}})";
  for (const auto& [end, next] : {std::pair{whole.substr(0, 20), 41}, {whole, 42}}) {
    std::ofstream(file()) << head << R"({"k":"step","i":40,"t":1,"op":"reset","args":{},)"
                          << R"("phase":"call"})"
                          << "\n"
                          << end;
    const std::string before = text();
    const auto log = value_of(open_log());
    value_of(lease::RecordingRepository(*memory, *log).reset());
    ASSERT_TRUE(text().starts_with(before + "\n"));
    EXPECT_EQ(lines_in(text().substr(before.size() + 1)).at(0)["i"], next);
  }
}

TEST_F(Recording, FindsTheLastNumberBehindLongLines) {
  for (const std::size_t length : {65'000UL, 66'000UL, 1'000'000UL}) {
    std::ofstream(file()) << R"({"k":"step","i":7,"x":")" << std::string(length, '{') << "\"}\n"
                          << std::string(length, '{');
    const auto log = value_of(open_log());
    value_of(lease::RecordingRepository(*memory, *log).reset());
    const std::string all = text();
    const std::size_t last = all.rfind("\n", all.size() - 2);
    EXPECT_EQ(lines_in(all.substr(last + 1)).at(0)["i"], 9);
  }
}

TEST_F(Recording, OfWhatIsNoLogIsRefusedAndLeftAlone) {
  std::ofstream(file()) << "SQLite format 3";
  EXPECT_EQ(error_of(open_log()).code, ErrorCode::corrupt);
  EXPECT_EQ(text(), "SQLite format 3");
  const auto folder = lease::OperationLog::open(directory.path(), wall_clock);
  EXPECT_EQ(error_of(folder).code, ErrorCode::unavailable);
  const auto device = lease::OperationLog::open("/dev/null", wall_clock);
  EXPECT_NE(error_of(device).message.find("not a regular file"), std::string::npos);
  const auto nowhere = lease::OperationLog::open(directory.path() / "no" / "log", wall_clock);
  EXPECT_NE(error_of(nowhere).message.find("No such file"), std::string::npos);
}

TEST_F(Recording, IsOfOneLogAndOneProcessAtATime) {
  auto log = value_of(open_log());
  EXPECT_NE(error_of(open_log()).message.find("has it open"), std::string::npos);
  lease::RecordingRepository repository(*memory, *log);
  Child child([&](int write_end) {
    const auto answer = repository.reset();
    tell(write_end, !answer && answer.error().code == ErrorCode::unavailable ? 1 : 0);
  });
  EXPECT_EQ(child.next(), 1);
  EXPECT_EQ(child.next(), -1);
  EXPECT_EQ(text(), head);
  child.kill();
  log.reset();
  EXPECT_TRUE(open_log());
}

TEST_F(Recording, TakesLinesOfAnotherLogAsTheyAre) {
  const auto log = value_of(open_log());
  value_of(log->append("{\"i\":5}\n{\"i\":6}\n"));
  EXPECT_EQ(text(), std::string(head) + "{\"i\":5}\n{\"i\":6}\n");
}

}  // namespace
}  // namespace leasecheck::tests
