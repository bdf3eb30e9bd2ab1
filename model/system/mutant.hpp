#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "leasecheck/spec/step.hpp"

namespace leasecheck::system {

/// Defects planted into the repository of the searched world, each once seen in a real system.
enum class Mutant : std::uint8_t {
  none,
  every_caller_wins,
  claim_ignores_retry_at,
  leased_without_row,
  version_restarts,
  heartbeat_shortens_lease,
  heartbeat_matches_attempt_only,
  heartbeat_acts_as_claim,
  heartbeat_keeps_version,
  reap_ignores_grace,
  reap_takes_the_boundary,
  reap_misses_unstarted,
  reap_never_exhausts,
  requeue_burns_a_retry,
  timeout_one_too_early,
  ack_from_anyone,
  terminal_overwritten,
  retry_not_counted,
  backoff_never_ends,
};

struct MutantInfo {
  Mutant mutant;
  std::string_view name;
  std::string_view defect;    ///< Row of the catalogue of defects: "B26".
  std::string_view what;      ///< One sentence: what it does wrong.
  std::string_view property;  ///< What the search must find violated.
};

/// Every planted defect but `none`.
[[nodiscard]] std::span<const MutantInfo> all_mutants();

/// "none" for `Mutant::none`.
[[nodiscard]] std::string_view name_of(Mutant mutant);

/// For whom and for what a lease was issued once, though it may be over.
struct Issued {
  model::Id attempt_id;
  model::Id worker_id;
};

/// `model::step` with the defect. `issued` is the lease that the action names, if it
/// ever was issued: some defects are that a repository remembers too little of it.
model::Outcome mutated_step(model::State& state, const model::Action& action, Mutant mutant,
                            const std::optional<Issued>& issued);

}  // namespace leasecheck::system
