#include "operation_text.hpp"

#include "json_printer.hpp"

namespace lease {
// ---- The fields of each record: a printer finds them by the record ---------------------------

static void print_fields(JsonPrinter& out, const RetryPolicy& policy) {
  out.fields("strategy", policy.strategy, "backoff", policy.backoff, "max_backoff",
             policy.max_backoff, "multiplier", policy.multiplier, "max_retries",
             policy.max_retries);
}

static void print_fields(JsonPrinter& out, const AttemptSpec& spec) {
  out.fields("attempt_id", spec.attempt_id, "run_id", spec.run_id, "priority", spec.priority,
             "not_before", spec.not_before, "timeout", spec.timeout, "on_timeout", spec.on_timeout,
             "retry_policy", spec.retry_policy, "max_deliveries", spec.max_deliveries, "tenant_id",
             spec.tenant_id);
}

static void print_fields(JsonPrinter& out, const AttemptDispatchRecord& record) {
  out.fields("attempt_id", record.attempt_id, "run_id", record.run_id, "attempt_no",
             record.attempt_no, "status", record.status, "retry_at", record.retry_at);
}

static void print_fields(JsonPrinter& out, const LeaseRecord& record) {
  out.fields("lease_id", record.lease_id, "attempt_id", record.attempt_id, "worker_id",
             record.worker_id, "lease_expires_at", record.lease_expires_at, "heartbeat_at",
             record.heartbeat_at, "version", record.version, "execution_deadline",
             record.execution_deadline);
}

static void print_fields(JsonPrinter& out, const AttemptRecord& record) {
  out.fields("attempt_id", record.attempt_id, "run_id", record.run_id, "attempt_no",
             record.attempt_no, "status", record.status, "priority", record.priority, "ready_at",
             record.ready_at, "retry_at", record.retry_at, "started_at", record.started_at,
             "delivery_count", record.delivery_count, "version", record.version, "finished_at",
             record.finished_at);
}

static void print_fields(JsonPrinter& out, const Claim& claim) {
  out.fields("attempt", claim.attempt, "lease", claim.lease);
}

static void print_fields(JsonPrinter& out, const DeadLetter& letter) {
  out.fields("attempt_id", letter.attempt_id, "run_id", letter.run_id, "attempt_no",
             letter.attempt_no, "reason", letter.reason, "dead_at", letter.dead_at);
}

static void print_fields(JsonPrinter& out, const RunEvent& event) {
  out.fields("seq", event.seq, "attempt_id", event.attempt_id, "kind", event.kind);
  out.payload(event.payload);
  out.field("at", event.at);
}

static void print_fields(JsonPrinter& out, const AckResult& result) {
  out.fields("status", result.status, "attempt_no", result.attempt_no, "retry_at", result.retry_at);
}

static void print_fields(JsonPrinter& out, const CountsByStatus& counts) {
  for (std::size_t i = 0; i < status_count; ++i) {
    const auto status = static_cast<Status>(i);
    out.field(to_string(status), counts[status]);
  }
}

static void print_fields(JsonPrinter& out, const Holder& holder) {
  out.fields("lease_id", holder.lease_id, "worker_id", holder.worker_id);
}

static void print_fields(JsonPrinter& out, const VersionedHeartbeat& heartbeat) {
  out.fields("expected_version", heartbeat.expected_version, "heartbeat_at", heartbeat.heartbeat_at,
             "lease_expires_at", heartbeat.lease_expires_at);
}

static void print_fields(JsonPrinter& out, const LeaseHeartbeat& item) {
  print_fields(out, item.holder);
  print_fields(out, item.heartbeat);
}

static void print_fields(JsonPrinter& out, const AttemptAck& item) {
  print_fields(out, item.holder);
  out.field("outcome", item.outcome);
}

static void print_fields(JsonPrinter& out, const Error& error) {
  out.field("code", error.code);
  if (error.code == ErrorCode::unavailable) out.field("outcome", error.effect);
}

template <typename T>
static void print_fields(JsonPrinter& out, const Result<T>& answer) {
  if (!answer) {
    out.field("error", answer.error());
  } else if constexpr (std::is_void_v<T>) {
    out.begin_field("ok");
    out.object([] {});
  } else {
    out.field("ok", *answer);
  }
}

namespace {

// ---- Answers ----------------------------------------------------------------------------------

// A list is named by what it holds.
std::string_view name_of_list(const AttemptDispatchRecord*) {
  return "attempts";
}
std::string_view name_of_list(const AttemptRecord*) {
  return "attempts";
}
std::string_view name_of_list(const DeadLetter*) {
  return "dead_letters";
}
std::string_view name_of_list(const RunEvent*) {
  return "events";
}
std::string_view name_of_list(const Claim*) {
  return "claims";
}

void print_value(JsonPrinter& out, Operation operation, std::uint64_t number) {
  const bool is_sequence =
      operation == Operation::latest_seq_for_run || operation == Operation::append_run_event;
  out.object([&] { out.field(is_sequence ? "seq" : "count", number); });
}

void print_value(JsonPrinter& out, Operation, const std::optional<LeaseRecord>& lease) {
  if (lease) {
    out.print(*lease);
  } else {
    out.raw("null");
  }
}

template <typename Record>
void print_value(JsonPrinter& out, Operation, const Record& record) {
  out.print(record);
}

template <typename Record>
void print_value(JsonPrinter& out, Operation, const std::vector<Record>& list) {
  out.object([&] { out.field(name_of_list(list.data()), list); });
}

template <typename T>
void print_value(JsonPrinter& out, Operation, const Results<T>& results) {
  out.object([&] { out.field("results", results); });
}

// ---- Operations -------------------------------------------------------------------------------

template <typename Body>
OperationText text_of(Operation operation, std::optional<Time> now, Body print_args) {
  JsonPrinter out;
  out.object([&] { print_args(out); });
  return {.operation = operation, .now = now, .args = out.take()};
}

/// Of arguments that are the fields of one value.
template <typename Record>
OperationText text_of_record(Operation operation, std::optional<Time> now, const Record& record) {
  return text_of(operation, now, [&](JsonPrinter& out) { print_fields(out, record); });
}

/// Of arguments by their names.
template <typename... Fields>
OperationText text_of_fields(Operation operation, std::optional<Time> now,
                             const Fields&... fields) {
  return text_of(operation, now, [&](JsonPrinter& out) { out.fields(fields...); });
}

constexpr std::optional<Time> no_time;

}  // namespace

namespace operation_text {

OperationText list_dispatchable_attempts(Time now, std::uint64_t limit) {
  return text_of_fields(Operation::list_dispatchable_attempts, no_time, "at", now, "limit", limit);
}

OperationText upsert_lease(const AttemptId& attempt_id, const WorkerId& worker_id,
                           Time lease_expires_at) {
  return text_of_fields(Operation::upsert_lease, no_time, "attempt_id", attempt_id, "worker_id",
                        worker_id, "lease_expires_at", lease_expires_at);
}

OperationText heartbeat_lease(const LeaseId& lease_id, Time heartbeat_at, Time lease_expires_at) {
  return text_of_fields(Operation::heartbeat_lease, no_time, "lease_id", lease_id, "heartbeat_at",
                        heartbeat_at, "lease_expires_at", lease_expires_at);
}

OperationText expire_leases_and_requeue(Time stale_before) {
  return text_of_fields(Operation::expire_leases_and_requeue, no_time, "stale_before",
                        stale_before);
}

OperationText latest_seq_for_run(const RunId& run_id) {
  return text_of_fields(Operation::latest_seq_for_run, no_time, "run_id", run_id);
}

OperationText transition_timed_out_attempts(Time now) {
  return text_of_fields(Operation::transition_timed_out_attempts, no_time, "at", now);
}

OperationText start_attempt(const Holder& holder, Time now) {
  return text_of_record(Operation::start_attempt, now, holder);
}

OperationText heartbeat_lease_with_version(const Holder& holder,
                                           const VersionedHeartbeat& heartbeat) {
  return text_of_record(Operation::heartbeat_lease_with_version, no_time,
                        LeaseHeartbeat{holder, heartbeat});
}

OperationText heartbeat_leases(std::span<const LeaseHeartbeat> heartbeats) {
  return text_of_fields(Operation::heartbeat_leases, no_time, "heartbeats", heartbeats);
}

OperationText ack_attempt(const Holder& holder, AckOutcome outcome, Time now) {
  return text_of_record(Operation::ack_attempt, now, AttemptAck{holder, outcome});
}

OperationText ack_attempts(std::span<const AttemptAck> acks, Time now) {
  return text_of_fields(Operation::ack_attempts, now, "acks", acks);
}

OperationText claim_attempts(const WorkerId& worker_id, std::uint64_t limit, Duration lease_ttl) {
  return text_of_fields(Operation::claim_attempts, no_time, "worker_id", worker_id, "limit", limit,
                        "lease_ttl", lease_ttl);
}

OperationText release_lease(const Holder& holder, Time now) {
  return text_of_record(Operation::release_lease, now, holder);
}

OperationText append_run_event(const Holder& holder, const NewRunEvent& event, Time now) {
  return text_of(Operation::append_run_event, now, [&](JsonPrinter& out) {
    print_fields(out, holder);
    out.field("kind", event.kind);
    out.payload(event.payload);
  });
}

OperationText get_lease(const LeaseId& lease_id) {
  return text_of_fields(Operation::get_lease, no_time, "lease_id", lease_id);
}

OperationText enqueue_attempt(const AttemptSpec& spec) {
  return text_of_record(Operation::enqueue_attempt, no_time, spec);
}

OperationText enqueue_attempts(std::span<const AttemptSpec> specs) {
  return text_of_fields(Operation::enqueue_attempts, no_time, "attempts", specs);
}

OperationText cancel_attempt(const AttemptId& attempt_id, Time now) {
  return text_of_fields(Operation::cancel_attempt, now, "attempt_id", attempt_id);
}

OperationText list_dead_letters(std::uint64_t limit) {
  return text_of_fields(Operation::list_dead_letters, no_time, "limit", limit);
}

OperationText replay_dead_letter(const AttemptId& attempt_id, Time now) {
  return text_of_fields(Operation::replay_dead_letter, now, "attempt_id", attempt_id);
}

OperationText get_attempt(const AttemptId& attempt_id) {
  return text_of_fields(Operation::get_attempt, no_time, "attempt_id", attempt_id);
}

OperationText get_lease_for_attempt(const AttemptId& attempt_id) {
  return text_of_fields(Operation::get_lease_for_attempt, no_time, "attempt_id", attempt_id);
}

OperationText list_attempts(const AttemptFilter& filter, const std::optional<AttemptId>& after,
                            std::uint64_t limit) {
  return text_of_fields(Operation::list_attempts, no_time, "status", filter.status, "run_id",
                        filter.run_id, "worker_id", filter.worker_id, "tenant_id", filter.tenant_id,
                        "after", after, "limit", limit);
}

OperationText prune_attempts(const PruneRange& range) {
  return text_of_fields(Operation::prune_attempts, no_time, "finished_before",
                        range.finished_before, "limit", range.limit, "with_dead_letters",
                        range.with_dead_letters);
}

OperationText queue_depth(Time now) {
  return text_of_fields(Operation::queue_depth, no_time, "at", now);
}

OperationText counts_by_status() {
  return {.operation = Operation::counts_by_status, .now = no_time, .args = "{}"};
}

OperationText list_run_events(const RunId& run_id, std::uint64_t after, std::uint64_t limit) {
  return text_of_fields(Operation::list_run_events, no_time, "run_id", run_id, "after", after,
                        "limit", limit);
}

OperationText reset() {
  return {.operation = Operation::reset, .now = no_time, .args = "{}"};
}

}  // namespace operation_text

template <typename T>
std::string answer_text(Operation operation, const Result<T>& answer) {
  JsonPrinter out;
  out.object([&] {
    if constexpr (!std::is_void_v<T>) {
      if (answer) {
        out.begin_field("ok");
        return print_value(out, operation, *answer);
      }
    }
    print_fields(out, answer);
  });
  return out.take();
}

template std::string answer_text(Operation, const Result<void>&);
template std::string answer_text(Operation, const Result<std::uint64_t>&);
template std::string answer_text(Operation, const Result<LeaseRecord>&);
template std::string answer_text(Operation, const Result<std::optional<LeaseRecord>>&);
template std::string answer_text(Operation, const Result<AttemptRecord>&);
template std::string answer_text(Operation, const Result<AckResult>&);
template std::string answer_text(Operation, const Result<CountsByStatus>&);
template std::string answer_text(Operation, const Result<std::vector<AttemptDispatchRecord>>&);
template std::string answer_text(Operation, const Result<std::vector<AttemptRecord>>&);
template std::string answer_text(Operation, const Result<std::vector<DeadLetter>>&);
template std::string answer_text(Operation, const Result<std::vector<RunEvent>>&);
template std::string answer_text(Operation, const Result<std::vector<Claim>>&);
template std::string answer_text(Operation, const Result<Results<void>>&);
template std::string answer_text(Operation, const Result<Results<LeaseRecord>>&);
template std::string answer_text(Operation, const Result<Results<AckResult>>&);

// ---- Lines ------------------------------------------------------------------------------------

namespace {

/// The version of the contract whose operations these are, and that of the format of lines.
constexpr std::string_view model_version = "lease-2";
constexpr int schema_version = 1;

void print_step(JsonPrinter& out, std::uint64_t number, Time time) {
  out.fields("k", "step", "i", number, "t", time);
}

void print_what(JsonPrinter& out, const OperationText& what) {
  out.fields("op", to_string(what.operation), "now", what.now);
  out.begin_field("args");
  out.raw(what.args);
}

void print_answer(JsonPrinter& out, std::string_view answer) {
  out.begin_field("ret");
  out.raw(answer);
}

}  // namespace

std::string head_line(std::string_view origin) {
  JsonPrinter out;
  out.object([&] {
    out.fields("k", "head", "schema", schema_version, "model", model_version, "origin", origin);
  });
  return out.take();
}

std::string call_line(std::uint64_t number, Time time, const std::string& actor,
                      const OperationText& what) {
  JsonPrinter out;
  out.object([&] {
    print_step(out, number, time);
    if (!actor.empty()) out.field("actor", actor);
    print_what(out, what);
    out.field("phase", "call");
  });
  return out.take();
}

std::string return_line(std::uint64_t number, Time time, std::uint64_t call,
                        std::string_view answer) {
  JsonPrinter out;
  out.object([&] {
    print_step(out, number, time);
    out.fields("of", call, "phase", "return");
    print_answer(out, answer);
  });
  return out.take();
}

std::string done_step(const OperationText& what, std::string_view answer) {
  JsonPrinter out;
  out.object([&] {
    print_what(out, what);
    out.field("phase", "done");
    print_answer(out, answer);
  });
  return out.take();
}

std::string done_line(std::uint64_t number, Time time, std::string_view step) {
  JsonPrinter out;
  out.object([&] {
    print_step(out, number, time);
    step.remove_prefix(1);  // its braces
    step.remove_suffix(1);
    out.raw(",");
    out.raw(step);
  });
  return out.take();
}

}  // namespace lease
