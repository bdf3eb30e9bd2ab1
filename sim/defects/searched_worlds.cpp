#include "sim/defects/searched_worlds.hpp"

#include <utility>

namespace leasecheck::mutants {
namespace {

using system::Duration;
using system::Options;
using Defect = system::Mutant;

Options smallest_world() {
  Options world;
  world.messages = 0;
  world.ttl = Duration{2};
  return world;
}

// Two requests in flight, so that one overtakes the other; and nothing else that goes wrong.
Options with_a_race() {
  Options world = smallest_world();
  world.messages = 2;
  world.heartbeat_period = Duration{0};
  world.effects = false;
  world.faults = {.crashes = false, .loss = false, .duplication = false, .giving_up = false};
  return world;
}

Options with_a_race_for_a_retry() {
  Options world = with_a_race();
  world.ttl = Duration{1};
  world.grace = Duration{0};
  world.retries = 1;
  world.backoff = Duration{2};
  return world;
}

// What the defect needs beyond two workers, one attempt and heartbeats.
Options world_for(Defect mutant) {
  Options world = smallest_world();
  switch (mutant) {
    case Defect::none:
    case Defect::leased_without_row:
    case Defect::version_restarts:
    case Defect::heartbeat_matches_attempt_only:
    case Defect::heartbeat_acts_as_claim:
    case Defect::heartbeat_keeps_version:
    case Defect::reap_ignores_grace:
    case Defect::reap_takes_the_boundary:
    case Defect::requeue_burns_a_retry:
    case Defect::ack_from_anyone:
      return world;
    case Defect::every_caller_wins:
      return with_a_race();
    case Defect::claim_ignores_retry_at:
      return with_a_race_for_a_retry();
    case Defect::terminal_overwritten:
    case Defect::retry_not_counted:
    case Defect::backoff_never_ends:
      world.retries = 1;
      world.backoff = Duration{2};
      return world;
    case Defect::heartbeat_shortens_lease:
      world.skew = Duration{2};
      return world;
    case Defect::reap_never_exhausts:
      world.max_deliveries = 1;
      return world;
    case Defect::timeout_one_too_early:
      world.timeout = Duration{2};
      return world;
    case Defect::reap_misses_unstarted:
      world.calm = true;
      return world;
  }
  std::unreachable();
}

}  // namespace

Options searched_world(Defect mutant) {
  Options world = world_for(mutant);
  world.mutant = mutant;
  return world;
}

}  // namespace leasecheck::mutants
