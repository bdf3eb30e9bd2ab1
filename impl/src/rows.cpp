#include "rows.hpp"

#include <algorithm>
#include <bit>
#include <limits>
#include <utility>

#include "validity.hpp"

namespace lease {
namespace {

/// Reads the columns of a row from left to right.
class Columns {
 public:
  explicit Columns(const Row& row) : row_(row) {}

  std::int64_t integer() { return row_.integer(next_++); }
  std::string text() { return row_.text(next_++); }
  Time time() { return Time{Duration{integer()}}; }

  std::optional<std::int64_t> optional_integer() {
    if (row_.is_null(next_)) return skip();
    return integer();
  }
  std::optional<Time> optional_time() {
    const auto value = optional_integer();
    if (!value) return std::nullopt;
    return Time{Duration{*value}};
  }
  std::optional<Duration> optional_duration() {
    const auto value = optional_integer();
    if (!value) return std::nullopt;
    return Duration{*value};
  }
  std::optional<std::string> optional_text() {
    if (row_.is_null(next_)) {
      skip();
      return std::nullopt;
    }
    return text();
  }

  /// A number of a smaller type.
  template <typename Number>
  Number number() {
    const std::int64_t value = integer();
    demand(std::in_range<Number>(value));
    return static_cast<Number>(value);
  }

  /// An enumerator up to `last`.
  template <typename Enum>
  Enum enumerator(std::int64_t value, Enum last) {
    demand(value >= 0 && value <= static_cast<std::int64_t>(last));
    return static_cast<Enum>(value);
  }

  /// Of the row: whether a repository has written it.
  void demand(bool holds) { is_damaged_ = is_damaged_ || !holds; }
  [[nodiscard]] bool is_damaged() const { return is_damaged_; }

 private:
  std::optional<std::int64_t> skip() {
    ++next_;
    return std::nullopt;
  }

  const Row& row_;
  int next_ = 0;
  bool is_damaged_ = false;
};

std::optional<RetryPolicy> read_policy(Columns& columns) {
  const auto strategy = columns.optional_integer();
  const auto backoff = columns.optional_duration();
  const auto max_backoff = columns.optional_duration();
  const auto multiplier = columns.optional_integer();
  const auto max_retries = columns.optional_integer();
  columns.demand(strategy.has_value() == backoff.has_value() &&
                 strategy.has_value() == multiplier.has_value() &&
                 strategy.has_value() == max_retries.has_value() && (strategy || !max_backoff));
  if (!strategy) return std::nullopt;
  return RetryPolicy{.strategy = columns.enumerator(*strategy, BackoffStrategy::exponential),
                     .backoff = backoff.value_or(Duration{0}),
                     .max_backoff = max_backoff,
                     .multiplier = multiplier.value_or(1),
                     .max_retries = max_retries.value_or(0)};
}

AttemptSpec read_spec(Columns& columns) {
  AttemptSpec spec;
  spec.attempt_id = AttemptId(columns.text());
  spec.run_id = RunId(columns.text());
  spec.priority = columns.number<std::int32_t>();
  spec.not_before = columns.optional_time();
  spec.timeout = columns.optional_duration();
  spec.on_timeout = columns.enumerator(columns.integer(), OnTimeout::cancel);
  spec.retry_policy = read_policy(columns);
  spec.max_deliveries = columns.optional_integer();
  if (auto tenant = columns.optional_text()) spec.tenant_id = TenantId(*std::move(tenant));
  columns.demand(validate(spec).has_value());
  return spec;
}

// The lease columns are the current lease or, once there is an outcome, the remembered ack.
void read_lease(Columns& columns, Attempt& attempt) {
  auto lease_id = columns.optional_text();
  auto worker_id = columns.optional_text();
  const auto expires_at = columns.optional_time();
  const auto heartbeat_at = columns.optional_time();
  const auto outcome = columns.optional_integer();
  const bool is_held = expires_at.has_value();
  columns.demand(is_held == heartbeat_at.has_value() && !(is_held && outcome) &&
                 lease_id.has_value() == (is_held || outcome) &&
                 lease_id.has_value() == worker_id.has_value());
  if (!lease_id || !worker_id) return;
  LeaseId lease(*std::move(lease_id));
  WorkerId worker(*std::move(worker_id));
  columns.demand(validate(lease, worker).has_value());
  if (outcome) {
    attempt.last_ack = RememberedAck{std::move(lease), std::move(worker),
                                     columns.enumerator(*outcome, AckOutcome::cancelled)};
  } else if (expires_at && heartbeat_at) {
    attempt.lease = Lease{std::move(lease), std::move(worker), *expires_at, *heartbeat_at};
  }
}

// The invariants that stand beside `Attempt`.
bool keeps_invariants(const Attempt& attempt) {
  const bool is_held = attempt.status == Status::leased || attempt.status == Status::running;
  const bool is_in_backoff = attempt.status == Status::retry_backoff;
  return is_held == attempt.lease.has_value() && is_held == attempt.started_at.has_value() &&
         is_in_backoff == attempt.retry_at.has_value() &&
         (!is_in_backoff || attempt.retry_at == attempt.ready_at) &&
         (attempt.status == Status::failed) == attempt.dead_letter.has_value() &&
         is_terminal(attempt.status) == attempt.finished_at.has_value() &&
         (!attempt.dead_letter || attempt.finished_at == attempt.dead_letter->dead_at);
}

// A row whose indexed columns disagree with the rest would silently never be found.
bool matches_its_index_columns(const Attempt& attempt, Columns& columns) {
  const auto lane = columns.optional_integer();
  const auto deadline = columns.optional_time();
  const auto expected = lane_of(attempt);
  return lane.has_value() == expected.has_value() &&
         (!lane || *lane == static_cast<std::int64_t>(*expected)) &&
         deadline == execution_deadline(attempt);
}

void read_dead_letter(Columns& columns, Attempt& attempt) {
  const auto reason = columns.optional_integer();
  const auto dead_at = columns.optional_time();
  columns.demand(reason.has_value() == dead_at.has_value());
  if (!reason || !dead_at) return;
  attempt.dead_letter = PendingDeadLetter{
      columns.enumerator(*reason, DeadLetterReason::delivery_exhausted), *dead_at};
}

// By its id, unless that is damaged as well: it may then be any bytes.
std::string name_of(const Attempt& attempt) {
  const std::string& id = attempt.spec.attempt_id.str();
  if (is_valid_id(id)) return "attempt \"" + id + "\"";
  return "attempt number " + std::to_string(attempt.enqueue_seq);
}

}  // namespace

Attempt read_attempt(const Row& row) {
  Columns columns(row);
  Attempt attempt;
  const std::int64_t seq = columns.integer();
  columns.demand(seq > 0);
  attempt.enqueue_seq = std::bit_cast<std::uint64_t>(seq);
  attempt.spec = read_spec(columns);
  attempt.status = columns.enumerator(columns.integer(), Status::cancelled);
  attempt.attempt_no = columns.number<std::uint32_t>();
  attempt.delivery_count = columns.number<std::uint32_t>();
  attempt.version = std::bit_cast<std::uint64_t>(columns.integer());
  attempt.ready_at = columns.time();
  attempt.retry_at = columns.optional_time();
  attempt.started_at = columns.optional_time();
  read_lease(columns, attempt);
  read_dead_letter(columns, attempt);
  attempt.finished_at = columns.optional_time();
  columns.demand(keeps_invariants(attempt) && matches_its_index_columns(attempt, columns));
  if (columns.is_damaged()) {
    row.fail_as_corrupt(name_of(attempt) + " is in a state that no repository writes");
  }
  return attempt;
}

RunEvent read_event(const Row& row, const RunId& run_id, ExpectedSeq expected) {
  Columns columns(row);
  const bool is_of_the_run = columns.text() == run_id.str();
  RunEvent event;
  event.seq = std::bit_cast<std::uint64_t>(columns.integer());
  event.attempt_id = AttemptId(columns.text());
  event.kind = columns.text();
  event.payload = columns.text();
  event.at = columns.time();
  const bool is_in_order =
      expected.may_be_later ? event.seq >= expected.seq : event.seq == expected.seq;
  columns.demand(is_of_the_run && is_in_order && validate(event.attempt_id) &&
                 is_valid_id(event.kind) && is_json(event.payload));
  if (columns.is_damaged()) {
    row.fail_as_corrupt("event " + std::to_string(expected.seq) + " of run \"" + run_id.str() +
                        "\" is missing or is nothing that a repository writes");
  }
  return event;
}

std::int64_t stored_version(std::uint64_t version) {
  return std::bit_cast<std::int64_t>(version);
}

LeaseColumns lease_columns(const Attempt& attempt) {
  if (const auto& lease = attempt.lease) {
    return {
        lease->lease_id.str(), lease->worker_id.str(), lease->expires_at, lease->heartbeat_at, {}};
  }
  if (const auto& ack = attempt.last_ack) {
    return {ack->lease_id.str(), ack->worker_id.str(), {}, {}, stored(ack->outcome)};
  }
  return {};
}

PolicyColumns policy_columns(const AttemptSpec& spec) {
  PolicyColumns columns;
  if (const auto& policy = spec.retry_policy) {
    columns.strategy = stored(policy->strategy);
    columns.backoff = policy->backoff.count();
    if (policy->max_backoff) columns.max_backoff = policy->max_backoff->count();
    columns.multiplier = policy->multiplier;
    columns.max_retries = policy->max_retries;
  }
  return columns;
}

std::optional<std::int64_t> lane_column(const Attempt& attempt) {
  return map_optional(lane_of(attempt), [](Lane lane) { return stored(lane); });
}

std::int64_t clamped(std::uint64_t limit) {
  constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();
  return static_cast<std::int64_t>(std::min(limit, most));
}

std::pair<std::optional<Time>, std::string_view> finish_key(const Attempt& attempt) {
  return {attempt.finished_at, attempt.spec.attempt_id.str()};
}

}  // namespace lease
