#pragma once

#include "sim/random.hpp"
#include "sim/world/boundary_times.hpp"
#include "sim/world/context.hpp"

/// Those who call the repository and are neither workers nor reapers.
namespace leasecheck::sim {

/// A person at a console: looks around, cancels, replays dead letters.
class Operator {
 public:
  explicit Operator(Context context);

  void start();

  /// Faults have ended, and nobody interferes any more.
  void leave() { has_left_ = true; }

 private:
  void visit();
  void read();
  [[nodiscard]] model::ListAttempts list();
  void call(model::Operation operation);
  [[nodiscard]] model::Id some_attempt();
  [[nodiscard]] model::Id some_run();
  [[nodiscard]] std::uint64_t some_limit();

  Context context_;
  Stream draw_;
  bool has_left_ = false;
};

/// Deletes what has been finished for some time, now and then, in about half of all runs.
class Housekeeper {
 public:
  explicit Housekeeper(Context context);

  void start();

  /// Faults have ended, and nobody interferes any more.
  void leave() { has_left_ = true; }

 private:
  void plan_next();
  void prune();
  /// The time before which it prunes next.
  model::Time end_of_age(model::Time now);

  Context context_;
  Stream draw_;
  bool has_left_ = false;
};

/// A client that calls with old leases, other people's leases and odd times. It never does what a
/// holder could not also undo by accident: it gives up no lease that is not its own to give up, so
/// that what workers believe stays their own affair.
class RogueClient {
 public:
  explicit RogueClient(Context context);

  void start();

  /// Faults have ended, and nobody interferes any more.
  void leave() { has_left_ = true; }

 private:
  struct HolderArguments;

  void act();
  [[nodiscard]] model::Operation draw_operation();
  [[nodiscard]] model::Operation draw_holder_operation();
  [[nodiscard]] model::Id some_lease();
  [[nodiscard]] model::Id some_attempt();
  [[nodiscard]] model::Id some_waiting_attempt();

  Context context_;
  Stream draw_;
  BoundaryTimes times_;
  bool has_left_ = false;
};

}  // namespace leasecheck::sim
