#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "properties/support/observed.hpp"

/// What several properties ask of an observed operation.
namespace leasecheck::properties {

/// The operation if it is an `Op` and was not refused, else null.
template <typename Op>
[[nodiscard]] const Op* accepted(const Operated& operated) {
  return operated.outcome ? std::get_if<Op>(&operated.action.operation) : nullptr;
}

/// What the operation answered if that is an `A`, else null.
template <typename A>
[[nodiscard]] const A* answer(const Operated& operated) {
  return operated.outcome ? std::get_if<A>(&*operated.outcome) : nullptr;
}

[[nodiscard]] bool is_refused_with(const Operated& operated, model::ErrorCode error);

/// What a worker shows to speak for a lease: rules 4 and 9 to 13.
struct Credentials {
  std::string_view lease_id;
  std::optional<std::string_view> worker_id;      ///< absent where the operation takes none
  std::optional<std::uint64_t> expected_version;  ///< absent where the operation takes none
};

/// Returns: nothing for an operation that does not speak for a lease.
[[nodiscard]] std::optional<Credentials> credentials(const model::Operation& operation);

/// Whether the row is the lease that the credentials speak for, held by who shows them.
[[nodiscard]] bool match(const Credentials& shown, const model::LeaseRecord& lease);

/// The one attempt that an operation is about, because it names it or its current lease.
/// Returns: null for operations about none or many, and for a lease that is not current.
[[nodiscard]] const model::Id* attempt_of(const Operated& operated);

/// The time of the operation: the argument where the contract passes one, else `Action::now`.
[[nodiscard]] model::Time time_of(const model::Action& action);

/// For messages: the milliseconds since the epoch, or how far from an end of time.
[[nodiscard]] std::string ms(model::Time time);

}  // namespace leasecheck::properties
