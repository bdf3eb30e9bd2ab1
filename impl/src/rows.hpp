#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "attempt.hpp"

/// Attempts and events as rows of a database: the one place that knows the columns' order. The
/// databases have the same columns, and whatever is read from one is checked alike.
namespace lease {

/// The present row of an answer, columns from 0.
class Row {
 public:
  [[nodiscard]] virtual bool is_null(int column) const = 0;
  /// These fail as `corrupt` where the row holds something else, null included.
  [[nodiscard]] virtual std::int64_t integer(int column) const = 0;
  [[nodiscard]] virtual std::string text(int column) const = 0;

  /// For content that no repository writes: the transaction ends as `corrupt`.
  virtual void fail_as_corrupt(std::string_view what) const = 0;

 protected:
  ~Row() = default;
};

/// The columns of a whole attempt, as `read_attempt` takes them, of a table or alias `attempt`.
#define LEASE_ATTEMPT_COLUMNS                                                              \
  "attempt.enqueue_seq, attempt.attempt_id, attempt.run_id, attempt.priority, "            \
  "attempt.not_before, attempt.timeout, attempt.on_timeout, attempt.retry_strategy, "      \
  "attempt.retry_backoff, attempt.retry_max_backoff, attempt.retry_multiplier, "           \
  "attempt.retry_max_retries, attempt.max_deliveries, attempt.tenant_id, attempt.status, " \
  "attempt.attempt_no, attempt.delivery_count, attempt.version, attempt.ready_at, "        \
  "attempt.retry_at, attempt.started_at, attempt.lease_id, attempt.lease_worker_id, "      \
  "attempt.lease_expires_at, attempt.lease_heartbeat_at, attempt.ack_outcome, "            \
  "attempt.dead_reason, attempt.dead_at, attempt.finished_at, attempt.lane, attempt.deadline"

/// The attempt in the present row; fails as `corrupt` if no repository has written it.
[[nodiscard]] Attempt read_attempt(const Row& row);

/// Which sequence an event is to have: this one, or a later one where events were pruned.
struct ExpectedSeq {
  std::uint64_t seq = 1;
  bool may_be_later = false;
};

/// The event in the present row of "run_id, seq, attempt_id, kind, payload, at", which is to be of
/// this run; fails as `corrupt` if it is not, has another sequence or if no repository has written
/// it.
[[nodiscard]] RunEvent read_event(const Row& row, const RunId& run_id, ExpectedSeq expected);

template <typename Enum>
[[nodiscard]] std::int64_t stored(Enum value) {
  return static_cast<std::int64_t>(value);
}

template <typename T, typename Get>
[[nodiscard]] auto map_optional(const std::optional<T>& value, Get get) {
  return value ? std::optional(get(*value)) : std::nullopt;
}

/// Versions are unsigned 64-bit numbers, and are stored by their bits.
[[nodiscard]] std::int64_t stored_version(std::uint64_t version);

/// The lease columns: those of the lease, or of the ack that is remembered. The texts are the
/// attempt's.
struct LeaseColumns {
  std::optional<std::string_view> lease_id;
  std::optional<std::string_view> worker_id;
  std::optional<Time> expires_at;
  std::optional<Time> heartbeat_at;
  std::optional<std::int64_t> ack_outcome;
};
[[nodiscard]] LeaseColumns lease_columns(const Attempt& attempt);

/// The retry policy's columns, all null where there is none.
struct PolicyColumns {
  std::optional<std::int64_t> strategy;
  std::optional<std::int64_t> backoff;
  std::optional<std::int64_t> max_backoff;
  std::optional<std::int64_t> multiplier;
  std::optional<std::int64_t> max_retries;
};
[[nodiscard]] PolicyColumns policy_columns(const AttemptSpec& spec);

[[nodiscard]] std::optional<std::int64_t> lane_column(const Attempt& attempt);

/// A limit as the databases take it, whose limits are signed.
[[nodiscard]] std::int64_t clamped(std::uint64_t limit);

/// The order in which attempts are pruned, and that of dead letters.
[[nodiscard]] std::pair<std::optional<Time>, std::string_view> finish_key(const Attempt& attempt);

/// The first `limit` of two lists that are each in the order of `key`.
template <typename Key>
[[nodiscard]] std::vector<Attempt*> merged(const std::vector<Attempt*>& left,
                                           const std::vector<Attempt*>& right, Key key,
                                           std::uint64_t limit) {
  std::vector<Attempt*> all;
  const auto key_of = [&](const Attempt* attempt) { return key(*attempt); };
  std::ranges::merge(left, right, std::back_inserter(all), {}, key_of, key_of);
  if (all.size() > limit) all.resize(limit);
  return all;
}

}  // namespace lease
