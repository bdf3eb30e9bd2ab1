#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/oracle/referee.hpp"
#include "sim/statistics/statistics.hpp"
#include "traces/reduction/violation.hpp"
#include "traces/trace.hpp"

/// What one seed of a campaign gave, and how it crosses from a worker process.
namespace leasecheck::cli {

struct Failure {
  std::uint64_t seed = 0;
  traces::Verdict verdict;
  /// The operation and what it answered: "ack_attempt: ok"; empty if it was none.
  std::string at = {};
  /// What the whole run of the seed violated, by which failures that are alike are known.
  traces::Violation violation = {};
  std::string trace_file = {};        ///< empty when none was written or is to be
  std::string replay = {};            ///< the command that shows it again
  std::string not_reproducible = {};  ///< in words, if it did not come back every time
};

/// A trace as it will stand in its file.
struct TraceText {
  std::string name;
  std::string text;
};

struct SeedResult {
  std::uint64_t seed = 0;
  sim::Tally tally = {};
  std::optional<Failure> failure = {};
  std::vector<TraceText> traces = {};
  std::optional<sim::Statistics> statistics = {};  ///< of the run of a deployment
};

/// A result as text, for another process.
[[nodiscard]] std::string to_text(const SeedResult& result);

/// Returns: nothing for text that `to_text` does not give, whoever has written it. The traces of
/// what is returned have names that begin with "seed-N.", for this seed, and lead into no folder.
[[nodiscard]] std::optional<SeedResult> seed_result_from_text(const std::string& text);

}  // namespace leasecheck::cli
