#include "sim/oracle/necessity.hpp"

#include <variant>

#include "sim/oracle/replay.hpp"
#include "traces/reduction/stimuli.hpp"

namespace leasecheck::sim {

std::map<std::uint64_t, WithoutIt> leave_out_each(
    const traces::Trace& trace,
    const std::function<std::expected<std::unique_ptr<Subject>, BrokenSubject>()>& make,
    const std::function<bool()>& may_go_on) {
  std::map<std::uint64_t, WithoutIt> ends;
  for (const traces::Step& step : trace.steps) {
    if (std::holds_alternative<traces::Return>(step.what)) continue;
    if (!may_go_on()) break;
    const auto subject = make();
    if (!subject) {
      ends.emplace(step.number, std::unexpected(subject.error().message));
      continue;
    }
    const auto run = replay(traces::without_stimulus(trace, step.number), **subject);
    ends.emplace(step.number, run ? WithoutIt(run->verdict) : std::unexpected(run.error()));
  }
  return ends;
}

}  // namespace leasecheck::sim
