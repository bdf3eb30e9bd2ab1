// The operations that a file records: they are what has happened to it, in order, whatever happens.

#include <thread>

#include "tests/impl/child.hpp"
#include "tests/impl/fixture.hpp"
#include "tests/impl/raw_sqlite.hpp"
#include "tests/support/replayed_operations.hpp"

namespace leasecheck::tests {
namespace {

using lease::AckOutcome;
using lease::Duration;
using lease::ErrorCode;
using lease::RecordOperations;

class SqliteOperations : public SqliteTest {
 protected:
  [[nodiscard]] lease::SqliteOptions options(RecordOperations wish = RecordOperations::yes) const {
    lease::SqliteOptions options;
    options.path = file();
    options.record_operations = wish;
    return options;
  }
  [[nodiscard]] auto open_recording(RecordOperations wish = RecordOperations::yes) {
    return value_of(lease::open_sqlite_repository(options(wish), clock, ids));
  }
  [[nodiscard]] std::string recorded() const { return value_of(recorded_in(options())); }
  [[nodiscard]] std::vector<std::string> recorded_names() const {
    std::vector<std::string> names;
    for (const auto& line : lines_in(recorded())) names.push_back(line["op"]);
    return names;
  }
  /// Takes all lines.
  [[nodiscard]] std::string taken() const {
    std::string lines;
    const auto keep = [&lines](std::string_view some) -> lease::Result<void> {
      lines += some;
      return {};
    };
    const auto count = value_of(lease::take_sqlite_operations(options(), keep));
    EXPECT_EQ(count, lines_in(lines).size());
    return lines;
  }

  static void expect_explained(const std::string& lines, lease::AttemptRepository& repository) {
    ReplayedOperations replayed(lines);
    EXPECT_EQ(replayed.differences(), "");
    EXPECT_EQ(replayed.snapshot(), value_of(repository.snapshot()));
  }

  /// An attempt's whole life.
  void complete(lease::AttemptRepository& repository, const std::string& id) {
    value_of(repository.enqueue_attempt(attempt(id)));
    const auto lease = value_of(repository.upsert_lease(lease::AttemptId(id), worker, at(5000)));
    value_of(repository.ack_attempt(holder_of(lease), AckOutcome::completed, at(1000)));
  }
};

TEST_F(SqliteOperations, AreALineEachWithTheTimeThatTheClockShowed) {
  const auto repository = open_recording();
  clock.ms = 1234;
  value_of(repository->enqueue_attempt(attempt("a")));
  const auto line = lines_in(recorded()).at(0);
  EXPECT_GT(line["t"], 1'700'000'000'000) << "the time of the system";
  auto rest = line;
  rest.erase("t");
  EXPECT_EQ(rest.dump(), R"({"k":"step","i":1,"op":"enqueue_attempt","now":1234,"args":)"
                         R"({"attempt_id":"a","run_id":"run","priority":0,"on_timeout":"retry"},)"
                         R"("phase":"done","ret":{"ok":{}}})");
}

// Every operation that can change something, each once in which it does and once in which not.
TEST_F(SqliteOperations, AreThoseThatHaveChangedSomething) {
  const auto repository = open_recording();
  const auto id = [](const char* text) { return lease::AttemptId(text); };
  lease::AttemptSpec timed = attempt("timed");
  timed.timeout = Duration{1};
  const std::vector<lease::AttemptSpec> specs{attempt("b"), attempt(""), attempt("c"), timed};
  for (int twice = 0; twice < 2; ++twice) {
    value_of(repository->enqueue_attempt(attempt("a")));
    EXPECT_FALSE(value_of(repository->enqueue_attempts(specs))[1]);
  }
  const auto lease = value_of(repository->upsert_lease(id("a"), worker, at(2000)));
  EXPECT_FALSE(repository->upsert_lease(id("a"), worker, at(2000)));
  for (int twice = 0; twice < 2; ++twice) {
    value_of(repository->start_attempt(holder_of(lease), at(1001)));
  }
  value_of(repository->heartbeat_lease(lease.lease_id, at(1001), at(3000)));
  const lease::VersionedHeartbeat beat{2, at(1002), at(3000)};
  value_of(repository->heartbeat_lease_with_version(holder_of(lease), beat));
  EXPECT_FALSE(repository->heartbeat_lease_with_version(holder_of(lease), beat));
  const std::vector<lease::LeaseHeartbeat> beats{{holder_of(lease), {3, at(1003), at(3000)}}};
  for (int twice = 0; twice < 2; ++twice) value_of(repository->heartbeat_leases(beats));
  value_of(repository->append_run_event(holder_of(lease), {"note", R"({"b":1, "a":2})"}, at(1003)));
  value_of(repository->release_lease(holder_of(lease), at(1004)));
  EXPECT_FALSE(repository->release_lease(holder_of(lease), at(1004)));
  const auto claims = value_of(repository->claim_attempts(worker, 9, Duration{100}));
  EXPECT_EQ(claims.size(), 4U);
  EXPECT_EQ(value_of(repository->claim_attempts(worker, 9, Duration{100})).size(), 0U);
  const lease::Holder first = holder_of(claims.at(0).lease);
  const std::vector<lease::AttemptAck> acks{{holder_of(claims.at(1).lease), AckOutcome::completed}};
  for (int twice = 0; twice < 2; ++twice) {
    value_of(repository->ack_attempt(first, AckOutcome::failed, at(1005)));
    value_of(repository->ack_attempts(acks, at(1005)));
    value_of(repository->transition_timed_out_attempts(at(1050)));
    value_of(repository->expire_leases_and_requeue(at(9000)));
  }
  const lease::AttemptId dead = claims.at(0).attempt.attempt_id;
  value_of(repository->replay_dead_letter(dead, at(1006)));
  value_of(repository->cancel_attempt(dead, at(1007)));
  EXPECT_FALSE(repository->cancel_attempt(dead, at(1007)));
  for (int twice = 0; twice < 2; ++twice) {
    value_of(repository->prune_attempts({at(5000), 1000, true}));
  }
  EXPECT_EQ(
      recorded_names(),
      (std::vector<std::string>{
          "enqueue_attempt", "enqueue_attempts", "upsert_lease", "start_attempt", "heartbeat_lease",
          "heartbeat_lease_with_version", "heartbeat_leases", "append_run_event", "release_lease",
          "claim_attempts", "ack_attempt", "ack_attempts", "transition_timed_out_attempts",
          "expire_leases_and_requeue", "replay_dead_letter", "cancel_attempt", "prune_attempts"}));
  expect_explained(recorded(), *repository);
  value_of(repository->reset());
  EXPECT_EQ(recorded_names().back(), "reset");
  expect_explained(recorded(), *repository);
}

// Else two idle processes would wake each other for ever.
TEST_F(SqliteOperations, AreNoneWhereAClaimFindsNothing) {
  const auto repository = open_recording();
  RawSqlite raw(file());
  const std::string before = raw.ask("PRAGMA data_version");
  EXPECT_TRUE(value_of(repository->claim_attempts(worker, 1, Duration{1})).empty());
  EXPECT_FALSE(repository->cancel_attempt(lease::AttemptId("nobody"), at(1)));
  EXPECT_EQ(raw.ask("PRAGMA data_version"), before);
}

TEST_F(SqliteOperations, OfCallersThatShareACommitStandInTheOrderOfTheirEffects) {
  constexpr int threads = 8;
  const auto repository = open_recording();
  for (int i = 0; i < 10; ++i) value_of(repository->enqueue_attempt(attempt(std::to_string(i))));
  {
    std::vector<std::jthread> running;
    for (int t = 0; t < threads; ++t) {
      running.emplace_back([&, t] {
        const lease::WorkerId me("w" + std::to_string(t));
        for (int i = 0; i < 30; ++i) {
          for (const auto& claim : value_of(repository->claim_attempts(me, 2, Duration{1000}))) {
            const lease::Holder holder{claim.lease.lease_id, me};
            static_cast<void>(repository->append_run_event(holder, {"note", "1"}, at(1000 + i)));
            value_of(repository->release_lease(holder, at(1000 + i)));
          }
        }
      });
    }
  }
  expect_explained(recorded(), *repository);
}

// A process is killed while threads of it share commits; meanwhile the lines are taken.
TEST_F(SqliteOperations, ExplainWhatAProcessHasLeftThatWasKilled) {
  for (const int until : {1, 40}) {
    std::filesystem::remove(file());
    Child child([this](int write_end) {
      const auto repository = open_recording();
      std::vector<std::jthread> running;
      for (int t = 0; t < 4; ++t) {
        running.emplace_back([&, t] {
          for (int i = 0;; ++i) {
            complete(*repository, std::to_string(t) + "-" + std::to_string(i));
            tell(write_end, i);
          }
        });
      }
    });
    int said = 0;
    std::string lines;
    for (; said < until; ++said) {
      ASSERT_NE(child.next(), -1);
      if (said % 10 == 5) lines += taken();
    }
    child.kill();
    while (child.next() != -1) ++said;
    const auto repository = open_recording();
    lines += taken();
    EXPECT_GE(lines_in(lines).size(), static_cast<std::size_t>(3 * said));
    expect_explained(lines, *repository);
  }
}

TEST_F(SqliteOperations, AreGoneOnceTheyAreTakenAndTheirNumbersDoNotComeBack) {
  const auto repository = open_recording();
  complete(*repository, "a");
  std::string all = taken();
  EXPECT_EQ(taken(), "");
  complete(*repository, "b");
  value_of(repository->reset());
  EXPECT_EQ(recorded_names().size(), 4U);
  all += taken();
  std::uint64_t number = 0;
  for (const auto& line : lines_in(all)) EXPECT_EQ(line["i"], ++number);
  EXPECT_EQ(number, 7U);
  EXPECT_EQ(RawSqlite(file()).ask("SELECT count(*) FROM operations"), "1");
}

TEST_F(SqliteOperations, ThatWereNotKeptAreTakenAgain) {
  const auto repository = open_recording();
  complete(*repository, "a");
  const std::string once = recorded();
  EXPECT_EQ(recorded(), once);
  const auto refuse = [](std::string_view) -> lease::Result<void> {
    return std::unexpected(lease::Error(ErrorCode::unavailable, "no room"));
  };
  EXPECT_EQ(error_of(lease::take_sqlite_operations(options(), refuse)).message, "no room");
  EXPECT_EQ(taken(), once);
}

TEST_F(SqliteOperations, AreTakenInPiecesOfAboutAMegabyte) {
  const auto repository = open_recording();
  value_of(repository->enqueue_attempt(attempt("a")));
  const auto lease = value_of(repository->upsert_lease(lease::AttemptId("a"), worker, at(5000)));
  const std::string payload = "\"" + std::string(600'000, 'x') + "\"";
  for (int i = 0; i < 5; ++i) {
    value_of(repository->append_run_event(holder_of(lease), {"note", payload}, at(1000)));
  }
  std::vector<std::size_t> pieces;
  const auto keep = [&](std::string_view lines) -> lease::Result<void> {
    EXPECT_EQ(lines.back(), '\n');
    pieces.push_back(lines_in(std::string(lines)).size());
    return {};
  };
  EXPECT_EQ(value_of(lease::take_sqlite_operations(options(), keep)), 7U);
  EXPECT_EQ(pieces, (std::vector<std::size_t>{4, 2, 1}));
}

TEST_F(SqliteOperations, AreNotRecordedUnlessThatIsWishedFor) {
  {
    const auto repository = value_of(open());
    const auto tool = open_recording(RecordOperations::if_others_do);
    complete(*tool, "a");
  }
  EXPECT_EQ(RawSqlite(file()).ask("SELECT count(*) FROM sqlite_schema WHERE name = 'operations'"),
            "0");
  const lease::Error error = error_of(recorded_in(options()));
  EXPECT_EQ(error.code, ErrorCode::unavailable);
  EXPECT_NE(error.message.find("record_operations"), std::string::npos) << error.message;
}

TEST_F(SqliteOperations, AreRecordedByToolsWhereOthersDo) {
  { const auto service = open_recording(); }
  value_of(open_recording(RecordOperations::if_others_do)->enqueue_attempt(attempt("a")));
  value_of(open_recording(RecordOperations::no)->enqueue_attempt(attempt("b")));
  EXPECT_EQ(recorded_names(), (std::vector<std::string>{"enqueue_attempt"}));
}

TEST_F(SqliteOperations, LeaveTheSchemasVersionAlone) {
  std::filesystem::copy_file(LEASE_FIXTURES "/schema_1.db", file());
  value_of(open_recording()->enqueue_attempt(attempt("another")));
  EXPECT_EQ(RawSqlite(file()).ask("PRAGMA user_version"), "2");
  EXPECT_EQ(recorded_names(), (std::vector<std::string>{"enqueue_attempt"}));
  const auto again = open_recording();
  EXPECT_EQ(value_of(lease::check_sqlite_repository(options())), std::vector<std::string>{});
  RawSqlite(file()).run("DROP TABLE operations; CREATE TABLE operations (seq)");
  EXPECT_EQ(
      value_of(lease::check_sqlite_repository(options())),
      std::vector<std::string>{"table operations is missing, or is not as this library makes it"});
}

TEST_F(SqliteOperations, ThatNobodyRecordsAreCorrupt) {
  const auto repository = open_recording();
  value_of(repository->enqueue_attempt(attempt("a")));
  RawSqlite(file()).run("UPDATE operations SET step = 'x'");
  EXPECT_EQ(error_of(recorded_in(options())).code, ErrorCode::corrupt);
}

/// Throws once it is told to.
struct ThrowingIds final : lease::IdSource {
  [[nodiscard]] lease::LeaseId next_lease_id() override { throw std::runtime_error("no ids"); }
};

TEST_F(SqliteOperations, AreNoneOfACallThatAnExceptionEnds) {
  ThrowingIds none;
  const auto repository = value_of(lease::open_sqlite_repository(options(), clock, none));
  value_of(repository->enqueue_attempt(attempt("a")));
  EXPECT_THROW(static_cast<void>(repository->upsert_lease(lease::AttemptId("a"), worker, at(5000))),
               std::runtime_error);
  EXPECT_EQ(recorded_names(), (std::vector<std::string>{"enqueue_attempt"}));
}

}  // namespace
}  // namespace leasecheck::tests
