#include "sim/oracle/determinism.hpp"

#include <algorithm>
#include <vector>

#include "sim/draw_log.hpp"
#include "traces/lines.hpp"

namespace leasecheck::sim {
namespace {

struct Seen {
  std::string line;
  std::uint64_t drawn = 0;
  bool operator==(const Seen&) const = default;
};

std::vector<Seen> steps_of(const std::function<void(Referee::StepSink)>& run) {
  std::vector<Seen> steps;
  DrawLog draws;
  run([&](const traces::Step& step) {
    steps.push_back({.line = traces::line_of(step), .drawn = draws.digest()});
  });
  return steps;
}

std::string in_words(const std::vector<Seen>& steps, std::size_t index) {
  return index < steps.size() ? steps[index].line : "nothing";
}

}  // namespace

std::optional<Divergence> first_divergence(const std::function<void(Referee::StepSink)>& run) {
  const std::vector<Seen> first = steps_of(run);
  const std::vector<Seen> second = steps_of(run);
  const auto [one, two] = std::ranges::mismatch(first, second);
  if (one == first.end() && two == second.end()) return std::nullopt;
  const auto index = static_cast<std::size_t>(one - first.begin());
  return Divergence{
      .step = index + 1, .first = in_words(first, index), .second = in_words(second, index)};
}

}  // namespace leasecheck::sim
