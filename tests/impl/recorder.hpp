#pragma once

#include <mutex>
#include <string>
#include <utility>
#include <vector>

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

}  // namespace leasecheck::tests
