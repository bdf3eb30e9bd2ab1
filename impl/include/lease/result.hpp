#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

#include "lease/words.hpp"

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
inline constexpr std::size_t error_code_count = 7;

/// What is known of the effect of a call that failed as `unavailable`. Any other error means that
/// the call had none.
enum class Effect : std::uint8_t {
  none,    ///< nothing has changed
  unknown  ///< all of it has happened or nothing: read before acting on either
};

/// Why a call was refused. `message` is for people: it names the offender and may change.
struct Error {
  Error(ErrorCode error_code, std::string text, Effect what_happened = Effect::none)
      : code(error_code), message(std::move(text)), effect(what_happened) {}

  ErrorCode code;
  std::string message;
  Effect effect;
};

/// A value, or why there is none. Refusals and failures of the storage are values, not exceptions.
template <typename T>
using Result = std::expected<T, Error>;

/// The enumerator's name: "invalid_argument", "not_found", …
/// Pre: the value is one of the enumerators.
[[nodiscard]] std::string_view to_string(ErrorCode code);
[[nodiscard]] std::string_view to_string(Effect effect);

}  // namespace lease
