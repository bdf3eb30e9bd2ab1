#include "lease/result.hpp"

#include <utility>

namespace lease {

std::string_view word(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_argument:
      return "invalid_argument";
    case ErrorCode::not_found:
      return "not_found";
    case ErrorCode::stale_lease:
      return "stale_lease";
    case ErrorCode::not_dispatchable:
      return "not_dispatchable";
    case ErrorCode::already_exists:
      return "already_exists";
    case ErrorCode::unavailable:
      return "unavailable";
    case ErrorCode::corrupt:
      return "corrupt";
  }
  std::unreachable();
}

std::unexpected<Error> failure(ErrorCode code, std::string message, Effect effect) {
  return std::unexpected(Error{code, std::move(message), effect});
}

}  // namespace lease
