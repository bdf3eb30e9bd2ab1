#include "tests/traces/samples.hpp"

#include <algorithm>
#include <iterator>
#include <limits>

namespace leasecheck::tests {
namespace {

using namespace model;  // NOLINT: a table of its values

constexpr std::uint64_t largest = std::numeric_limits<std::uint64_t>::max();

AttemptSpec full_spec() {
  return {.attempt_id = "a1",
          .run_id = "r1",
          .priority = std::numeric_limits<std::int32_t>::min(),
          .not_before = at_ms(-1),
          .timeout = Duration{60'000},
          .on_timeout = OnTimeout::cancel,
          .retry_policy = RetryPolicy{.strategy = BackoffStrategy::exponential,
                                      .backoff = Duration{100},
                                      .max_backoff = Duration{1'600},
                                      .multiplier = 3,
                                      .max_retries = 2},
          .max_deliveries = 5,
          .tenant_id = "tenant"};
}

LeaseRecord lease_of(Id attempt, Id worker) {
  return {.lease_id = "L1",
          .attempt_id = std::move(attempt),
          .worker_id = std::move(worker),
          .lease_expires_at = at_ms(59'000),
          .heartbeat_at = at_ms(29'000),
          .version = largest,
          .execution_deadline = {}};
}

AttemptRecord backed_off() {
  return {.attempt_id = "a2",
          .run_id = "r1",
          .attempt_no = 2,
          .status = Status::retry_backoff,
          .priority = -7,
          .ready_at = at_ms(31'000),
          .retry_at = at_ms(31'000),
          .started_at = {},
          .delivery_count = 1,
          .version = 3,
          .finished_at = {}};
}

AttemptRecord running() {
  AttemptRecord record = backed_off();
  record.status = Status::running;
  record.retry_at = {};
  record.started_at = beginning_of_time;
  return record;
}

AttemptRecord finished() {
  AttemptRecord record = backed_off();
  record.status = Status::completed;
  record.retry_at = {};
  record.finished_at = end_of_time;
  return record;
}

/// Operations of one attempt, or that read.
std::vector<Answered> answered_one_by_one() {
  LeaseRecord with_deadline = lease_of("a1", "w1");
  with_deadline.execution_deadline = end_of_time;
  return {
      {Reset{}, Done{}},
      {EnqueueAttempt{full_spec()}, Done{}},
      {EnqueueAttempt{}, std::unexpected(ErrorCode::already_exists)},
      {ListDispatchableAttempts{at_ms(5), largest},
       std::vector<DispatchRecord>{{"a1", "r1", 1, Status::queued, {}},
                                   {"a2", "r1", 2, Status::retry_backoff, at_ms(4)}}},
      {UpsertLease{"a1", "w1", at_ms(59'000)}, with_deadline},
      {UpsertLease{"a1", "w2", at_ms(59'000)}, std::unexpected(ErrorCode::not_dispatchable)},
      {HeartbeatLease{"L1", at_ms(29'000), end_of_time}, Done{}},
      {HeartbeatLease{"L9", at_ms(29'000), end_of_time}, std::unexpected(ErrorCode::stale_lease)},
      {HeartbeatLeaseWithVersion{"L1", "w1", largest, beginning_of_time, at_ms(0)},
       lease_of("a1", "w1")},
      {ExpireLeasesAndRequeue{at_ms(std::numeric_limits<std::int64_t>::min())}, Count{1}},
      {TransitionTimedOutAttempts{at_ms(7)}, Count{0}},
      {LatestSeqForRun{"r1"}, Sequence{largest}},
      {StartAttempt{"L1", "w1"}, std::unexpected(ErrorCode::unavailable)},
      {ReleaseLease{"L1", "w1"}, std::unexpected(ErrorCode::corrupt)},
      {AckAttempt{"L1", "w1", AckOutcome::failed},
       AckResult{Status::retry_backoff, 2, at_ms(31'000)}},
      {AckAttempt{"L1", "w1", AckOutcome::completed}, AckResult{Status::completed, 1, {}}},
      {AppendRunEvent{"L1", "w1", "progress", R"({"done":[1,-2,null,true,"ü"]})"}, Sequence{1}},
      {AppendRunEvent{"L1", "w1", "hostile", R"({"b": 1,"a":01})"},
       std::unexpected(ErrorCode::invalid_argument)},
      {CancelAttempt{"a1"}, std::unexpected(ErrorCode::not_found)},
      {ReplayDeadLetter{"a1"}, Done{}},
      {ListDeadLetters{1},
       std::vector<DeadLetter>{{"a1", "r1", 3, DeadLetterReason::delivery_exhausted, at_ms(9)}}},
      {GetAttempt{"a2"}, backed_off()},
      {GetAttempt{"a2"}, running()},
      {GetLease{"L1"}, std::optional<LeaseRecord>(lease_of("a1", "w1"))},
      {GetLease{"L1"}, std::optional<LeaseRecord>()},
      {GetLeaseForAttempt{"a1"}, std::optional<LeaseRecord>()},
      {QueueDepth{at_ms(3)}, Count{2}},
      {CountByStatus{}, CountsByStatus{{1, 2, 3, 4, 5, 6, largest}}},
      {ListRunEvents{"r1", 0, largest},
       std::vector<RunEvent>{{1, "a1", "progress", "null", at_ms(1)},
                             {2, "a1", "progress", "1.0", at_ms(2)},
                             {3, "a1", "progress", "no json", at_ms(3)}}},
  };
}

std::vector<Answered> answered_several() {
  return {
      {EnqueueAttempts{{full_spec(), AttemptSpec{}}},
       ItemResults<Done>{{Done{}, {}}, {{}, Refusal{ErrorCode::invalid_argument}}}},
      {EnqueueAttempts{}, ItemResults<Done>{}},
      {HeartbeatLeases{{{"L1", "w1", largest, beginning_of_time, at_ms(0)}}},
       ItemResults<LeaseRecord>{{lease_of("a1", "w1"), {}}}},
      {AckAttempts{{{"L1", "w1", AckOutcome::failed}, {"L9", "w1", AckOutcome::cancelled}}},
       ItemResults<AckResult>{{AckResult{Status::retry_backoff, 2, at_ms(31'000)}, {}},
                              {{}, Refusal{ErrorCode::stale_lease}}}},
      {ClaimAttempts{"w1", largest, Duration{30'000}},
       std::vector<Claim>{{{"a1", "r1", 1, Status::queued, {}}, lease_of("a1", "w1")}}},
      {ClaimAttempts{"w1", 0, Duration{-1}}, std::unexpected(ErrorCode::invalid_argument)},
      {PruneAttempts{at_ms(-3), 100, true}, Count{7}},
      {ListAttempts{Status::running, "r1", "w1", "tenant", "a0", largest},
       std::vector<AttemptRecord>{running()}},
      {ListAttempts{}, std::vector<AttemptRecord>{finished()}},
  };
}

}  // namespace

std::vector<Answered> answered_operations() {
  std::vector<Answered> all = answered_one_by_one();
  std::ranges::copy(answered_several(), std::back_inserter(all));
  return all;
}

std::vector<Environment> events() {
  return {WorkerStarted{"w1", {.offset = Duration{-5}, .drift_ppm = -200}},
          WorkerStopped{"w1"},
          WorkerPaused{"w1", Duration{12'000}},
          LeaseGivenUp{"w1", "L1"},
          ReplyDelivered{"w1", largest},
          RequestLost{"w1", "heartbeat_lease"},
          ReplyLost{"w1", 3},
          EffectWritten{"w1", "a1", 3, at_ms(7)},
          ClockStepped{"w1", {.offset = Duration{7}, .drift_ppm = 200}},
          FaultsEnded{},
          ProgressDue{}};
}

traces::Trace full_trace() {
  traces::Trace trace;
  trace.head = {.deployment = {},
                .config = {{"grace", 5'000}, {"ttl", 30'000}, {"workers", 2}},
                .seed = largest,
                .origin = "simulate",
                .backend = "mutant heartbeat_shortens_lease",
                .exhibit = traces::Exhibit{.shows = "A heartbeat shortens a lease.",
                                           .defect = "heartbeat_shortens_lease",
                                           .property = "expiry_never_lowered"}};
  const auto add = [&trace](traces::StepBody what) {
    const std::uint64_t number = trace.steps.size() + 1;
    trace.steps.push_back({number, at_ms(static_cast<std::int64_t>(number) * 10), std::move(what)});
    return number;
  };
  for (const auto& [operation, outcome] : answered_operations()) {
    const std::uint64_t call = add(traces::Call{"w1", at_ms(17), {at_ms(16), operation}});
    add(traces::Return{call, outcome, {{"L1.lease_expires_at", "59000"}}, 0x00b71eULL});
  }
  for (const Environment& event : events()) add(event);
  trace.verdict = {.result = traces::Result::violated,
                   .property = "expiry_never_lowered",
                   .message = "L1 expired at 59000 and now expires at 58000",
                   .first_bad = trace.steps.size()};
  return trace;
}

traces::Trace short_trace() {
  traces::Trace trace;
  trace.head = {.deployment = {},
                .config = {{"grace", 5}},
                .seed = 7,
                .origin = "test",
                .backend = "model",
                .exhibit = {}};
  trace.steps = {
      {1, at_ms(1), WorkerStarted{"w1", {}}},
      {2, at_ms(2), traces::Call{"w1", at_ms(2), {at_ms(2), CancelAttempt{"a1"}}}},
      {3, at_ms(2), traces::Return{2, Done{}, {{"a1.status", "\"cancelled\""}}, largest}}};
  return trace;
}

}  // namespace leasecheck::tests
