#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/oracle/referee.hpp"
#include "sim/subject/subject.hpp"
#include "traces/trace.hpp"

namespace leasecheck::sim {

/// The worlds and tours of earlier calls, for use in later ones on subjects of the same profile:
/// planning takes seconds, and most defects are found within the first calls.
class ConformPlans;

[[nodiscard]] std::shared_ptr<ConformPlans> keep_conform_plans();

struct ConformOptions {
  int workers = 2;
  int attempts = 2;
  std::string backend;  ///< for the head of a trace
  std::function<std::expected<std::unique_ptr<Subject>, BrokenSubject>()> make;
  /// In the second pass and every later one all transitions are made again in another order, each
  /// with another and often longer past. What a subject keeps and the model does not is seen by
  /// that.
  int passes = 1;
  /// Asked before every call; once it says no the verdict of the first pass is inconclusive.
  std::function<bool()> may_go_on = {};
  /// Told after every call how many were made, and how many are planned.
  std::function<void(std::uint64_t made, std::uint64_t of)> progress = {};
  /// Told of a violation's trace before it is reduced.
  std::function<void(const traces::Trace& trace)> found = {};
  /// Asked again and again while it is reduced; what is found by then is the trace.
  std::function<bool()> may_reduce = {};
  std::shared_ptr<ConformPlans> plans = keep_conform_plans();
};

/// One bounded world.
struct ConformedWorld {
  std::string name;  ///< what its attempts are enqueued with
  std::uint64_t states = 0;
  std::uint64_t transitions = 0;  ///< those that call the subject
  std::uint64_t covered = 0;
  std::uint64_t calls = 0;
};

struct ConformResult {
  traces::Verdict verdict;
  std::vector<ConformedWorld> worlds;
  /// What no transition was made for: operations that the subject does not offer, and what was left
  /// when the tours ended early.
  std::vector<std::string> not_covered;
  std::uint64_t worlds_again = 0;  ///< toured to the end in the passes after the first
  std::uint64_t calls_again = 0;   ///< in these passes
  Tally tally;
  /// The violation by the shortest way there that shows it.
  std::optional<traces::Trace> trace;
};

/// Exhaustive conformance: carries out every transition of bounded worlds on subjects, by shortest
/// tours that cover them all, and compares answer, error class and state with the model. Operations
/// that are refused, repeated or made by a lease that has ended are among the transitions. A call
/// that is unavailable and changes nothing is made again; a subject that stays unavailable leaves
/// the verdict inconclusive.
/// Errors: options that make no sense, a world that is too large, or a subject that cannot be made.
[[nodiscard]] std::expected<ConformResult, std::string> conform(const ConformOptions& options);

}  // namespace leasecheck::sim
