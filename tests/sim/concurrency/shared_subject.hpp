#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

#include "sim/registry/program_registry.hpp"

namespace leasecheck::sim::testing {

/// Processes of the Python subject that shares a store, with these arguments.
inline ProgramsOnOneStore shared_subject(const std::string& arguments,
                                         std::uint32_t processes = 2) {
  const std::string backend =
      "exec:" LEASECHECK_PYTHON " " LEASECHECK_SHARED_SUBJECT " " + arguments;
  auto started = start_programs(backend, processes, std::chrono::seconds(10));
  if (!started) throw std::runtime_error(started.error());
  return *std::move(started);
}

}  // namespace leasecheck::sim::testing
