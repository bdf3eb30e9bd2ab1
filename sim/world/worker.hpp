#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>

#include "lease/worker_core.hpp"
#include "sim/random.hpp"
#include "sim/world/boundary_times.hpp"
#include "sim/world/clock_setter.hpp"
#include "sim/world/context.hpp"
#include "sim/world/plan.hpp"
#include "sim/world/timeline.hpp"
#include "sim/world/virtual_process.hpp"
#include "sim/world/worker_calls.hpp"

namespace leasecheck::sim {

/// A worker as a process in virtual time. What it decides is decided by the core that ships; this
/// is the process around it: it carries out what the core asks for, runs jobs, which write effects
/// and end some time, and crashes, drains, pauses, hangs and is late. It gets no help from the
/// simulator: what it knows is what replies told it.
class Worker {
 public:
  Worker(model::Id id, model::ClockError clock, Context context);
  virtual ~Worker() = default;
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// The process starts, for the first time or after it has stopped.
  virtual void start();

  /// It ends its jobs, stops, and does not start before `until`.
  void drain_until(model::Time until);

  /// Faults have ended, and this worker stays: it is up, its clock is right, and every job ends and
  /// is acknowledged (rule 24). What was under way by then has arrived by `settled`.
  void stay(model::Time settled);

  [[nodiscard]] const model::Id& id() const { return id_; }

  /// Faults have ended, and this worker does not come back.
  void leave();

  /// Whether it may work on what it was leased, as it knows and by its own clocks.
  [[nodiscard]] virtual bool believes(const lease::LeaseId& lease_id) const;

 protected:
  /// A handler at work on an attempt.
  struct Job {
    lease::Claim claim;
    bool is_stopped = false;    ///< it was asked to stop, and does
    bool ignores_stop = false;  ///< it was asked to stop, and goes on
  };
  using Jobs = std::map<lease::LeaseId, Job>;

  // Where planted defects stand between the core and its process (sim/defects/deployment).

  virtual void claimed(const Claims& answer);
  virtual void heartbeaten(const lease::HeartbeatRequest& request, const Renewals& answer);
  virtual void acknowledged(const lease::AckRequest& request, const Acknowledgements& answer);
  /// A call about one lease was answered `stale_lease`.
  virtual void told_stale(const lease::LeaseId& lease_id);
  virtual void ask_to_stop(const lease::LeaseId& lease_id);
  /// The process ends, and forgets what it knew.
  virtual void stop();
  /// It comes back under a name that the repository has never heard of.
  virtual void rename();
  /// A pause is over.
  virtual void resume();

  /// A handler begins to work.
  void begin(const lease::Claim& claim);
  /// Gives a lease back, for an answer that nobody waits for.
  void release(const lease::LeaseId& lease_id);
  [[nodiscard]] const Jobs& jobs() const { return jobs_; }
  [[nodiscard]] model::Time clock_shows() const { return clock_.shows(); }
  [[nodiscard]] const Plan& plan() const { return context_.plan; }
  [[nodiscard]] VirtualProcess& process() { return process_; }
  [[nodiscard]] WorkerCalls& calls() { return calls_; }

 private:
  /// Does what the core wants done now, and plans when to ask it again.
  void go_on();
  void plan_next();
  [[nodiscard]] lease::Moment moment() const;

  void carry_out(const lease::ClaimRequest& request);
  void carry_out(const lease::HeartbeatRequest& request);
  void carry_out(const lease::AckRequest& request);
  void carry_out(const lease::ReadRequest& request);
  void carry_out(const lease::ReleaseRequest& request) { release(request.holder.lease_id); }
  void carry_out(const lease::StartJob& start) { begin(start.claim); }
  void carry_out(const lease::StopJob& stop) { ask_to_stop(stop.lease_id); }
  void send(const lease::HeartbeatRequest& request);
  void give_up(const lease::LeaseId& lease_id);

  void write_effect(const lease::LeaseId& lease_id);
  void append_event(const lease::LeaseId& lease_id);
  [[nodiscard]] model::Duration draw_work(const lease::Claim& claim);
  [[nodiscard]] lease::AckOutcome draw_outcome(const Job& job);
  void finish(const lease::LeaseId& lease_id);

  void plan_faults();
  void plan_pause();
  void check_faults();
  void crash();
  void drain();
  void restart_after_outage();
  void restart_at(model::Time time);
  void restart();
  void pause(model::Duration length);
  void report_clock();
  [[nodiscard]] model::Time next_beat();

  model::Id id_;
  const model::Id first_id_;
  Context context_;
  SkewedClock clock_;
  SkewedClock uptime_;  ///< a clock of the same machine that nobody sets
  ClockSetter clock_setter_;
  Stream draw_;
  Stream jitter_;
  BoundaryTimes times_;
  VirtualProcess process_;
  WorkerCalls calls_;
  bool is_draining_ = false;
  bool stays_ = false;
  bool has_left_ = false;
  model::Time closed_until_ = model::beginning_of_time;  ///< it does not start before
  std::uint64_t names_ = 1;                              ///< that it has had
  std::uint64_t plans_ = 0;                              ///< to go on; only the last one counts
  std::optional<lease::WorkerCore> core_;                ///< of this incarnation
  Jobs jobs_;
};

}  // namespace leasecheck::sim
