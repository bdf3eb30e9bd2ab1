// The numbers of the Prometheus adapter, and its text as Prometheus itself reads it.

#include "lease/prometheus.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>

#include "lease/memory.hpp"
#include "tests/impl/fixture.hpp"
#include "tests/impl/raw_sqlite.hpp"

namespace leasecheck::tests {
namespace {

using lease::ErrorCode;
using lease::Operation;
using lease::OperationReport;
using lease::PrometheusMetrics;
using std::chrono::nanoseconds;

/// The value of a series, as it is printed; "" if there is none.
std::string value_in(const std::string& text, const std::string& series) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(series + " ")) return line.substr(series.size() + 1);
  }
  return "";
}

std::string bucket(const std::string& le) {
  return "lease_operation_duration_seconds_bucket{operation=\"get_attempt\",le=\"" + le + "\"}";
}

/// What `promtool check metrics` says, "" where it has no complaint; nothing where there is none.
std::optional<std::string> said_by_promtool(const std::string& text) {
  if (std::system("command -v promtool >/dev/null") != 0) return std::nullopt;
  const TemporaryDirectory directory;
  const std::string path = directory.path() / "metrics";
  std::ofstream(path) << text;
  const int status =
      std::system(("promtool check metrics <'" + path + "' >'" + path + ".said' 2>&1").c_str());
  std::ostringstream said;
  said << std::ifstream(path + ".said").rdbuf();
  return status == 0 ? "" : "promtool has failed: " + said.str();
}

class Prometheus : public testing::Test {
 protected:
  [[nodiscard]] std::string value(const std::string& series) const {
    return value_in(metrics->text(), series);
  }

  std::unique_ptr<PrometheusMetrics> metrics = value_of(PrometheusMetrics::make());
};

TEST_F(Prometheus, CountsCallsByOperationAndResult) {
  for (int i = 0; i < 3; ++i) {
    metrics->operation_ended({.operation = Operation::get_attempt, .error = {}});
  }
  metrics->operation_ended({.operation = Operation::get_attempt, .error = ErrorCode::not_found});
  metrics->operation_ended({.operation = Operation::reset, .error = {}, .has_thrown = true});
  const auto calls = [&](const std::string& labels) {
    return value("lease_operations_total{" + labels + "}");
  };
  EXPECT_EQ(calls(R"(operation="get_attempt",result="ok")"), "3");
  EXPECT_EQ(calls(R"(operation="get_attempt",result="not_found")"), "1");
  EXPECT_EQ(calls(R"(operation="reset",result="exception")"), "1");
  EXPECT_EQ(calls(R"(operation="reset",result="ok")"), "");
}

TEST_F(Prometheus, CountsItemsByOperationAndResult) {
  OperationReport report{.operation = Operation::ack_attempts, .error = {}, .items = 5};
  report.refused_items[ErrorCode::stale_lease] = 2;
  metrics->operation_ended(report);
  metrics->operation_ended(report);
  const std::string items = "lease_operation_items_total{operation=\"ack_attempts\",result=";
  EXPECT_EQ(value(items + "\"ok\"}"), "6");
  EXPECT_EQ(value(items + "\"stale_lease\"}"), "4");
}

TEST_F(Prometheus, PrintsBucketsThatHoldWhatIsAtMostTheirBound) {
  using namespace std::chrono_literals;
  for (const nanoseconds duration : {nanoseconds{0ns}, nanoseconds{5us}, nanoseconds{5'001ns},
                                     nanoseconds{1ms}, nanoseconds{10s}, nanoseconds{11s}}) {
    metrics->operation_ended(
        {.operation = Operation::get_attempt, .duration = duration, .error = {}});
  }
  EXPECT_EQ(value(bucket("5e-06")), "2");
  EXPECT_EQ(value(bucket("2.5e-05")), "3");
  EXPECT_EQ(value(bucket("0.0005")), "3");
  EXPECT_EQ(value(bucket("0.001")), "4");
  EXPECT_EQ(value(bucket("5")), "4");
  EXPECT_EQ(value(bucket("10")), "5");
  EXPECT_EQ(value(bucket("+Inf")), "6");
  EXPECT_EQ(value("lease_operation_duration_seconds_count{operation=\"get_attempt\"}"), "6");
  EXPECT_EQ(value("lease_operation_duration_seconds_sum{operation=\"get_attempt\"}"),
            "21.001010001");
}

TEST_F(Prometheus, PrintsHowManyCallsSharedATransactionWhereThereWasOne) {
  for (const std::uint64_t size : {0, 1, 3, 3, 3, 256}) {
    metrics->operation_ended({.error = {}, .group_size = size});
  }
  const auto of = [&](const std::string& le) {
    return value("lease_transaction_operations_bucket{le=\"" + le + "\"}");
  };
  EXPECT_EQ(of("1"), "1");
  EXPECT_EQ(of("2"), "1");
  EXPECT_EQ(of("4"), "4");
  EXPECT_EQ(of("128"), "4");
  EXPECT_EQ(of("256"), "5");
  EXPECT_EQ(of("+Inf"), "5");
  EXPECT_EQ(value("lease_transaction_operations_sum"), "266");
  EXPECT_EQ(value("lease_transaction_operations_count"), "5");
}

TEST_F(Prometheus, CountsWhatHappenedToAttempts) {
  metrics->lease_reaped({.attempt_id = {}, .worker_id = {}, .status = lease::Status::queued});
  metrics->lease_reaped({.attempt_id = {}, .worker_id = {}, .status = lease::Status::queued});
  metrics->attempt_timed_out(
      {.attempt_id = {}, .worker_id = {}, .status = lease::Status::cancelled});
  metrics->dead_letter_added(
      {.attempt_id = {}, .run_id = {}, .reason = lease::DeadLetterReason::timed_out});
  EXPECT_EQ(value("lease_reaped_leases_total{status=\"queued\"}"), "2");
  EXPECT_EQ(value("lease_reaped_leases_total{status=\"failed\"}"), "0");
  EXPECT_EQ(value("lease_timed_out_attempts_total{status=\"cancelled\"}"), "1");
  EXPECT_EQ(value("lease_timed_out_attempts_total{status=\"retry_backoff\"}"), "0");
  EXPECT_EQ(value("lease_dead_letters_total{reason=\"timed_out\"}"), "1");
  EXPECT_EQ(value("lease_dead_letters_total{reason=\"failed\"}"), "0");
}

TEST_F(Prometheus, CountsWhatTheStorageMet) {
  metrics->transaction_retried(3);
  metrics->transaction_retried(4);
  metrics->log_is_pinned(50);
  metrics->log_is_pinned(60);
  EXPECT_EQ(value("lease_transaction_retries_total"), "7");
  EXPECT_EQ(value("lease_log_pinned_total"), "2");
  EXPECT_EQ(value("lease_log_pinned_pages"), "60");
  metrics->log_written_back(80);
  EXPECT_EQ(value("lease_log_pinned_pages"), "0");
  EXPECT_EQ(value("lease_log_written_back_pages_total"), "80");
}

TEST_F(Prometheus, CountsWhatARepositoryDoesInManyThreads) {
  ManualClock clock;
  lease::RandomIds ids;
  const auto repository = lease::make_memory_repository(clock, ids, metrics.get());
  {
    std::vector<std::jthread> running;
    for (int t = 0; t < 4; ++t) {
      running.emplace_back([&, t] {
        for (int i = 0; i < 100; ++i) {
          value_of(repository->enqueue_attempt(attempt(std::to_string(t * 100 + i))));
          static_cast<void>(metrics->text());
        }
      });
    }
  }
  EXPECT_EQ(value("lease_operations_total{operation=\"enqueue_attempt\",result=\"ok\"}"), "400");
  EXPECT_EQ(value("lease_operation_duration_seconds_count{operation=\"enqueue_attempt\"}"), "400");
  EXPECT_EQ(value("lease_transaction_operations_count"), "400");
}

// ---- Of the queue -----------------------------------------------------------------------------

class PrometheusOfAQueue : public Prometheus {
 protected:
  [[nodiscard]] std::string gauge(const std::string& series) {
    return value_in(value_of(metrics->text_of_queue(*repository, at(clock.ms))), series);
  }
  ManualClock clock;
  lease::RandomIds ids;
  std::unique_ptr<lease::AttemptRepository> repository = lease::make_memory_repository(clock, ids);
};

TEST_F(PrometheusOfAQueue, PrintsHowFullItIs) {
  lease::AttemptSpec later = attempt("later");
  later.not_before = at(50'000);
  value_of(repository->enqueue_attempts(std::vector{attempt("a"), attempt("b"), later}));
  value_of(repository->upsert_lease(lease::AttemptId("a"), worker, at(5000)));
  clock.ms = 3500;
  EXPECT_EQ(gauge("lease_attempts{status=\"queued\"}"), "2");
  EXPECT_EQ(gauge("lease_attempts{status=\"leased\"}"), "1");
  EXPECT_EQ(gauge("lease_attempts{status=\"completed\"}"), "0");
  EXPECT_EQ(gauge("lease_dispatchable_attempts"), "1");
  EXPECT_EQ(gauge("lease_next_attempt_wait_seconds"), "2.5");
}

TEST_F(PrometheusOfAQueue, SaysThatNobodyWaitsInAnEmptyOneOrBeforeTheirTime) {
  EXPECT_EQ(gauge("lease_next_attempt_wait_seconds"), "0");
  value_of(repository->enqueue_attempt(attempt("a")));
  clock.ms = 900;
  EXPECT_EQ(gauge("lease_next_attempt_wait_seconds"), "0");
}

TEST_F(PrometheusOfAQueue, TellsTheTimesApartThatAreAsFarApartAsCanBe) {
  clock.ms = std::numeric_limits<std::int64_t>::min();
  value_of(repository->enqueue_attempt(attempt("a")));
  clock.ms = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(gauge("lease_next_attempt_wait_seconds"), "1.844674407370955e+16");
}

TEST_F(SqliteTest, PrometheusIsAnsweredTheErrorOfAQueueThatCannotBeRead) {
  const auto repository = value_of(open());
  RawSqlite(file()).run("DROP TABLE attempts");
  const auto metrics = value_of(PrometheusMetrics::make());
  EXPECT_EQ(error_of(metrics->text_of_queue(*repository, at(1000))).code, ErrorCode::corrupt);
}

// ---- The text -----------------------------------------------------------------------------------

TEST(PrometheusLabels, StandBeforeThoseOfTheSeriesAndAreEscaped) {
  const auto metrics =
      value_of(PrometheusMetrics::make({{"queue", "a\\b\"c\nd"}, {"host", "größer"}}));
  metrics->operation_ended({.operation = Operation::reset, .error = {}});
  const std::string text = metrics->text();
  const std::string labels = R"(queue="a\\b\"c\nd",host="größer")";
  EXPECT_EQ(
      value_in(text, "lease_operations_total{" + labels + ",operation=\"reset\",result=\"ok\"}"),
      "1");
  EXPECT_EQ(value_in(text, "lease_transaction_retries_total{" + labels + "}"), "0");
}

TEST(PrometheusLabels, ThatCannotBeAreAnswered) {
  const std::vector<std::vector<lease::MetricLabel>> refused{
      {{"", "a"}},       {{"1a", "a"}}, {{"a-b", "a"}},  {{"__a", "a"}},
      {{"result", "a"}}, {{"le", "a"}}, {{"a", "\xff"}}, {{"a", "1"}, {"a", "2"}}};
  for (const auto& labels : refused) {
    EXPECT_EQ(error_of(PrometheusMetrics::make(labels)).code, ErrorCode::invalid_argument)
        << labels.front().name;
  }
  value_of(PrometheusMetrics::make({{"_a1", ""}}));
}

TEST(PrometheusText, IsWhatPrometheusReads) {
  ManualClock clock;
  lease::RandomIds ids;
  const auto metrics =
      value_of(PrometheusMetrics::make({{"queue", "a\\b\"c\nd"}, {"host", "größer"}}));
  const auto repository = lease::make_memory_repository(clock, ids, metrics.get());
  value_of(repository->enqueue_attempt(attempt("a")));
  static_cast<void>(repository->cancel_attempt(lease::AttemptId("b"), at(1)));
  const std::string text =
      metrics->text() + value_of(metrics->text_of_queue(*repository, at(1000)));
  const auto said = said_by_promtool(text);
  if (!said) GTEST_SKIP() << "promtool is missing (Debian: prometheus)";
  EXPECT_EQ(*said, "");
  // That it would complain.
  EXPECT_NE(*said_by_promtool(text + text), "");
}

}  // namespace
}  // namespace leasecheck::tests
