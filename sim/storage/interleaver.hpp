#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/concurrency/interleave_case.hpp"
#include "sim/oracle/finding.hpp"
#include "sim/scheduler/task_scheduler.hpp"
#include "sim/storage/database_process.hpp"

/// Statement-level interleaving: what several processes do to one database file at the same time,
/// call of the disk by call of the disk, every schedule within a bound on preemptions.
namespace leasecheck::sim {

struct InterleaveCount {
  std::uint64_t cases = 0;
  std::uint64_t schedules = 0;
  std::uint64_t points = 0;  ///< calls of the disk at which somebody could have been interrupted
};

struct InterleaverOptions {
  std::uint32_t processes = 2;
  std::uint32_t checkpoint_pages = lease::SqliteOptions::default_checkpoint_pages;
};

/// Carries out schedules on one disk with as many processes as a case has operations. The processes
/// stay: between schedules the disk gets its bytes back, which they notice as they would notice
/// another process's writes. Each schedule begins with caches that are empty in the same way.
/// Where logs are short, processes start anew for each schedule instead, since they remember how
/// long the log was, and the first one leads to the prior state: it has a log to write back.
///
/// Judges every schedule: `linearizable`: answers and final snapshot are those of the model in some
/// order (rule 17); `available`: nobody answers `unavailable`, since the disk is healthy and every
/// transaction comes to its end long before `busy_timeout`.
/// Thread: one thread.
class Interleaver {
 public:
  /// Errors: in words: the repository cannot be opened.
  [[nodiscard]] static std::expected<std::unique_ptr<Interleaver>, std::string> make(
      const OpenRepository& open, const InterleaverOptions& options);

  /// Runs every schedule of the case within the bound until one is found that is wrong.
  /// Pre: the case has as many operations as there are processes.
  /// Errors: in words: the prior state could not be reached.
  [[nodiscard]] std::expected<std::optional<Finding>, std::string> search(
      const InterleaveCase& subject, std::uint32_t preemptions);

  /// Runs one schedule.
  /// Errors: in words: the prior state could not be reached, or the schedule does not fit the case
  /// exactly although it should.
  [[nodiscard]] std::expected<std::optional<Finding>, std::string> replay(
      const InterleaveCase& subject, const std::vector<TaskId>& schedule, Match fit = Match::exact);

  [[nodiscard]] const InterleaveCount& count() const { return count_; }

 private:
  Interleaver(OpenRepository open, const InterleaverOptions& options)
      : open_(with_checkpoints(std::move(open), options.checkpoint_pages)), options_(options) {}
  std::expected<void, std::string> prepare(const PriorState& prior);
  std::expected<void, std::string> begin_on(const PriorState& prior);
  std::expected<void, std::string> open_all();
  std::expected<void, std::string> lead_to(const PriorState& prior);
  std::expected<void, std::string> forget_caches();
  std::expected<std::optional<Finding>, std::string> run(const InterleaveCase& subject,
                                                         Strategy& strategy);

  OpenRepository open_;
  InterleaverOptions options_;
  std::unique_ptr<Disk> disk_;
  SharedLeaseIds ids_;
  Disk::Image empty_;
  Disk::Image elsewhere_;  ///< a state that is no prior state
  Disk::Image image_;      ///< the prior state
  std::vector<std::unique_ptr<DatabaseProcess>> databases_;
  InterleaveCount count_;
};

}  // namespace leasecheck::sim
