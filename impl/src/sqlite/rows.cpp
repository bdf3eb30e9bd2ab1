#include "sqlite/rows.hpp"

#include <bit>
#include <utility>

namespace lease::sqlite {
namespace {

/// Reads the columns of a row from left to right.
class Columns {
 public:
  explicit Columns(const Query& row) : row_(row) {}

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

  /// A number of a smaller type; one beyond its range sets `is_out_of_range`.
  template <typename Number>
  Number number() {
    const std::int64_t value = integer();
    if (!std::in_range<Number>(value)) is_out_of_range_ = true;
    return static_cast<Number>(value);
  }

  /// An enumerator up to `last`; anything else sets `is_out_of_range`.
  template <typename Enum>
  Enum enumerator(std::int64_t value, Enum last) {
    if (value < 0 || value > static_cast<std::int64_t>(last)) is_out_of_range_ = true;
    return static_cast<Enum>(value);
  }

  [[nodiscard]] bool is_out_of_range() const { return is_out_of_range_; }

 private:
  std::optional<std::int64_t> skip() {
    ++next_;
    return std::nullopt;
  }

  const Query& row_;
  int next_ = 0;
  bool is_out_of_range_ = false;
};

std::optional<RetryPolicy> read_policy(Columns& columns) {
  const auto strategy = columns.optional_integer();
  const auto backoff = columns.optional_duration();
  const auto max_backoff = columns.optional_duration();
  const auto multiplier = columns.optional_integer();
  const auto max_retries = columns.optional_integer();
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
  return spec;
}

// The lease columns are the current lease or, once there is an outcome, the remembered ack.
void read_lease(Columns& columns, Attempt& attempt) {
  auto lease_id = columns.optional_text();
  auto worker_id = columns.optional_text();
  const auto expires_at = columns.optional_time();
  const auto heartbeat_at = columns.optional_time();
  const auto outcome = columns.optional_integer();
  if (!lease_id || !worker_id) return;
  LeaseId lease(*std::move(lease_id));
  WorkerId worker(*std::move(worker_id));
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
         (attempt.status == Status::failed) == attempt.dead_letter.has_value();
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

}  // namespace

std::expected<Attempt, std::string> read_attempt(const Query& row) {
  Columns columns(row);
  Attempt attempt;
  attempt.enqueue_seq = static_cast<std::uint64_t>(columns.integer());
  attempt.spec = read_spec(columns);
  attempt.status = columns.enumerator(columns.integer(), Status::cancelled);
  attempt.attempt_no = columns.number<std::uint32_t>();
  attempt.delivery_count = columns.number<std::uint32_t>();
  attempt.version = std::bit_cast<std::uint64_t>(columns.integer());
  attempt.ready_at = columns.time();
  attempt.retry_at = columns.optional_time();
  attempt.started_at = columns.optional_time();
  read_lease(columns, attempt);
  const auto reason = columns.optional_integer();
  const auto dead_at = columns.optional_time();
  if (reason && dead_at) {
    attempt.dead_letter = PendingDeadLetter{
        columns.enumerator(*reason, DeadLetterReason::delivery_exhausted), *dead_at};
  }
  if (columns.is_out_of_range() || !keeps_invariants(attempt) ||
      !matches_its_index_columns(attempt, columns)) {
    return std::unexpected("attempt \"" + attempt.spec.attempt_id.str() +
                           "\" is in a state that no repository writes");
  }
  return attempt;
}

RunEvent read_event(const Query& row) {
  Columns columns(row);
  RunEvent event;
  event.seq = static_cast<std::uint64_t>(columns.integer());
  event.attempt_id = AttemptId(columns.text());
  event.kind = columns.text();
  event.payload = columns.text();
  event.at = columns.time();
  return event;
}

}  // namespace lease::sqlite
