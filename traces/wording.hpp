#pragma once

#include <string>
#include <vector>

#include "traces/trace.hpp"

/// Steps of a trace as sentences, for whoever reads a failure: pages, explanations, diagrams and
/// tables say the same thing in the same words.
namespace leasecheck::traces {

/// Says times relative to the beginning of the run, as "+0:09.060": hours if there are any,
/// minutes, seconds, milliseconds.
class Wording {
 public:
  explicit Wording(model::Time begin) : begin_(begin) {}

  /// Begins where the trace does.
  explicit Wording(const Trace& trace);

  [[nodiscard]] std::string time(model::Time time) const;

  /// What somebody asks of the repository: "claims a1 until +0:31.000". Without the subject of the
  /// sentence, which is the step's actor.
  [[nodiscard]] std::string call(const model::Operation& operation) const;

  /// What the repository answers: "grants L1 until +0:31.000, version 1", "refuses: stale_lease".
  [[nodiscard]] std::string answer(const model::Outcome& outcome) const;

  /// What happened around the repository: "w1 never gets the answer to step 7".
  [[nodiscard]] std::string event(const model::Environment& event) const;

  /// A changed field of a `Return`, as "a1.status: queued". Fields that hold a time say it as
  /// `time`.
  [[nodiscard]] std::string change(const std::string& name, const std::string& value) const;

  /// What an answer changed, each as `change` says it; without the ids of new rows, which their
  /// names say already.
  [[nodiscard]] std::vector<std::string> changes(const Return& returned) const;

  /// A text in which properties name times as integers, with the times of this run (from a day
  /// before its beginning to a year after it) said as `time` does.
  [[nodiscard]] std::string message(const std::string& text) const;

  /// A whole step with its actor: "w1 claims a1 until +0:31.000", "the repository grants L1 …".
  [[nodiscard]] std::string step(const Step& step) const;

 private:
  /// A dead letter in JSON: "failed at attempt number 2, at +0:09.060".
  [[nodiscard]] std::string letter(const std::string& value) const;

  model::Time begin_;
};

/// Who acts in a step: the caller, "repository" for an answer, "env" or "disk".
[[nodiscard]] std::string actor_of(const Step& step);

}  // namespace leasecheck::traces
