#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/properties/watched_run.hpp"

namespace leasecheck::tests {

/// A long random life of a correct repository: three workers with clocks of their own, and answers
/// that are late or lost; a producer, a reaper and an operator. Every property watches. One seed is
/// one walk.
class LegalWalk {
 public:
  static constexpr std::int64_t grace_ms = 4;

  /// The slowest worker's clock is behind the reaper's by `slowest_ms`.
  LegalWalk(std::uint64_t seed, std::int64_t slowest_ms);

  /// Takes one random step. Returns: "held", or what a property complained about.
  std::string step();

  [[nodiscard]] const WatchedRun& run() const { return run_; }

 private:
  /// A lease as its worker knows it.
  struct KnownLease {
    model::LeaseRecord record;
    std::uint64_t grant = 0;  ///< number of the claim
  };
  struct Worker {
    model::Id name;
    std::int64_t clock_offset = 0;
    std::vector<KnownLease> leases;
  };
  struct Reply {
    Worker* worker;
    std::uint64_t call;
  };

  std::uint64_t draw(std::uint64_t below);
  model::Id draw_attempt();
  Worker& draw_worker();
  [[nodiscard]] std::int64_t clock_of(const Worker& worker) const;

  void start(Worker& worker);
  void enqueue_one();
  void claim_one(Worker& worker);
  void work_on(Worker& worker, KnownLease& lease);
  void heartbeat(Worker& worker, KnownLease& lease);
  void finish(Worker& worker, KnownLease& lease);
  void tick();
  void interfere();
  void read();
  model::ListAttempts some_page();

  /// Carries out the operation, timed by the caller's clock where the contract passes a time.
  Observation call(const model::Id& actor, const model::Operation& operation, std::int64_t now);
  Observation call(Worker& worker, const model::Operation& operation);
  /// Delivers the answer, now or later, or loses it.
  void reply(Worker& worker, std::uint64_t call);
  void deliver_late_replies();
  void show(const model::Environment& event);

  WatchedRun run_;
  std::uint64_t random_;
  std::int64_t now_ = 1000;
  std::uint64_t attempts_ = 12;  ///< the last twelve ids are in use
  std::vector<Worker> workers_;
  std::vector<Reply> late_;
  std::vector<model::EffectWritten> effects_;  ///< that some worker could still write
  std::string verdict_ = "held";
};

}  // namespace leasecheck::tests
