#include "sim/oracle/shrink.hpp"

#include <string>

#include "sim/oracle/replay.hpp"
#include "traces/minimise.hpp"

namespace leasecheck::sim {

// A trace that can be shrunk is mostly soon down to a part of its length, and what is left costs
// little. One that cannot, because its subject is killed at other moments whenever something is
// left out, must not hold up whoever waits for it: after as many steps as eight times its own it is
// as short as it is by then.
traces::Trace shrink(
    const traces::Trace& trace,
    const std::function<std::expected<std::unique_ptr<Subject>, BrokenSubject>()>& make) {
  const auto run_again =
      [&make](const traces::Trace& candidate) -> std::expected<traces::Trace, std::string> {
    const auto subject = make();
    if (!subject) return std::unexpected(subject.error().message);
    return rerun(candidate, **subject);
  };
  return traces::minimise(trace, run_again, {.most_steps = 8 * trace.steps.size() + 8'000});
}

}  // namespace leasecheck::sim
