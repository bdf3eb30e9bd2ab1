#include "lease/result.hpp"

namespace lease {

std::string_view to_string(ErrorCode code) {
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

std::string_view to_string(Effect effect) {
  switch (effect) {
    case Effect::none:
      return "none";
    case Effect::unknown:
      return "unknown";
  }
  std::unreachable();
}

}  // namespace lease
