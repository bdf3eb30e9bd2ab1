#pragma once

#include <vector>

#include "leasecheck/spec/step.hpp"
#include "model/system/state.hpp"

namespace leasecheck::system {

/// The repository of the searched world. It is the reference model itself: the attempts are turned
/// into a `model::State` at time 0 (now), `model::step` carries the operation out, and the result
/// is turned back. So there is nothing here that could differ from the contract, and no proof is
/// owed that it does not.
///
/// What is left out of the state is set to one value that no operation of this world depends on:
/// ready times and enqueue order (a worker may claim any attempt that is dispatchable, in whatever
/// order they are listed), heartbeat times, the times of dead letters.
class Repository {
 public:
  explicit Repository(const Options& options);

  /// Carries out the operation at `now`, and notes in `state.broken` the first rule that the step
  /// breaks. `issued` as in `mutated_step`.
  model::Outcome call(State& state, const model::Operation& operation,
                      const std::optional<Issued>& issued = std::nullopt) const;

  /// The names under which the reference model knows them.
  [[nodiscard]] const model::Id& attempt_id(unsigned attempt) const {
    return specs_[attempt].attempt_id;
  }
  [[nodiscard]] const model::Id& worker_id(unsigned worker) const { return workers_[worker]; }
  [[nodiscard]] static model::Id lease_id(unsigned attempt, LeaseNumber lease);
  [[nodiscard]] const model::AttemptSpec& spec(unsigned attempt) const { return specs_[attempt]; }

  /// The attempt as the reference model has it.
  [[nodiscard]] model::Attempt expand(const State& state, unsigned attempt) const;

 private:
  [[nodiscard]] model::State expand(const State& state) const;
  void absorb(AttemptState& state, const model::Attempt& attempt) const;

  Options options_;
  std::vector<model::AttemptSpec> specs_;
  std::vector<model::Id> workers_;
};

/// One operation on one attempt, as seen from outside.
struct Observed {
  const model::Operation& operation;
  bool is_accepted;
  const model::Attempt& before;
  const model::Attempt& after;
  std::uint32_t max_retries;
};

/// The first rule that the operation broke on this attempt. `now` is 0.
[[nodiscard]] Broken judge(const Observed& observed);

}  // namespace leasecheck::system
