#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "model/system/explore.hpp"

namespace leasecheck::system {

/// The deployment whose margin is asked for.
struct MarginOptions {
  Duration ttl{30'000};
  Duration grace{5'000};
  Duration heartbeat_period{10'000};
  /// The wait before a retry; with it, executions time out after `timeout` and are retried.
  std::optional<Duration> backoff;
  Duration timeout{30'000};
  /// Messages in flight in the proof for reaping alone. Where executions time out every call is
  /// answered at once.
  unsigned messages = 1;
  unsigned jobs = 1;
  std::size_t memory_limit_bytes = std::size_t{4} << 30;
  /// Called again and again: what is being searched, and how far that has come.
  std::function<check::Continue(const std::string&, const check::Progress&)> progress;
};

/// How a lease can be taken from a worker that may still believe in it.
enum class Way { reap, time_out, both };

[[nodiscard]] std::string_view word(Way way);

/// A search of a whole world that found no such run.
struct Proof {
  Options world;
  std::uint64_t states = 0;
  std::uint64_t transitions = 0;
  std::uint64_t depth = 0;
  double bytes_per_state = 0;
};

/// The margin of one way.
struct Margin {
  Way way = Way::reap;
  Duration margin{0};
  unsigned searches = 0;
  Proof proof;  ///< At the margin.
  /// A shortest run in which two workers believe in one attempt at the same time, at one
  /// millisecond more; none if the margin is all the range.
  std::optional<Run> beyond;
};

/// Nothing could be decided: a limit ended a search.
struct Undecided {
  std::string message;
  bool is_usage = false;  ///< The options make no sense.
};

/// The largest skew of worker clocks for which no two workers believe in one attempt (rules 19b,
/// 20), found by searching: nothing here knows a formula for it.
///
/// 1. A search at a skew beyond every constant finds two such workers.
/// 2. Between a skew that shows them and one that does not the middle is searched, no deeper than
///    the run that is known, in a small world (no crashes, no heartbeats, calls answered at once):
///    what it finds is a run of the full world too.
/// 3. Where the two meet, the full world is searched to its end. If it shows two believers after
///    all, step 2 goes on below with the full world, as deep as that run.
///
/// Returns: for reaping alone, and with a backoff for timeouts alone and for both together.
[[nodiscard]] std::expected<std::vector<Margin>, Undecided> find_margins(
    const MarginOptions& options);

/// The same for one way.
[[nodiscard]] std::expected<Margin, Undecided> find_margin(const MarginOptions& options, Way way);

}  // namespace leasecheck::system
