#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string_view>

#include "leasecheck/spec/time.hpp"

/// What may go wrong in a run. Each kind has its own probability, drawn per seed, and some are
/// exactly zero: a run without one kind of fault reaches states that it would have prevented, and
/// one with it meets it often. Every field that is a probability is one kind of `fault_kinds`.
/// Source: swarm testing, Groce et al., ISSTA 2012; sites that are active in a run or not,
/// FoundationDB, SIGMOD 2021.
namespace leasecheck::sim {

/// A probability in thousandths.
using Permille = std::uint32_t;

/// The link between a worker and the repository's host.
struct NetworkFaults {
  Permille lose_request = 0;       ///< nothing happens; the worker waits in vain
  Permille lose_reply = 0;         ///< it happened; the worker cannot know
  Permille duplicate_request = 0;  ///< it happens twice, with two replies
  Permille delay_spike = 0;        ///< one message takes `spike`: it is overtaken by later ones
  Permille cut_requests = 0;       ///< per check of a link: for a while no request arrives
  Permille cut_replies = 0;        ///< per check: for a while no reply arrives, all requests do
  Permille cut_both = 0;           ///< per check: for a while nothing arrives
  model::Duration longest_cut{60000};
  model::Duration least_delay{1};
  model::Duration most_delay{50};
  model::Duration spike{5000};
};

/// Workers as processes.
struct WorkerFaults {
  Permille crash = 0;             ///< per check of the worker: it stops, and starts again later
  Permille new_identity = 0;      ///< per restart: it comes back under a name that nobody knows
  Permille drain = 0;             ///< per check: it ends its jobs, stops, and starts again later
  Permille pause = 0;             ///< per check: it stands still for up to `longest_pause`
  Permille pause_beyond_ttl = 0;  ///< per check: it stands still for longer than a lease lasts
  Permille miss_heartbeat = 0;    ///< per heartbeat: it is sent late, or not at all
  Permille keep_expired = 0;      ///< per job that is asked to stop: it goes on working
  Permille hang = 0;              ///< per job: it does not end by itself
  model::Duration longest_pause{60000};
  model::Duration longest_outage{60000};
};

/// Clocks of workers, reapers and the repository's host. A step sets a clock to another offset
/// within `most_offset`, so that what rule 20 says about the distance of two clocks is true of
/// stepped ones as well: each is at all times within the same distance from true time, and that
/// does not run backwards.
struct ClockFaults {
  model::Duration most_offset{0};   ///< from true time, either way
  std::int64_t most_drift_ppm = 0;  ///< either way
  Permille worker_forwards = 0;     ///< per check of a worker's clock
  Permille worker_backwards = 0;
  Permille reaper_forwards = 0;  ///< per check of a reaper's clock
  Permille reaper_backwards = 0;
  Permille repository_forwards = 0;  ///< per check of the clock of the repository's host
  Permille repository_backwards = 0;
};

/// The process that reaps.
struct ReaperFaults {
  Permille miss_tick = 0;  ///< per tick: it does not happen
};

/// People, and clients that are not workers.
struct ClientFaults {
  Permille repeat_enqueue = 0;       ///< per attempt: the same spec again, later
  Permille conflicting_enqueue = 0;  ///< per attempt: the same id with another spec, later
  Permille cancel = 0;               ///< per visit of the operator
  Permille replay = 0;               ///< per visit of the operator
  Permille strange_call = 0;         ///< per turn of the rogue client
};

/// The disk under a repository, and the processes that have it mounted. Only with a simulated disk.
/// Units: chances for each call of the disk, in hundred-thousandths.
struct DiskFaults {
  std::uint32_t kill = 0;  ///< the calling process dies; four times as likely while it commits
  std::uint32_t power_loss = 0;  ///< all processes die, unsynced writes are kept, lost and torn
  std::uint32_t io_error = 0;    ///< the call fails
  std::uint32_t disk_full = 0;   ///< a write fails
  std::uint32_t slow = 0;        ///< the call takes up to 20 ms, while other processes go on
  std::uint32_t forget = 0;      ///< a sync fails, and what it was to make safe never is; times ten
  /// The process stands still for longer than anybody waits for a lock, while others go on.
  std::uint32_t stop = 0;
};

struct Faults {
  NetworkFaults network;
  WorkerFaults worker;
  ClockFaults clock;
  ReaperFaults reaper;
  ClientFaults client;
  DiskFaults disk;
};

/// The kinds of fault. Tallies, `--faults`, the heads of traces and the places where faults happen
/// all mean these.
enum class FaultKind : std::uint8_t {
  request_lost,
  reply_lost,
  request_duplicated,
  delay_spike,
  requests_cut,
  replies_cut,
  link_cut,
  worker_crash,
  worker_renamed,
  worker_drained,
  worker_pause,
  pause_beyond_ttl,
  heartbeat_missed,
  expired_lease_kept,
  job_hung,
  clock_offset,
  clock_drift,
  worker_clock_forwards,
  worker_clock_backwards,
  reaper_clock_forwards,
  reaper_clock_backwards,
  repository_clock_forwards,
  repository_clock_backwards,
  tick_missed,
  enqueue_repeated,
  enqueue_in_conflict,
  operator_cancel,
  operator_replay,
  strange_call,
  kill,
  power_loss,
  io_error,
  disk_full,
  slow_call,
  sync_forgotten,
  process_stopped,
};

/// Where a kind of fault can happen at all.
enum class FaultSite : std::uint8_t {
  world,  ///< around the repository
  disk    ///< in storage, below every operation: only on a simulated disk
};

/// What there is to know of one kind.
struct FaultInfo {
  FaultKind kind{};
  std::string_view name;    ///< as tallies count it and `--faults` names it
  std::string_view option;  ///< its level in the head of a trace
  FaultSite site = FaultSite::world;
  std::int64_t (*level)(const Faults& faults);  ///< its field; at 0 it cannot happen
  void (*switch_off)(Faults& faults);
};

using FaultKinds = std::set<FaultKind>;
using FaultCounts = std::map<FaultKind, std::uint64_t>;

/// Every kind there is, in the order of the enumeration.
[[nodiscard]] std::span<const FaultInfo> fault_kinds();

[[nodiscard]] const FaultInfo& info_of(FaultKind kind);

/// What the disk and its processes suffer in the run of a seed. The same seed gives the same faults
/// in every run that has a simulated disk.
[[nodiscard]] DiskFaults draw_disk_faults(std::uint64_t seed);

/// Leaves only these kinds on.
void leave_only(Faults& faults, const FaultKinds& kinds);

}  // namespace leasecheck::sim
