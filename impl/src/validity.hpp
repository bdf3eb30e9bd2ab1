#pragma once

#include <string>
#include <string_view>

#include "lease/attempt_repository.hpp"

/// What is `invalid_argument`, the same in every backend. A valid argument is an empty result; an
/// invalid one says which and why.
namespace lease {

[[nodiscard]] Result<void> validate(const AttemptId& attempt_id);
[[nodiscard]] Result<void> validate(const RunId& run_id);
[[nodiscard]] Result<void> validate(const WorkerId& worker_id);
[[nodiscard]] Result<void> validate(const LeaseId& lease_id);
[[nodiscard]] Result<void> validate(const TenantId& tenant_id);
[[nodiscard]] Result<void> validate(const Holder& holder);
[[nodiscard]] Result<void> validate(const AttemptSpec& spec);
[[nodiscard]] Result<void> validate(AckOutcome outcome);
[[nodiscard]] Result<void> validate(const LeaseHeartbeat& heartbeat);
[[nodiscard]] Result<void> validate(const AttemptAck& ack);
[[nodiscard]] Result<void> validate(const AttemptFilter& filter);
[[nodiscard]] Result<void> validate(const std::optional<AttemptId>& attempt_id);

/// Of a lease that is granted for a time: at least 1 ms.
[[nodiscard]] Result<void> validate_ttl(Duration lease_ttl);

/// Whether it is the text of one JSON value.
[[nodiscard]] bool is_json(const std::string& text);

/// Source: rule 13; the kind is an id, the payload the text of one JSON value and not longer than
/// `max_payload_bytes`.
[[nodiscard]] Result<void> validate(const NewRunEvent& event);

/// All of a call's arguments, the first invalid one's error.
template <typename First, typename... Rest>
requires(sizeof...(Rest) > 0)
    [[nodiscard]] Result<void> validate(const First& first, const Rest&... rest) {
  Result<void> valid = validate(first);
  return valid ? validate(rest...) : valid;
}

}  // namespace lease
