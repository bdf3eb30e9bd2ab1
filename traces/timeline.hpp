#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "traces/trace.hpp"

/// A trace by what lasts: who was up, which lease stood, and who believed in it. Pages and
/// converters draw from this; it judges nothing.
namespace leasecheck::traces {

/// Half open, in true time. A span that nothing ends lasts to the end of the trace.
struct Span {
  model::Time from{};
  model::Time to{};
  std::uint64_t first_step = 0;
  std::uint64_t last_step = 0;  ///< what ended it; 0 if time alone did, or the end of the trace
  bool operator==(const Span&) const = default;
};

/// One lease, as strongly as each of those concerned holds to it.
struct LeaseSpans {
  model::Id lease_id;
  model::Id attempt_id;
  model::Id worker_id;
  Span granted;   ///< until it expires by the repository's clock, or is taken away before
  Span enforced;  ///< while the repository keeps its row: others get nothing
  std::vector<Span> believed;  ///< while the worker believes that it holds the attempt (rule 18)
};

/// A worker or a reaper, a client, or a process on the simulated disk.
struct Lane {
  std::string actor;
  model::ClockError clock;  ///< at its start; none but workers have a clock that is known
  std::vector<Span> up;     ///< only of workers: from each start to the next crash
  std::vector<Span> pauses;
};

/// One status of an attempt, from the step that brought it about to the next.
struct StatusSpan {
  model::Id attempt_id;
  std::string status;
  Span span;
};

struct Timeline {
  model::Time begin{};
  model::Time end{};
  std::vector<Lane> lanes;  ///< in the order of their first step, workers first
  std::vector<LeaseSpans> leases;
  std::vector<StatusSpan> statuses;  ///< by attempt in the order of their first step, then by time
};

/// Follows the recorded answers and changes. Of a trace without recorded changes (a run on the
/// simulated disk) there are no statuses, and leases end where an answer says so.
/// Complexity: O(n log n) in the steps.
[[nodiscard]] Timeline timeline_of(const Trace& trace);

}  // namespace leasecheck::traces
