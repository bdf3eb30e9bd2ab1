#include "sim/statistics/histogram.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace leasecheck::sim {

using model::Duration;

namespace {

Duration rounded(Duration duration) {
  constexpr int kept_digits = 11;
  const auto ms = static_cast<std::uint64_t>(duration.count());
  const int dropped = std::max(0, static_cast<int>(std::bit_width(ms)) - kept_digits);
  return Duration{static_cast<std::int64_t>(ms >> dropped << dropped)};
}

}  // namespace

Histogram::Histogram(Counts counts, Duration longest)
    : counts_(std::move(counts)), longest_(longest) {
  for (const auto& [duration, count] : counts_) count_ += count;
}

void Histogram::add(Duration duration) {
  ++counts_[rounded(duration)];
  ++count_;
  longest_ = std::max(longest_, duration);
}

void Histogram::add(const Histogram& other) {
  for (const auto& [duration, count] : other.counts_) counts_[duration] += count;
  count_ += other.count_;
  longest_ = std::max(longest_, other.longest_);
}

std::optional<Duration> Histogram::longest() const {
  return count_ == 0 ? std::nullopt : std::optional(longest_);
}

std::optional<Duration> Histogram::percentile(std::uint32_t percent) const {
  const std::uint64_t rank = (count_ * percent + 99) / 100;
  std::uint64_t passed = 0;
  for (const auto& [duration, count] : counts_) {
    passed += count;
    if (passed >= rank) return duration;
  }
  return std::nullopt;
}

}  // namespace leasecheck::sim
