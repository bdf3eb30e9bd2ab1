#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "leasecheck/spec/environment.hpp"
#include "properties/support/observed.hpp"

namespace leasecheck::properties {

/// What a worker was told about one lease since it last started.
struct Belief {
  model::Id attempt_id;
  std::uint64_t grant = 0;                            ///< number of the claim
  model::Time expires_at = model::beginning_of_time;  ///< the largest that was answered
  std::optional<model::Time> execution_deadline;
  /// The latest time that its clock had shown when it gave the lease up or was told that it is
  /// stale. A late answer revives nothing.
  std::optional<model::Time> over_at;
};

/// Who believes what (rule 18), derived from what was answered and what of it arrived.
class Beliefs {
 public:
  using OfWorker = std::map<model::Id, Belief>;  ///< by lease id

  explicit Beliefs(model::Time epoch) : epoch_(epoch) {}

  void after(const Operated& operated);

  /// In which leases a worker may have come to believe.
  struct News {
    model::Id worker;
    std::vector<model::Id> leases;
  };
  /// Returns: those that an answer which arrived was about, or all that the worker knows of, since
  /// its clock was set.
  News after(const Happened& happened);

  /// What was told of this attempt, or is on its way, counts no longer.
  void forget_attempt(const model::Id& attempt_id);
  void forget_all();

  /// Calls `visit(worker, its beliefs)` for each worker that ever started.
  template <typename Visitor>
  void for_each_worker(Visitor visit) const {
    for (const auto& [name, worker] : workers_) visit(name, worker.beliefs);
  }
  [[nodiscard]] const OfWorker& of(const model::Id& worker) const;
  [[nodiscard]] model::Time clock_of(const model::Id& worker, model::Time now) const;
  [[nodiscard]] bool believes(const model::Id& worker, const Belief& belief, model::Time now) const;

 private:
  struct Worker {
    bool is_up = false;
    model::ClockError clock;
    model::Time latest_shown = model::beginning_of_time;  ///< before its clock was last set
    OfWorker beliefs;
  };
  /// What an answer tells whom it reaches. `told_stale` refutes the lease, otherwise it is granted
  /// or kept as `belief` says.
  struct Answered {
    model::Id actor;
    model::Id lease_id;
    bool told_stale = false;
    Belief belief;
  };

  void remember(const Operated& operated, const model::Id& lease_id, Belief belief);
  void remember_stale(const Operated& operated);
  void remember_heartbeat(const Operated& operated, const model::Id& lease_id, model::Time expiry);
  News deliver(const model::ReplyDelivered& delivered, model::Time now);
  void set_clock(Worker& worker, const model::ClockError& clock, model::Time now);
  void end(Worker& worker, const model::Id& lease_id, model::Time now);

  model::Time epoch_;
  std::map<model::Id, Worker> workers_;
  /// By call, until the answer arrives or is lost; of a call on several attempts, one for each.
  std::multimap<std::uint64_t, Answered> answered_;
};

}  // namespace leasecheck::properties
