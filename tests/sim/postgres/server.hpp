#pragma once

#include <memory>
#include <stdexcept>
#include <string>

#include "sim/concurrency/interleave_case.hpp"
#include "sim/registry/postgres_registry.hpp"

namespace leasecheck::sim::testing {

/// The server of this test program: it starts with the first test that asks for it.
[[nodiscard]] inline std::shared_ptr<PostgresSubjects> the_server() {
  static const auto server = postgres_server("postgres");
  if (!server) throw std::runtime_error(server.error());
  return *server;
}

[[nodiscard]] inline InterleaveCase case_named(const std::string& name,
                                               InterleaveScope scope = InterleaveScope::pairs) {
  for (InterleaveCase& subject : interleave_cases(scope)) {
    if (name_of(subject) == name) return std::move(subject);
  }
  throw std::runtime_error(name);
}

}  // namespace leasecheck::sim::testing
