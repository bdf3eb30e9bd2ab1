#pragma once

#include <vector>

#include "model/system/instants.hpp"
#include "model/system/repository.hpp"
#include "model/system/state.hpp"

namespace leasecheck::system {

/// What can happen in the searched world, and what happens then: workers that ask for attempts, are
/// granted them, send heartbeats, write to a resource and ack; requests and replies in flight;
/// reapers; time.
///
/// Not modelled, since other checks of the project see to it or since it adds no behaviour here:
/// enqueueing (all attempts are there from the start), dispatch order (rule 2: a worker may ask for
/// any attempt that is listed), start_attempt (`leased` stands for `running`), release, cancel and
/// replay, heartbeats with a version (rule 10), run events (rule 13), clocks that drift or jump,
/// crashes of the repository (rule 17), a worker with several attempts at a time.
class World {
 public:
  /// Pre: `validate(options)`.
  explicit World(const Options& options);

  [[nodiscard]] const Options& options() const { return options_; }
  [[nodiscard]] const Repository& repository() const { return repository_; }
  [[nodiscard]] const Instants& instants() const { return instants_; }

  /// All attempts queued, all workers up and idle, one state for each combination of clocks.
  [[nodiscard]] std::vector<State> initial_states() const;

  /// Every action that can happen next, in a fixed order. None once a rule is broken.
  [[nodiscard]] std::vector<Action> enabled(const State& state) const;

  /// What the action leads to. Times, leases and versions stand as they are, so that a run can be
  /// followed in full; `normalise` is what makes the state space finite.
  /// Pre: the action is enabled in this state, or in the normalised one.
  [[nodiscard]] State apply(const State& state, const Action& action) const;

  /// The state with the same futures that stands for this one (see state.hpp).
  [[nodiscard]] State normalise(State state) const;

  /// Rule 18.
  [[nodiscard]] bool believes(const State& state, unsigned worker) const;

  /// What the worker's clock shows at true time zero (now).
  [[nodiscard]] Relative clock(const WorkerState& worker) const {
    return worker.is_behind ? -skew_ : 0;
  }

  /// The operation that a request asks for, at true time `now`, and whose lease it speaks for.
  /// `lease_id` names a lease of an attempt.
  template <typename Naming>
  [[nodiscard]] model::Operation operation(const Message& request, model::Time now,
                                           Naming&& lease_id) const {
    const model::Id& worker = repository_.worker_id(request.worker);
    if (request.kind == Message::Kind::claim) {
      return model::UpsertLease{repository_.attempt_id(request.attempt), worker,
                                now + options_.ttl};
    }
    const model::Id lease = lease_id(request.attempt, request.lease);
    if (request.kind == Message::Kind::ack) {
      return model::AckAttempt{lease, worker, request.outcome};
    }
    const model::Time expires = now + Duration{request.expires};
    return model::HeartbeatLease{lease, expires - options_.ttl, expires};
  }

  /// What the reaper asks for at true time `now`.
  [[nodiscard]] model::Operation operation(const Action& reaping, model::Time now) const;

 private:
  void add_worker_actions(const State& state, unsigned worker, std::vector<Action>& actions) const;
  void add_message_actions(const State& state, std::vector<Action>& actions) const;
  void add_reaper_actions(const State& state, std::vector<Action>& actions) const;
  void add_waits(const State& state, std::vector<Action>& actions) const;

  [[nodiscard]] bool is_dispatchable(const State& state, unsigned attempt) const;
  [[nodiscard]] bool has_room(const State& state) const;
  [[nodiscard]] bool may_time_pass(const State& state) const;
  [[nodiscard]] Relative horizon(const State& state) const;

  void ask(State& state, const Action& action) const;
  void send(State& state, const Message& request) const;
  void serve(State& state, unsigned message) const;
  void deliver(State& state, unsigned message) const;
  void forget(State& state, unsigned worker) const;
  void start_work(State& state, const Message& granted) const;
  void write_effect(State& state, unsigned worker) const;
  [[nodiscard]] Message reply_to(const State& state, const Message& request,
                                 const model::Outcome& outcome) const;

  Options options_;
  Repository repository_;
  Instants instants_;
  Relative skew_;
  Relative row_floor_;       ///< An expiry in a row falls no lower: every reaper would take it.
  Relative deadline_floor_;  ///< Nor a deadline in a row: every reaper would act on it.
  Relative message_floor_;   ///< Nor an expiry in a message, which is compared with both.
};

}  // namespace leasecheck::system
