#pragma once

#include <memory>
#include <optional>
#include <string>

#include "leasecheck/checked_repository.hpp"
#include "leasecheck/violation.hpp"
#include "sim/oracle/referee.hpp"
#include "sim/subject/subject.hpp"
#include "traces/trace.hpp"

namespace leasecheck::sim {

/// Calls of unrelated clients whose clocks go where they like, so that nothing is promised of what
/// workers believe; a reaper's clock shows the time by which it reaps, and the grace window is
/// none. Recorded as it goes.
class CheckedSubject final : public CheckedRepository {
 public:
  /// Pre: the subject is empty.
  explicit CheckedSubject(Subject& subject);

  [[nodiscard]] std::optional<std::string> operate(const model::Action& action) override;
  [[nodiscard]] const model::State& model() const override { return referee_.model_state(); }

  [[nodiscard]] const Referee& referee() const { return referee_; }

  /// Everything so far.
  [[nodiscard]] traces::Trace trace(std::string origin) const;

 private:
  Subject& subject_;
  std::vector<traces::Step> steps_;
  Referee referee_;
};

/// The head of a trace of such calls.
[[nodiscard]] traces::Head head_of_calls(std::string backend, std::string origin);

/// The repository as a subject, what it does not offer left out. While it lives its calls are in
/// "NAME.CHECK.jsonl.part", in the working directory.
[[nodiscard]] std::expected<std::unique_ptr<Subject>, BrokenSubject> make_subject(
    const RepositoryUnderTest& repository, const std::string& check);

/// Says on standard error, if an earlier program has died in this check, in which trace its calls
/// are. To be called before the check makes its first subject.
void report_earlier_death(const RepositoryUnderTest& repository, const std::string& check);

/// A subject that cannot be made, as what a check has found.
[[nodiscard]] Violation cannot_be_made(const BrokenSubject& subject);

/// What a violated trace shows, in lines: the property, what was promised, who is at fault.
[[nodiscard]] std::string in_words(const traces::Trace& trace);

/// What a trace of a check shows to be wrong. All that the violation does not need is left out, and
/// what remains is written to "NAME.CHECK.jsonl" and, as a page, to "NAME.CHECK.html", in the
/// working directory.
[[nodiscard]] Violation violation_of(const RepositoryUnderTest& repository,
                                     const std::string& check, const traces::Trace& trace);

/// Writes the timeline of a trace of a check to "NAME.CHECK.html", in the working directory.
/// Returns: its whole path; empty if it cannot be written, which is said on standard error.
[[nodiscard]] std::string write_page(const RepositoryUnderTest& repository,
                                     const std::string& check, const traces::Trace& trace);

}  // namespace leasecheck::sim
