#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "model/graph/coverage.hpp"
#include "model/graph/lens.hpp"
#include "traces/trace.hpp"

namespace leasecheck::cli {

/// How often an edge was taken, and where first.
struct TakenEdge {
  std::uint64_t count = 0;
  std::string file = {};
  std::uint64_t step = 0;  ///< of a trace: the step that answers the operation; 0 of a report
};

/// Which edges of a lens were taken, by name.
class TakenEdges {
 public:
  explicit TakenEdges(const graph::Lens& lens) : lens_(lens) {}

  /// Counts what the file says: a trace, or a report with the name of a JSON file (`summary.json`
  /// of `check`, what `simulate --json` prints), which counts moves without their cases.
  /// Throws: Stop, for anything else, and for a report through another lens than that of attempts.
  void read(const std::string& file);

  /// Follows what the trace recorded as changes. A trace without recorded changes, as of a run on
  /// the simulated disk, takes no edge.
  void add(const traces::Trace& trace, const std::string& file);

  /// Whether the edges have no cases, since a report was read.
  [[nodiscard]] bool is_without_cases() const { return reports_ > 0; }
  [[nodiscard]] std::uint64_t traces() const { return traces_; }
  [[nodiscard]] std::uint64_t reports() const { return reports_; }

  /// By name of the edge; without cases, if that is how they are counted.
  [[nodiscard]] std::map<std::string, TakenEdge> edges() const;
  [[nodiscard]] graph::EdgeCounts counts() const;

 private:
  void add_report(const std::string& file);
  void add(const std::string& name, const TakenEdge& taken);

  const graph::Lens& lens_;
  std::map<std::string, TakenEdge> edges_;
  std::uint64_t traces_ = 0;
  std::uint64_t reports_ = 0;
};

}  // namespace leasecheck::cli
