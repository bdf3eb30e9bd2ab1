#include "model/system/instants.hpp"

#include <algorithm>
#include <numeric>
#include <set>

namespace leasecheck::system {
namespace {

std::int64_t period_of(const Options& options) {
  std::int64_t divisor = 0;
  for (const Duration constant :
       {options.ttl, options.grace, options.heartbeat_period, options.timeout}) {
    divisor = std::gcd(divisor, constant.count());
  }
  if (options.retries > 0) divisor = std::gcd(divisor, options.backoff.count());
  for (const Duration ahead : options.reapers) divisor = std::gcd(divisor, ahead.count());
  return divisor;
}

}  // namespace

Instants::Instants(const Options& options) {
  const std::int64_t period = options.every_millisecond ? 1 : period_of(options);
  const auto slack = static_cast<std::int64_t>(options.slack);
  std::set<std::int32_t> offsets;
  for (std::int64_t i = -slack; i <= slack; ++i) {
    for (std::int64_t j = -1; j <= 1; ++j) {
      const std::int64_t offset = (i + j * options.skew.count()) % period;
      offsets.insert(static_cast<std::int32_t>((offset + period) % period));
    }
  }
  period_ = static_cast<std::int32_t>(period);
  offsets_.assign(offsets.begin(), offsets.end());
}

std::int32_t Instants::wait_after(unsigned phase) const {
  const unsigned to = next(phase);
  return to > phase ? offsets_[to] - offsets_[phase] : offsets_[to] + period_ - offsets_[phase];
}

unsigned Instants::after(unsigned phase, std::int32_t wait) const {
  const std::int32_t offset = (offsets_[phase] + wait) % period_;
  return static_cast<unsigned>(std::ranges::lower_bound(offsets_, offset) - offsets_.begin());
}

}  // namespace leasecheck::system
