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

/// Why one item of several was refused.
struct Refusal {
  ErrorCode code = ErrorCode::invalid_argument;
  bool operator==(const Refusal&) const = default;
};

/// Rule 25: what one item of several was answered: exactly one of the two.
template <class Value>
struct ItemResult {
  std::optional<Value> ok;
  std::optional<Refusal> error;
  bool operator==(const ItemResult&) const = default;
};

/// One for each item, in the order of the items.
template <class Value>
using ItemResults = std::vector<ItemResult<Value>>;

template <class T>
inline constexpr bool is_item_result = false;
template <class Value>
inline constexpr bool is_item_result<ItemResult<Value>> = true;
template <class T>
inline constexpr bool is_item_results = false;
template <class Value>
inline constexpr bool is_item_results<ItemResults<Value>> = true;

/// Rule 26: an attempt as the list would have shown it, and the lease that was granted.
struct Claim {
  DispatchRecord attempt;
  LeaseRecord lease;
  bool operator==(const Claim&) const = default;
};

/// One alternative per shape of answer; which operation gives which is the contract's.
using Answer = std::variant<Done, Count, Sequence, AckResult, LeaseRecord,
                            std::optional<LeaseRecord>, AttemptRecord, CountsByStatus,
                            std::vector<DispatchRecord>, std::vector<DeadLetter>,
                            std::vector<RunEvent>, ItemResults<Done>, ItemResults<LeaseRecord>,
                            ItemResults<AckResult>, std::vector<Claim>, std::vector<AttemptRecord>>;

using Outcome = std::expected<Answer, ErrorCode>;

/// The contract's word: "stale_lease", …
[[nodiscard]] std::string_view word(ErrorCode value);

}  // namespace leasecheck::model
