#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "leasecheck/spec/environment.hpp"
#include "leasecheck/spec/operation.hpp"
#include "leasecheck/spec/outcome.hpp"

/// A run as data: what was done (stimuli) and what was seen (observations). The file format is
/// described in traces/README.md; this is what a file holds once it has been read.
namespace leasecheck::traces {

inline constexpr int schema_version = 1;
inline constexpr std::string_view model_version = "lease-2";

/// What the trace of a corpus shows, and what replaying it must find.
struct Exhibit {
  std::string shows;     ///< one sentence
  std::string defect;    ///< the mutant in which it was found
  std::string property;  ///< violated on the mutant
  bool operator==(const Exhibit&) const = default;
};

struct Head {
  /// What properties need; a trace without it can be read, but not replayed. In the file it stands
  /// in "config" as "epoch", "grace" and "skew_within_margin".
  std::optional<model::Deployment> deployment;
  /// Every other option that the seed drew, for the reader. Units: durations in milliseconds.
  std::map<std::string, std::int64_t> config;
  std::uint64_t seed = 0;
  std::string origin;   ///< the command that made it: "simulate"
  std::string backend;  ///< the subject on which it was recorded
  std::optional<Exhibit> exhibit;
  bool operator==(const Head&) const = default;
};

/// An operation that is about to be called.
struct Call {
  std::string actor;
  model::Time actor_clock{};
  model::Action action;
  bool operator==(const Call&) const = default;
};

/// What it answered. `delta` lists the changed fields ("a1.status" -> JSON text), `post` is the
/// digest of the canonical state after it; 0 where nobody could look, others being at work.
struct Return {
  std::uint64_t of = 0;
  model::Outcome outcome;
  std::map<std::string, std::string> delta;
  std::uint64_t post = 0;
  bool operator==(const Return&) const = default;
};

/// What the simulated disk does from here on to the processes above it, in the words of the search
/// that decided it (sim/scheduler, sim/storage).
struct DiskEvent {
  enum class Kind : std::uint8_t {
    schedule,  ///< whose turn it is, decision by decision: "0*26,1*13"
    mishap     ///< what happens at which call: "power_loss@12:kkl"
  };
  Kind kind = Kind::schedule;
  std::string text;
  bool operator==(const DiskEvent&) const = default;
};

using StepBody = std::variant<Call, Return, model::Environment, DiskEvent>;

struct Step {
  std::uint64_t number = 0;  ///< 1, 2, 3 … over all lines of the trace
  model::Time true_time{};
  StepBody what;
  bool operator==(const Step&) const = default;
};

/// From best to worst, so that the result of several runs is the largest of theirs: what one of
/// them has shown to be wrong stays shown, even if another could not be carried out.
enum class Result : std::uint8_t { held, inconclusive, broken, violated };

struct Verdict {
  Result result = Result::held;
  std::string property;  ///< empty unless violated
  std::string message;
  std::uint64_t first_bad = 0;  ///< number of the step; 0 unless violated
  bool operator==(const Verdict&) const = default;
};

struct Trace {
  Head head;
  std::vector<Step> steps;
  Verdict verdict;
  bool operator==(const Trace&) const = default;
};

/// "held", "violated", "inconclusive", "broken".
[[nodiscard]] std::string_view word(Result result);

}  // namespace leasecheck::traces
