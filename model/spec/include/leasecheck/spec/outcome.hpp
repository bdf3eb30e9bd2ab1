#pragma once

#include <cstdint>
#include <expected>
#include <string_view>
#include <variant>
#include <vector>

#include "leasecheck/spec/records.hpp"

/// What an operation answers: a value, or the class of an error.
namespace leasecheck::model {

/// In the order in which they are owed. The last two are not the model's: an environment fails, a
/// contract does not; they are here because a subject may answer them.
enum class ErrorCode : std::uint8_t {
  invalid_argument,
  not_found,
  stale_lease,
  not_dispatchable,
  already_exists,
  unavailable,
  corrupt
};

struct Done {
  bool operator==(const Done&) const = default;
};

/// Rule 11: what an ack answers, and answers again when it is repeated.
struct AckResult {
  Status status = Status::completed;
  std::uint32_t attempt_no = 1;
  std::optional<Time> retry_at;
  bool operator==(const AckResult&) const = default;
};

struct Count {
  std::uint64_t value = 0;
  bool operator==(const Count&) const = default;
};

struct Sequence {
  std::uint64_t value = 0;
  bool operator==(const Sequence&) const = default;
};

/// One alternative per shape of answer; which operation gives which is the contract's.
using Answer =
    std::variant<Done, Count, Sequence, AckResult, LeaseRecord, std::optional<LeaseRecord>,
                 AttemptRecord, CountsByStatus, std::vector<DispatchRecord>,
                 std::vector<DeadLetter>, std::vector<RunEvent>>;

using Outcome = std::expected<Answer, ErrorCode>;

/// The contract's word: "stale_lease", …
[[nodiscard]] std::string_view word(ErrorCode value);

}  // namespace leasecheck::model
