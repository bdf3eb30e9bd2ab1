#include "sim/world/workload.hpp"

#include <algorithm>
#include <numeric>

#include "sim/check.hpp"

namespace leasecheck::sim {

using model::Duration;

namespace {

constexpr Duration day{86'400'000};

}  // namespace

Duration Distribution::draw(Stream& stream) const {
  const auto add = [](std::uint64_t sum, const Share& share) { return sum + share.weight; };
  std::uint64_t left =
      stream.below(std::accumulate(shares_.begin(), shares_.end(), std::uint64_t{0}, add));
  auto share = shares_.begin();
  for (; left >= share->weight; ++share) left -= share->weight;
  return stream.between(share->least, share->most);
}

Duration Distribution::longest() const {
  return std::ranges::max(shares_, {}, &Share::most).most;
}

// With n steps tried on average the mean is n - 1 steps and half of the last one.
Duration draw_interval(Stream& stream, Duration every) {
  constexpr std::int64_t steps = 64;
  const Duration step = every * 2 / (2 * steps - 1);
  Duration passed{0};
  while (stream.below(steps) != 0) passed += step;
  return passed + stream.between(Duration{0}, step);
}

model::Id Workload::id_of(const JobKind& kind, std::uint64_t number) {
  return kind.name + "-" + std::to_string(number);
}

const JobKind& Workload::kind_of(std::string_view attempt_id) const {
  const std::string_view name = attempt_id.substr(0, attempt_id.rfind('-'));
  const auto kind = std::ranges::find(jobs, name, &JobKind::name);
  check(kind != jobs.end(), "an attempt of no kind");
  return *kind;
}

Duration Workload::longest_work() const {
  Duration longest{0};
  for (const JobKind& kind : jobs) longest = std::max(longest, kind.work.longest());
  return longest;
}

const Rate& rate_at(const std::vector<Rate>& rates, Duration since_midnight) {
  const auto next = std::ranges::upper_bound(rates, since_midnight % day, {}, &Rate::from);
  return *(next - 1);
}

std::uint64_t attempts_within(const JobKind& kind, Duration duration) {
  std::uint64_t attempts = 0;
  for (Duration at{0}; at < duration;) {
    const Rate& rate = rate_at(kind.rates, at);
    attempts += rate.attempts;
    at += rate.per;
  }
  return attempts;
}

}  // namespace leasecheck::sim
