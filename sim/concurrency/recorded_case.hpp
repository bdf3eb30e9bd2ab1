#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "sim/concurrency/interleave_case.hpp"
#include "sim/oracle/finding.hpp"
#include "sim/scheduler/task_scheduler.hpp"
#include "traces/trace.hpp"

namespace leasecheck::sim {

/// What a trace of `CaseTraceRecorder` says was done.
struct RecordedCase {
  PriorState prior{.name = "recorded", .actions = {}, .state = {}};
  traces::DiskEvent event;
  std::uint64_t event_number = 0;
  std::vector<SmallOperation> operations;  ///< by the names of the processes
};

/// Errors: in words: a trace that says something else.
[[nodiscard]] std::expected<RecordedCase, std::string> recorded_case(const traces::Trace& trace);

/// The verdict on what was done again, by what was found: nothing if it held.
[[nodiscard]] traces::Verdict verdict_of(const RecordedCase& recorded,
                                         const std::optional<Finding>& found);

/// What such a trace says of processes that overlapped.
struct RecordedSchedule {
  InterleaveCase subject;
  std::vector<TaskId> decisions;
};

/// Errors: in words: not a schedule of 2 to 10 processes p0, p1, …
[[nodiscard]] std::expected<RecordedSchedule, std::string> schedule_of(
    const RecordedCase& recorded);

}  // namespace leasecheck::sim
