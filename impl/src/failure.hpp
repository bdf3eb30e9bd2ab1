#pragma once

#include <string>
#include <utility>

#include "lease/result.hpp"

namespace lease {

/// What a method returns that has refused or failed.
[[nodiscard]] inline std::unexpected<Error> failure(ErrorCode code, std::string message) {
  return std::unexpected(Error(code, std::move(message)));
}

}  // namespace lease
