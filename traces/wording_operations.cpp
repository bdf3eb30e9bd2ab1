#include <fmt/format.h>

#include <string_view>
#include <variant>

#include "traces/phrases.hpp"
#include "traces/wording.hpp"

/// What an operation asks for, and what it is answered.
namespace leasecheck::traces {
namespace {

std::string policy(const model::RetryPolicy& policy) {
  const std::string growing = policy.strategy == model::BackoffStrategy::fixed
                                  ? ""
                                  : fmt::format(", times {} each", policy.multiplier);
  const std::string most =
      policy.max_backoff ? fmt::format(", capped at {}", duration(*policy.max_backoff)) : "";
  return fmt::format(", {} (backoff {}{}{})", counted(policy.max_retries, "retry", "retries"),
                     duration(policy.backoff), growing, most);
}

struct CallInWords {
  const Wording& say;

  static std::string reading(std::string_view what) { return fmt::format("asks for {}", what); }

  std::string enqueue(const model::AttemptSpec& spec) const {
    std::string words = fmt::format("enqueues {} of run {}", spec.attempt_id, spec.run_id);
    if (spec.priority != 0) words += fmt::format(", priority {}", spec.priority);
    if (spec.not_before) words += ", not before " + say.time(*spec.not_before);
    if (spec.timeout) {
      words +=
          fmt::format(", timeout {} (then: {})", duration(*spec.timeout), word(spec.on_timeout));
    }
    if (spec.retry_policy) words += policy(*spec.retry_policy);
    if (spec.max_deliveries)
      words += ", at most " + counted(*spec.max_deliveries, "delivery", "deliveries");
    if (spec.tenant_id) words += ", tenant " + *spec.tenant_id;
    return words;
  }

  std::string operator()(const model::Reset&) const {
    return std::string("empties the repository");
  }
  std::string operator()(const model::EnqueueAttempt& op) const { return enqueue(op.spec); }
  std::string operator()(const model::ListDispatchableAttempts& op) const {
    return fmt::format("asks for the attempts to dispatch at {}, at most {}", say.time(op.at),
                       op.limit);
  }
  std::string operator()(const model::UpsertLease& op) const {
    return fmt::format("claims {} for {} until {}", op.attempt_id, op.worker_id,
                       say.time(op.lease_expires_at));
  }
  std::string operator()(const model::HeartbeatLease& op) const {
    return fmt::format("heartbeats {} at {}, until {}", op.lease_id, say.time(op.heartbeat_at),
                       say.time(op.lease_expires_at));
  }
  std::string operator()(const model::HeartbeatLeaseWithVersion& op) const {
    return fmt::format("heartbeats {} at {} until {}, showing version {}", op.lease_id,
                       say.time(op.heartbeat_at), say.time(op.lease_expires_at),
                       op.expected_version);
  }
  std::string operator()(const model::ExpireLeasesAndRequeue& op) const {
    return "reaps the leases that expired before " + say.time(op.stale_before);
  }
  std::string operator()(const model::TransitionTimedOutAttempts& op) const {
    return "ends executions whose deadline has come by " + say.time(op.at);
  }
  std::string operator()(const model::LatestSeqForRun& op) const {
    return reading("the latest event sequence of " + op.run_id);
  }
  std::string operator()(const model::StartAttempt& op) const {
    return fmt::format("starts to execute under {}", op.lease_id);
  }
  std::string operator()(const model::ReleaseLease& op) const {
    return fmt::format("releases {}", op.lease_id);
  }
  std::string operator()(const model::AckAttempt& op) const {
    return fmt::format("acks {}: {}", op.lease_id, word(op.outcome));
  }
  std::string operator()(const model::AppendRunEvent& op) const {
    return fmt::format("appends the event {} under {}", op.kind, op.lease_id);
  }
  std::string operator()(const model::CancelAttempt& op) const {
    return "cancels " + op.attempt_id;
  }
  std::string operator()(const model::ReplayDeadLetter& op) const {
    return "replays the dead letter of " + op.attempt_id;
  }
  std::string operator()(const model::ListDeadLetters& op) const {
    return reading(at_most(op.limit, "dead letter"));
  }
  std::string operator()(const model::GetAttempt& op) const {
    return reading("the attempt " + op.attempt_id);
  }
  std::string operator()(const model::GetLease& op) const {
    return reading("the lease " + op.lease_id);
  }
  std::string operator()(const model::GetLeaseForAttempt& op) const {
    return reading("the lease of " + op.attempt_id);
  }
  std::string operator()(const model::QueueDepth& op) const {
    return reading("the queue's depth at " + say.time(op.at));
  }
  std::string operator()(const model::CountByStatus&) const {
    return reading("the counts by status");
  }
  /// "in one call enqueues a1 of run r1; enqueues a2 of run r1".
  template <class Item>
  std::string each(const std::vector<Item>& items, std::string_view none) const {
    std::string words;
    for (const Item& item : items) {
      words += words.empty() ? "in one call " : "; ";
      words += (*this)(item);
    }
    return words.empty() ? std::string(none) : words;
  }
  std::string operator()(const model::AttemptSpec& spec) const { return enqueue(spec); }
  std::string operator()(const model::EnqueueAttempts& op) const {
    return each(op.attempts, "enqueues nothing");
  }
  std::string operator()(const model::HeartbeatLeases& op) const {
    return each(op.heartbeats, "heartbeats nothing");
  }
  std::string operator()(const model::AckAttempts& op) const {
    return each(op.acks, "acks nothing");
  }
  std::string operator()(const model::ClaimAttempts& op) const {
    return fmt::format("claims {} for {}, for {} each", at_most(op.limit, "attempt"), op.worker_id,
                       duration(op.lease_ttl));
  }
  std::string operator()(const model::PruneAttempts& op) const {
    return fmt::format("prunes {} that finished before {}{}", at_most(op.limit, "attempt"),
                       say.time(op.finished_before),
                       op.with_dead_letters ? ", with their dead letters" : "");
  }
  std::string operator()(const model::ListAttempts& op) const {
    std::string words = at_most(op.limit, "attempt");
    if (op.status) words += fmt::format(" that are {}", word(*op.status));
    if (op.run_id) words += " of run " + *op.run_id;
    if (op.worker_id) words += " held by " + *op.worker_id;
    if (op.tenant_id) words += " of tenant " + *op.tenant_id;
    if (op.after) words += " after " + *op.after;
    return reading(words);
  }
  std::string operator()(const model::ListRunEvents& op) const {
    return reading(
        fmt::format("{} of {} after {}", at_most(op.limit, "event"), op.run_id, op.after));
  }
};

struct AnswerInWords {
  const Wording& say;

  template <class Value>
  std::string operator()(const model::ItemResults<Value>& results) const {
    std::string words = results.empty() ? "answers nothing" : "answers";
    for (std::size_t i = 0; i < results.size(); ++i) {
      words +=
          fmt::format("{} {}: {}", i == 0 ? "" : ";", i + 1,
                      results[i].ok ? (*this)(*results[i].ok)
                                    : fmt::format("refuses: {}", word(results[i].error->code)));
    }
    return words;
  }
  std::string operator()(const std::vector<model::Claim>& claims) const {
    std::string words = claims.empty() ? "answers none" : "answers";
    for (const model::Claim& claim : claims) {
      words += fmt::format("{} {} of {} until {}", &claim == claims.data() ? "" : ",",
                           claim.lease.lease_id, claim.lease.attempt_id,
                           say.time(claim.lease.lease_expires_at));
    }
    return words;
  }
  std::string operator()(const std::vector<model::AttemptRecord>& records) const {
    return ids(records);
  }

  template <class Record>
  static std::string ids(const std::vector<Record>& records) {
    std::string words = records.empty() ? "answers none" : "answers";
    for (const Record& record : records) words += " " + record.attempt_id;
    return words;
  }

  std::string operator()(const model::Done&) const { return std::string("accepts"); }
  std::string operator()(const model::Count& count) const {
    return fmt::format("answers {}", count.value);
  }
  std::string operator()(const model::Sequence& sequence) const {
    return fmt::format("answers {}", sequence.value);
  }
  std::string operator()(const model::AckResult& ack) const {
    std::string words =
        fmt::format("accepts: {}, attempt number {}", word(ack.status), ack.attempt_no);
    if (ack.retry_at) words += ", to be retried at " + say.time(*ack.retry_at);
    return words;
  }
  std::string operator()(const model::LeaseRecord& record) const {
    std::string words = fmt::format("answers {} of {} for {} until {}, version {}", record.lease_id,
                                    record.attempt_id, record.worker_id,
                                    say.time(record.lease_expires_at), record.version);
    if (record.execution_deadline) words += ", deadline " + say.time(*record.execution_deadline);
    return words;
  }
  std::string operator()(const std::optional<model::LeaseRecord>& record) const {
    return record ? (*this)(*record) : std::string("answers that there is none");
  }
  std::string operator()(const model::AttemptRecord& attempt) const {
    return fmt::format("answers {}: {}, version {}", attempt.attempt_id, word(attempt.status),
                       attempt.version);
  }
  std::string operator()(const model::CountsByStatus& counts) const {
    std::string words = "answers";
    for (std::size_t i = 0; i < model::status_count; ++i) {
      if (counts.count[i] == 0) continue;
      words += fmt::format(" {} {}", counts.count[i], word(static_cast<model::Status>(i)));
    }
    return words;
  }
  std::string operator()(const std::vector<model::DispatchRecord>& records) const {
    return ids(records);
  }
  std::string operator()(const std::vector<model::DeadLetter>& letters) const {
    return ids(letters);
  }
  std::string operator()(const std::vector<model::RunEvent>& events) const {
    return fmt::format("answers {} events", events.size());
  }
};

}  // namespace

std::string Wording::call(const model::Operation& operation) const {
  return std::visit(CallInWords{*this}, operation);
}

std::string Wording::answer(const model::Outcome& outcome) const {
  if (!outcome) return fmt::format("refuses: {}", word(outcome.error()));
  return std::visit(AnswerInWords{*this}, *outcome);
}

}  // namespace leasecheck::traces
