#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "lease/attempt_repository.hpp"
#include "lease/observer.hpp"

namespace lease {

/// A name and a value that tell series apart: `queue="mail"`.
struct MetricLabel {
  std::string name;
  std::string value;
};

/// Keeps counters and histograms of what a repository does, and prints them as Prometheus reads
/// them, for an HTTP server of the host or a file that node_exporter's textfile collector finds:
///
/// - `lease_operations_total` by operation and result: `ok`, the name of an `ErrorCode`, or
///   `exception`; `lease_operation_items_total` likewise, of the items that answers hold.
/// - `lease_operation_duration_seconds`, a histogram by operation, and
///   `lease_transaction_operations`, one of how many operations shared a transaction.
/// - `lease_reaped_leases_total` and `lease_timed_out_attempts_total` by the attempt's new status;
///   `lease_dead_letters_total` by reason.
/// - `lease_transaction_retries_total`, `lease_log_written_back_pages_total`,
///   `lease_log_pinned_total`, and `lease_log_pinned_pages` as of the last time that the log was
///   pinned, 0 once all of it was written back.
///
/// A series of an operation appears with its first call. One object may observe several
/// repositories; then it counts them together.
/// Thread: any, several at a time.
/// Complexity: O(1) for each call that it hears of.
/// Source: Prometheus, "Exposition formats", text format 0.0.4.
class PrometheusMetrics final : public Observer {
 public:
  /// Every series gets `labels` in addition to its own. Processes whose files one collector reads
  /// need labels that tell them apart.
  /// Returns: never null.
  /// Errors: `invalid_argument` (a name that is no label name, begins with "__", comes twice or is
  /// one of `le`, `operation`, `reason`, `result`, `status`; a value that is not UTF-8).
  [[nodiscard]] static Result<std::unique_ptr<PrometheusMetrics>> make(
      const std::vector<MetricLabel>& labels = {});
  ~PrometheusMetrics() override;

  /// Returns: what was counted so far.
  [[nodiscard]] std::string text() const;

  /// Reads how full the repository is, for one process of those that share it:
  /// `lease_attempts` by status, `lease_dispatchable_attempts`, and
  /// `lease_next_attempt_wait_seconds`, for how long the attempt that is next has been ready.
  /// Returns: what may follow `text`.
  /// Errors: those of the repository.
  /// Complexity: as `AttemptRepository::counts_by_status` and `queue_depth`: in SQLite, O(n).
  [[nodiscard]] Result<std::string> text_of_queue(AttemptRepository& repository, Time now) const;

  void operation_ended(const OperationReport& report) override;
  void lease_reaped(const EndedLease& lease) override;
  void attempt_timed_out(const EndedLease& lease) override;
  void dead_letter_added(const DeadLetter& letter) override;
  void transaction_retried(std::uint64_t times) override;
  void log_is_pinned(std::uint64_t pages) override;
  void log_written_back(std::uint64_t pages) override;

 private:
  struct Counts;

  explicit PrometheusMetrics(std::string labels);

  const std::string labels_;  ///< as they are printed: `queue="mail",host="a"`
  mutable std::mutex mutex_;  // of what follows
  std::unique_ptr<Counts> counts_;
};

}  // namespace lease
