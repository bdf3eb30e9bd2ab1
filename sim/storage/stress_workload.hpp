#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "leasecheck/spec/operation.hpp"
#include "sim/random.hpp"

namespace leasecheck::sim {

/// What the processes of a stress run call: operations that conflict with each other, on a handful
/// of attempts, at times around which leases expire.
class StressWorkload {
 public:
  explicit StressWorkload(std::uint64_t seed) : draw_(seed, "workload") {}

  void begin_round(std::uint32_t round);

  [[nodiscard]] model::Action draw(std::size_t process);

  /// A claim drew this lease's id; later operations may speak of it, granted or not.
  void know_lease(const model::Id& lease_id, const model::Action& claim);

  /// The one write of a round that has to succeed.
  [[nodiscard]] model::Action barrier_write(std::uint32_t round) const;

  /// Later than anything that a round can have set, and each tick later than the one before.
  [[nodiscard]] model::Time after_all_rounds(std::uint32_t tick) const;

 private:
  [[nodiscard]] model::Operation draw_operation(std::size_t process);
  /// An operation on several attempts, or one that prunes.
  [[nodiscard]] model::Operation draw_several(std::size_t process);
  [[nodiscard]] std::pair<model::Id, model::Id> draw_lease();

  Stream draw_;
  model::Time base_{};
  model::Time now_{};
  std::vector<std::pair<model::Id, model::Id>> leases_;  // lease, worker
};

}  // namespace leasecheck::sim
