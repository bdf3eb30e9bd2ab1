#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sim/concurrency/concurrent_programs.hpp"
#include "sim/concurrency/interleave_case.hpp"
#include "sim/oracle/finding.hpp"

/// Interleaving of programs: what several processes of one program do to one store at the same
/// time, yield point by yield point, every schedule within a bound on preemptions.
namespace leasecheck::sim {

struct ProgramInterleaveCount {
  std::uint64_t cases = 0;
  std::uint64_t not_reached = 0;     ///< of them: their prior state, so that they were not begun
  std::string why_not_reached = {};  ///< of the first of those, in words
  std::uint64_t schedules = 0;
  std::uint64_t decisions = 0;  ///< where more than one could have gone on
  std::uint64_t undecided = 0;  ///< schedules after which it is unknown whether a claim happened
};

/// Judges every schedule by linearizability: answers and what is stored are those of the model, as
/// the program says it keeps it, in some order (rule 17).
/// Thread: one thread.
class ProgramInterleaver {
 public:
  /// Pre: the program stops at yield points.
  explicit ProgramInterleaver(ConcurrentPrograms& programs) : programs_(programs) {}

  /// The cases of which the program offers every operation.
  [[nodiscard]] std::vector<InterleaveCase> offered(std::vector<InterleaveCase> cases) const;

  /// Runs every schedule of the case within the bound until one is found that is wrong, or
  /// `may_go_on` says no.
  /// Returns: what is wrong. Of a case whose prior state is not reached nothing is known: it is
  /// counted as such.
  /// Errors: in words: the program is broken.
  [[nodiscard]] std::expected<std::optional<Finding>, std::string> search(
      const InterleaveCase& subject, std::uint32_t preemptions,
      const std::function<bool()>& may_go_on);

  /// Runs one schedule. Where it does not fit, the process that ran last goes on.
  /// Errors: as `search`.
  [[nodiscard]] std::expected<std::optional<Finding>, std::string> replay(
      const InterleaveCase& subject, const std::vector<TaskId>& schedule);

  [[nodiscard]] const ProgramInterleaveCount& count() const { return count_; }

 private:
  using Found = std::expected<std::optional<Finding>, std::string>;
  /// Returns: the prior state of this program, by what it was told; nothing if it answers
  /// otherwise than the model on the way.
  std::expected<std::optional<PriorState>, std::string> lead_to(const PriorState& prior);
  Found run(const PriorState& reached, const std::vector<SmallOperation>& operations,
            Strategy& strategy);

  ConcurrentPrograms& programs_;
  ProgramInterleaveCount count_;
};

}  // namespace leasecheck::sim
