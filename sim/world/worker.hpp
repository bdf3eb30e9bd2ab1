#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "lease/scheduler.hpp"
#include "sim/oracle/referee.hpp"
#include "sim/random.hpp"
#include "sim/world/boundary_times.hpp"
#include "sim/world/clock_setter.hpp"
#include "sim/world/context.hpp"
#include "sim/world/network.hpp"
#include "sim/world/observed_repository.hpp"
#include "sim/world/plan.hpp"
#include "sim/world/timeline.hpp"

namespace leasecheck::sim {

/// A worker as a process: it asks for work, starts it, sends heartbeats, writes effects while it
/// believes, and acks or releases; it crashes and comes back, pauses, and misses heartbeats. It
/// follows the worker's side of the contract (rule 18) and gets no help from the simulator: what it
/// knows is what replies told it.
class Worker {
 public:
  Worker(model::Id id, model::ClockError clock, Context context);
  virtual ~Worker() = default;
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// The process starts, for the first time or after a crash.
  virtual void start();

  /// Faults have ended, and this worker stays: it is up, its clock is right, it keeps to its period
  /// and acks what it claims (rule 24).
  /// What was under way by then has arrived by `settled`.
  void stay(model::Time settled);

  [[nodiscard]] const model::Id& id() const { return id_; }

  /// Faults have ended, and this worker does not come back.
  void leave();

 protected:
  /// One lease that the worker was granted and has neither given up nor lost, as far as it knows.
  struct Work {
    model::Id attempt_id;
    std::uint64_t grant = 0;  ///< number of the claim
    model::Time expires_at{};
    std::optional<model::Time> deadline;
    std::uint64_t version = 0;
  };
  using Works = std::map<model::Id, Work>;  ///< by lease handle

  // The steps that planted defects override (sim/defects/deployment).

  /// It was granted this lease by call number `grant`, and works on its attempt.
  virtual void take(const model::LeaseRecord& lease, std::uint64_t grant);
  /// It was told that this lease is no longer its own.
  virtual void lose(const model::Id& lease_id);
  /// The process ends, and forgets what it knew.
  virtual void stop();
  /// It comes back under a name that the repository has never heard of.
  virtual void rename();
  /// A pause is over.
  virtual void resume();

  [[nodiscard]] const Works& works() const { return works_; }
  [[nodiscard]] model::Time clock_shows() const { return clock_.shows(); }
  [[nodiscard]] const Plan& plan() const { return context_.plan; }
  void give_back(const model::Id& lease_id);
  /// Sends an operation without waiting for its reply.
  void send(model::Operation operation);
  /// Plans something for this incarnation: it does not happen after a crash, and waits for the end
  /// of a pause.
  void later(model::Duration delay, std::function<void()> happening);

 private:
  void poll();
  void heartbeat(const model::Id& lease_id);
  /// Whether this run uses an operation on several attempts, and the subject has it.
  template <typename Several>
  [[nodiscard]] bool takes_several() const {
    return context_.plan.several && context_.referee.profile().template offers<Several>();
  }
  void claim_several();
  void send_heartbeats();
  void take_in(const model::Id& lease_id, const model::ItemResult<model::LeaseRecord>& result);
  void send_acks();
  void send_heartbeat(const model::Id& lease_id, const Work& work);
  void read_lease(const model::Id& lease_id);
  void write_effect(const model::Id& lease_id);
  void append_event(const model::Id& lease_id);
  void finish(const model::Id& lease_id);
  void send_final_request(model::Operation final_request, std::uint32_t tries_left);

  void check_faults();
  void crash();
  void restart();
  void pause(model::Duration length);
  void report_clock();
  [[nodiscard]] model::Time next_beat();

  [[nodiscard]] bool believes(const Work& work) const;
  [[nodiscard]] Work* find(const model::Id& lease_id);

  /// As `later`, at a time.
  void at(model::Time time, std::function<void()> happening);
  [[nodiscard]] std::function<void()> while_alive(std::function<void()> happening);

  /// Sends an operation whose reply, if it comes to this incarnation, goes to `deliver`.
  void ask(model::Operation operation, std::function<void(const CallResult&)> deliver,
           std::function<void()> give_up);
  void ask(std::string operation, std::function<std::optional<CallResult>()> serve,
           std::function<void(const CallResult&)> deliver, std::function<void()> give_up);

  model::Id id_;
  Context context_;
  SkewedClock clock_;
  ClockSetter clock_setter_;
  Stream draw_;
  BoundaryTimes times_;
  ObservedRepository repository_;
  lease::Scheduler scheduler_;
  bool is_up_ = false;
  bool is_paused_ = false;
  bool stays_ = false;
  bool has_left_ = false;
  std::uint64_t names_ = 1;  ///< that it has had
  std::uint64_t incarnation_ = 0;
  Works works_;
  std::vector<model::AckAttempt> acks_;         ///< that wait to be sent together
  std::vector<std::function<void()>> waiting_;  ///< for the end of the pause
};

}  // namespace leasecheck::sim
