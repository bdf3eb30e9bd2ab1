#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "sim/random.hpp"
#include "sim/world/context.hpp"

namespace leasecheck::sim {

/// Hundreds of attempts, leases, dead letters or events at once, so that pages and batches of any
/// usual size come to their end. In each of four rounds a number of attempts is put in, claimed,
/// and ended in one way, in one call where the contract has one; in one round a single attempt
/// writes that many events instead. Everything is listed without a limit, and pruned in the end. A
/// subject that cannot prune has only one round.
class Crowd {
 public:
  explicit Crowd(Context context);

  void start();

  /// When its last call is over.
  [[nodiscard]] model::Time ends_at() const { return ends_at_; }

 private:
  /// What becomes of all of them.
  enum class Fate : std::uint8_t { expire, time_out, fail, write };

  void begin_round();
  void enter();
  void enqueue(const std::vector<model::AttemptSpec>& specs);
  void claim();
  void write();
  void fail();
  void end();
  void read();
  void call(model::Operation operation);
  [[nodiscard]] std::vector<model::AttemptSpec> specs() const;
  /// The current leases of the crowd.
  [[nodiscard]] std::vector<model::Id> leases() const;

  Context context_;
  Stream draw_;
  std::vector<Fate> fates_;  ///< of the rounds to come, the last one first
  Fate fate_{};
  std::uint64_t count_ = 0;
  std::uint64_t first_number_;
  model::Time ends_at_;
};

}  // namespace leasecheck::sim
