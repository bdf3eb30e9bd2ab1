#pragma once

#include <optional>
#include <string>

#include "traces/trace.hpp"

namespace leasecheck::sim {

/// One violation that a search found.
struct Finding {
  std::string property;
  std::string message;
  std::string reproduce;  ///< what the search has to be told to try this alone: a point, a schedule
  std::optional<traces::Trace> trace;  ///< its head names no backend; the caller knows it
};

}  // namespace leasecheck::sim
