#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "leasecheck/spec/operation.hpp"
#include "leasecheck/spec/state.hpp"
#include "properties/validation/assumptions.hpp"
#include "properties/validation/logged_call.hpp"

namespace leasecheck::properties {

/// Operations that may have happened although no answer shows it: those that the log leaves out,
/// and those that were not answered and are about whatever attempts there are. Which attempts they
/// took nobody says, so that each of them may have taken any attempt by itself.
/// Thread: one thread.
class UnseenOperations {
 public:
  explicit UnseenOperations(const Assumptions& assumptions)
      : unlogged_(assumptions.unlogged), grace_(assumptions.grace) {}

  /// Whether it is a claim of several, a reap, a tick of timeouts, or a prune.
  [[nodiscard]] static bool may_take_any(const model::Operation& operation);
  /// Whether there are any beside those that the log leaves out.
  [[nodiscard]] bool has_unanswered() const { return !unanswered_.empty(); }
  [[nodiscard]] bool has_prune() const;
  /// Of a call that is there already nothing changes.
  void add(const LoggedCall& call) { unanswered_.emplace(call.number, call); }

  [[nodiscard]] bool is_empty() const { return unlogged_.empty() && unanswered_.empty(); }

  /// What may have happened to the attempt by `now`. `attempt` is null where there is none.
  [[nodiscard]] std::vector<model::Action> on(const model::Id& attempt_id,
                                              const model::Attempt* attempt, model::Time now) const;

 private:
  std::set<std::string, std::less<>> unlogged_;
  model::Duration grace_;
  std::map<std::uint64_t, LoggedCall> unanswered_;  ///< by number
};

}  // namespace leasecheck::properties
