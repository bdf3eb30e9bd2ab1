#pragma once

#include <expected>
#include <string>
#include <vector>

#include "leasecheck/spec/time.hpp"
#include "model/system/mutant.hpp"

namespace leasecheck::system {

using model::Duration;

inline constexpr unsigned most_workers = 4;
inline constexpr unsigned most_attempts = 3;
inline constexpr unsigned most_messages = 4;
/// So that times relative to now fit 32 bits.
inline constexpr Duration longest{std::int64_t{24} * 60 * 60 * 1000};

/// What may go wrong around the repository. Delay and reordering need no switch: a message in
/// flight arrives at any time and in any order. Neither do pauses: no worker is ever forced to act.
struct Faults {
  bool crashes = true;      ///< A worker stops, forgets everything and may start again.
  bool loss = true;         ///< A request or a reply never arrives.
  bool duplication = true;  ///< A request arrives twice.
  bool giving_up = true;    ///< A worker waits no longer for a reply that is still to come.
  bool operator==(const Faults&) const = default;
};

/// How far one step lets time go on. The reachable states are the same, but for whom a single long
/// wait saves many steps: with `any` a shortest counterexample is one of fewest actions, with
/// `next` a search of the whole has far fewer transitions.
enum class Waits {
  any,   ///< To any later instant.
  next,  ///< To the next instant.
};

/// The bounds of a searched world. A duration of zero switches off what it is the duration of:
/// without heartbeat period no worker sends heartbeats, without timeout no execution times out.
struct Options {
  unsigned workers = 2;
  unsigned attempts = 1;
  /// Messages in flight at a time. With 0 every call is answered at once: requests and replies are
  /// neither delayed, lost nor doubled.
  unsigned messages = 1;
  Duration ttl{3};
  Duration grace{1};
  Duration heartbeat_period{1};
  Duration timeout{0};
  /// The wait of a failed attempt before its next try. With `retries` above zero workers may fail.
  Duration backoff{1};
  unsigned retries = 0;
  unsigned max_deliveries = 0;  ///< 0: no such budget.
  /// A worker's clock shows true time, or is behind by this; all combinations are initial states.
  Duration skew{0};
  /// By how much each reaper's clock is ahead of true time, which the repository's clock shows.
  std::vector<Duration> reapers = {Duration{0}};
  bool reaping = true;  ///< Without, reapers only act on timeouts.
  bool effects = true;  ///< Workers write to a resource outside (rule 19c).
  bool calm = false;    ///< Faults stop at some time, and progress is checked (rule 24).
  Faults faults = {};
  Mutant mutant = Mutant::none;
  /// How many strict comparisons in a chain instants allow for; see `Instants`.
  unsigned slack = 1;
  /// Searches every single millisecond, whatever the constants.
  bool every_millisecond = false;
  Waits waits = Waits::any;
};

/// Errors: the first bound that is out of range, in words that name its flag.
[[nodiscard]] std::expected<void, std::string> validate(const Options& options);

/// Every bound, on one line: two searched worlds of one description are one.
[[nodiscard]] std::string describe(const Options& options);

}  // namespace leasecheck::system
