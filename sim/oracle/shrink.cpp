#include "sim/oracle/shrink.hpp"

#include <string>
#include <utility>

#include "sim/oracle/replay.hpp"

namespace leasecheck::sim {

namespace {

bool holds_on_model(const traces::Trace& trace) {
  const auto model = make_model_subject();
  const auto replayed = replay(trace, *model);
  return replayed && replayed->verdict.result == traces::Result::held;
}

}  // namespace

traces::ReductionOptions modest_budget(const traces::Trace& trace) {
  // A program is started anew for each run.
  const bool is_program = trace.head.backend.starts_with("exec:");
  return {.most_runs = is_program ? 60U : 5'000U,
          .most_steps = 8 * trace.steps.size() + (is_program ? 8'000 : 40'000)};
}

traces::Reduction shrink(
    const traces::Trace& trace,
    const std::function<std::expected<std::unique_ptr<Subject>, BrokenSubject>()>& make,
    const traces::ReductionOptions& options) {
  if (!traces::can_be_reduced(trace)) return {.trace = trace};
  // Where the calls are the contract's, what is left of them must be: a reap that comes too early,
  // say, breaks the same rule, and shows nothing of the subject.
  const bool must_hold_on_model = holds_on_model(trace);
  const traces::Rerun run_again{
      .judge = [&make, must_hold_on_model](
                   const traces::Trace& candidate) -> std::expected<traces::Verdict, std::string> {
        const auto subject = make();
        if (!subject) return std::unexpected(subject.error().message);
        auto result = replay(candidate, **subject);
        if (!result) return std::unexpected(std::move(result.error()));
        const bool is_violated = result->verdict.result == traces::Result::violated;
        if (is_violated && must_hold_on_model && !holds_on_model(candidate)) {
          return traces::Verdict{.result = traces::Result::held, .property = {}, .message = {}};
        }
        return std::move(result->verdict);
      },
      .record =
          [&make](const traces::Trace& candidate) -> std::expected<traces::Trace, std::string> {
        const auto subject = make();
        if (!subject) return std::unexpected(subject.error().message);
        return rerun(candidate, **subject);
      }};
  return traces::reduce(trace, run_again, options);
}

}  // namespace leasecheck::sim
