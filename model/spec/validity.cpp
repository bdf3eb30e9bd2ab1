#include "leasecheck/spec/validity.hpp"

#include <limits>

#include "model/spec/utf8.hpp"

namespace leasecheck::model {
namespace {

/// The largest multiplier, max_retries and max_deliveries: one below the largest signed 32-bit
/// value, so that `attempt_no` and `delivery_count` can go one beyond every limit.
constexpr std::int64_t largest_policy_count = std::numeric_limits<std::int32_t>::max() - 1;

bool is_between(std::int64_t low, std::int64_t value, std::int64_t high) {
  return low <= value && value <= high;
}

bool is_valid_policy(const RetryPolicy& policy) {
  return policy.backoff >= Duration::zero() &&
         policy.max_backoff.value_or(Duration::zero()) >= Duration::zero() &&
         is_between(1, policy.multiplier, largest_policy_count) &&
         is_between(0, policy.max_retries, largest_policy_count);
}

}  // namespace

bool is_valid_id(std::string_view id) {
  return !id.empty() && id.size() <= longest_id_bytes && !id.contains('\0') && is_utf8(id);
}

bool is_valid_spec(const AttemptSpec& spec) {
  return is_valid_id(spec.attempt_id) && is_valid_id(spec.run_id) &&
         (!spec.tenant_id || is_valid_id(*spec.tenant_id)) &&
         spec.timeout.value_or(Duration{1}) >= Duration{1} &&
         (!spec.retry_policy || is_valid_policy(*spec.retry_policy)) &&
         is_between(1, spec.max_deliveries.value_or(1), largest_policy_count);
}

}  // namespace leasecheck::model
