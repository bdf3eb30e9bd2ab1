#pragma once

#include <cstdint>
#include <vector>

#include "sim/random.hpp"
#include "sim/world/context.hpp"

namespace leasecheck::sim {

/// The producers of a deployment: attempts of each kind come at its rate, interval by interval.
/// What comes while the repository is not available waits, and is put in when it is.
class Arrivals {
 public:
  explicit Arrivals(Context context);

  /// Pre: the plan has a workload.
  void start();

 private:
  struct Kind {
    const JobKind* kind = nullptr;
    std::uint64_t enqueued = 0;
    Stream draw;
  };

  /// One interval of a kind begins.
  void begin_interval(Kind& kind);
  void enqueue(Kind& kind);

  Context context_;
  std::vector<Kind> kinds_;
};

/// Prunes what finished long ago, by the retention of a deployment.
class Pruner {
 public:
  explicit Pruner(Context context) : context_(context) {}

  /// Pre: the plan has a workload.
  void start();
  /// Faults have ended, and nobody interferes any more.
  void leave() { has_left_ = true; }

 private:
  void prune(const Retention& retention);

  Context context_;
  bool has_left_ = false;
};

}  // namespace leasecheck::sim
