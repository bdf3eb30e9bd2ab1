#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace lease {

/// The classes of error, in the order in which they are owed: a call that is both wrong in its
/// arguments and names an unknown attempt answers `invalid_argument`. The last two come from the
/// environment and may come at any time.
enum class ErrorCode : std::uint8_t {
  invalid_argument,
  not_found,
  stale_lease,
  not_dispatchable,
  already_exists,
  unavailable,  ///< retryable: busy, connection lost, disk full
  corrupt       ///< the storage holds what no repository wrote, or a newer schema
};

/// What is known of the effect of a call that failed as `unavailable`.
enum class Effect : std::uint8_t { none, unknown };

struct Error {
  ErrorCode code = ErrorCode::invalid_argument;
  std::string message;
  Effect effect = Effect::none;
};

template <typename T>
using Result = std::expected<T, Error>;

/// "invalid_argument", "not_found", …
[[nodiscard]] std::string_view word(ErrorCode code);

[[nodiscard]] std::unexpected<Error> failure(ErrorCode code, std::string message,
                                             Effect effect = Effect::none);

}  // namespace lease
