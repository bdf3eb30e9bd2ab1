#pragma once

#include <cstdint>
#include <vector>

#include "leasecheck/spec/state.hpp"

namespace leasecheck::rapidcheck {

/// What is worth aiming at in a state.
struct Aims {
  struct Holding {
    model::Id lease_id;
    model::Id worker_id;
    std::uint64_t version = 0;
  };
  std::vector<model::Time> times;  ///< all that decide anything, those below among them
  std::vector<model::Time> expiries;
  std::vector<model::Time> deadlines;  ///< of executions
  std::vector<model::Time> finishes;   ///< of attempts
  std::vector<Holding> holdings;       ///< of current leases, and of acks that are remembered
  std::vector<model::AttemptSpec> specs;
  std::vector<model::Id> waiting;  ///< attempts that are dispatchable at some time
  std::uint64_t leases_issued = 0;
};

[[nodiscard]] Aims aims_of(const model::State& state);

}  // namespace leasecheck::rapidcheck
