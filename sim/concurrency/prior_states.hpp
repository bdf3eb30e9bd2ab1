#pragma once

#include <string>
#include <vector>

#include "leasecheck/spec/operation.hpp"
#include "leasecheck/spec/state.hpp"

/// Small states and every operation of the contract on them: what is searched exhaustively on a
/// simulated disk.
namespace leasecheck::sim {

struct PriorState {
  std::string name;
  std::vector<model::Action> actions;  ///< that lead to it, all accepted
  model::State state;                  ///< the model's
};

struct SmallOperation {
  std::string name;
  model::Action action;
};

/// One attempt ("a") in each status that differs for some operation, and two at once of which both
/// a reap and a timeout take both. Every lease in them is "L1" (of a, by w1) or "L2" (of b, by w2)
/// and is both expired and overdue when the operations come.
[[nodiscard]] std::vector<PriorState> prior_states();

/// Every operation that can change a repository, with arguments that some prior state accepts, and
/// those reads that see more than one row.
[[nodiscard]] std::vector<SmallOperation> small_operations();

}  // namespace leasecheck::sim
