#pragma once

#include <cstdint>

#include "model/spec/time.hpp"

/// What may go wrong in a run. Each kind has its own probability, drawn per seed, and some are
/// exactly zero: a run without one kind of fault reaches states that it would have prevented.
/// Source: swarm testing, Groce et al., ISSTA 2012.
namespace leasecheck::sim {

/// A probability in thousandths.
using Permille = std::uint32_t;

/// The link between a worker and the repository's host.
struct NetworkFaults {
  Permille lose_request = 0;       ///< nothing happens; the worker waits in vain
  Permille lose_reply = 0;         ///< it happened; the worker cannot know
  Permille duplicate_request = 0;  ///< it happens twice, with two replies
  Permille delay_spike = 0;        ///< one message takes `spike`: it is overtaken by later ones
  model::Duration least_delay{1};
  model::Duration most_delay{50};
  model::Duration spike{5000};
};

/// Workers as processes.
struct WorkerFaults {
  Permille crash = 0;           ///< per look at the worker: it stops, and starts again later
  Permille pause = 0;           ///< per look: it stands still for up to `longest_pause`
  Permille miss_heartbeat = 0;  ///< per heartbeat: it is not sent
  Permille keep_expired = 0;    ///< per heartbeat past expiry: it is sent all the same
  model::Duration longest_pause{60000};
  model::Duration longest_outage{60000};
};

/// Clocks of workers, reapers and the repository's host.
struct ClockFaults {
  model::Duration most_offset{0};   ///< from true time, either way
  std::int64_t most_drift_ppm = 0;  ///< either way
};

/// The process that reaps.
struct ReaperFaults {
  Permille miss_tick = 0;  ///< per tick: it does not happen
};

/// People, and clients that are not workers.
struct ClientFaults {
  Permille repeat_enqueue = 0;       ///< per attempt: the same spec again, later
  Permille conflicting_enqueue = 0;  ///< per attempt: the same id with another spec, later
  Permille cancel = 0;               ///< per look of the operator
  Permille replay = 0;               ///< per look of the operator
  Permille strange_call = 0;         ///< per look of a confused client
};

struct Faults {
  NetworkFaults network;
  WorkerFaults worker;
  ClockFaults clock;
  ReaperFaults reaper;
  ClientFaults client;
};

}  // namespace leasecheck::sim
