#pragma once

#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "lease/ids.hpp"
#include "lease/observer.hpp"

namespace leasecheck::tests {

/// Writes down all that it is told.
class Recorder : public lease::Observer {
 public:
  using Told = std::vector<std::string>;

  void operation_ended(const lease::OperationReport& report) override {
    const std::lock_guard lock(mutex_);
    reports_.push_back(report);
  }
  void lease_reaped(const lease::EndedLease& lease) override { note("reaped", lease); }
  void attempt_timed_out(const lease::EndedLease& lease) override { note("timed out", lease); }
  void dead_letter_added(const lease::DeadLetter& letter) override {
    note("dead " + letter.attempt_id.str() + " " + std::string(to_string(letter.reason)));
  }
  void transaction_retried(std::uint64_t times) override {
    note("retried " + std::to_string(times));
  }
  void log_is_pinned(std::uint64_t pages) override { note("pinned " + std::to_string(pages)); }
  void log_written_back(std::uint64_t pages) override {
    note("written back " + std::to_string(pages));
  }

  /// Since they were taken last.
  [[nodiscard]] std::vector<lease::OperationReport> take_reports() {
    const std::lock_guard lock(mutex_);
    return std::exchange(reports_, {});
  }
  /// All but the reports.
  [[nodiscard]] Told take_told() {
    const std::lock_guard lock(mutex_);
    return std::exchange(told_, {});
  }

 private:
  void note(const std::string& what, const lease::EndedLease& lease) {
    note(what + " " + lease.attempt_id.str() + " of " + lease.worker_id.str() + ": " +
         std::string(to_string(lease.status)));
  }
  void note(const std::string& line) {
    const std::lock_guard lock(mutex_);
    told_.push_back(line);
  }

  std::mutex mutex_;  // of what follows
  std::vector<lease::OperationReport> reports_;
  Told told_;
};

/// "heartbeat_lease stale_lease", "ack_attempts 3 2 stale_lease", …
inline std::string words_of(const lease::OperationReport& report) {
  std::string words(to_string(report.operation));
  if (report.items > 0) words += " " + std::to_string(report.items);
  for (std::size_t code = 0; code < lease::error_code_count; ++code) {
    const std::uint64_t refused = report.refused_items.count.at(code);
    if (refused == 0) continue;
    words += " " + std::to_string(refused) + " " +
             std::string(to_string(static_cast<lease::ErrorCode>(code)));
  }
  if (report.error) words += " " + std::string(to_string(*report.error));
  if (report.has_thrown) words += " has thrown";
  return words;
}

/// Has no ids to give.
class BrokenIds final : public lease::IdSource {
 public:
  [[nodiscard]] lease::LeaseId next_lease_id() override { throw std::runtime_error("no id"); }
};

}  // namespace leasecheck::tests
