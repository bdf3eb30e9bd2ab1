#include "sim/oracle/shrink.hpp"

#include <string>
#include <utility>

#include "sim/oracle/replay.hpp"

namespace leasecheck::sim {

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
  const traces::Rerun run_again{
      .judge =
          [&make](const traces::Trace& candidate) -> std::expected<traces::Verdict, std::string> {
        const auto subject = make();
        if (!subject) return std::unexpected(subject.error().message);
        auto result = replay(candidate, **subject);
        if (!result) return std::unexpected(std::move(result.error()));
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
