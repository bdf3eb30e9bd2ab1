// Rule 11: how long an attempt waits after a failure.
#include <algorithm>

#include "leasecheck/spec/records.hpp"

namespace leasecheck::model {

Duration backoff_after(const RetryPolicy& policy, std::uint32_t attempt_no) {
  Duration wait = policy.backoff;
  if (policy.strategy == BackoffStrategy::exponential) {
    for (std::uint32_t failed = 1; failed < attempt_no; ++failed) {
      const Duration longer = saturating_multiply(wait, policy.multiplier);
      if (longer == wait) break;  // 0, a multiplier of 1, or the end of the range: it stays so
      wait = longer;
    }
  }
  return std::max(std::min(wait, policy.max_backoff.value_or(Duration::max())), Duration{1});
}

}  // namespace leasecheck::model
