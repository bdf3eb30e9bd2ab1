#include "leasecheck/spec/outcome.hpp"

#include <utility>

namespace leasecheck::model {

std::string_view word(ErrorCode value) {
  switch (value) {
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

}  // namespace leasecheck::model
