#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "leasecheck/spec/operation.hpp"
#include "sim/random.hpp"
#include "sim/values/names.hpp"

namespace leasecheck::sim {

/// What the processes of a stress run call: operations that conflict with each other, on a handful
/// of attempts, at times around which leases expire.
class StressWorkload {
 public:
  /// The values are odd in the dimensions that a run of the world of this seed has odd as well, as
  /// far as they concern what is called here: ids, the epoch, numbers and payloads.
  StressWorkload(std::uint64_t seed, const std::optional<values::Dimensions>& may_be_odd);

  void begin_round(std::uint32_t round);

  [[nodiscard]] model::Action draw(std::size_t process);

  /// A claim drew this lease's id; later operations may speak of it, granted or not.
  void know_lease(const model::Id& lease_id, const model::Action& claim);

  /// The one write of a round that has to succeed.
  [[nodiscard]] model::Action barrier_write(std::uint32_t round) const;

  /// Later than anything that a round can have set, and each tick later than the one before.
  [[nodiscard]] model::Time after_all_rounds(std::uint32_t tick) const;

 private:
  [[nodiscard]] model::AttemptSpec spec_of(std::uint64_t attempt) const;
  [[nodiscard]] std::string draw_payload(std::uint64_t number);
  [[nodiscard]] model::Operation draw_operation(std::size_t process);
  /// An operation on several attempts, or one that prunes.
  [[nodiscard]] model::Operation draw_several(std::size_t process);
  [[nodiscard]] std::pair<model::Id, model::Id> draw_lease();

  Stream draw_;
  Stream odd_draw_;
  values::Dimensions odd_;
  values::Names names_;
  std::vector<std::int32_t> odd_priorities_;  ///< of each attempt, where numbers are odd
  model::Time epoch_{};
  model::Time base_{};
  model::Time now_{};
  std::vector<std::pair<model::Id, model::Id>> leases_;  // lease, worker
};

}  // namespace leasecheck::sim
