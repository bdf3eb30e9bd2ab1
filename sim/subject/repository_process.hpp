#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "lease/attempt_repository.hpp"
#include "leasecheck/spec/operation.hpp"
#include "leasecheck/spec/state.hpp"
#include "sim/subject/counting_clock.hpp"
#include "sim/subject/lease_id_map.hpp"
#include "sim/subject/subject.hpp"

/// Several processes, all of them inside this one, that have one repository open.
namespace leasecheck::sim {

/// Where the lease ids of all processes of one run come from: "lease#1", … with the handles "L1", …
class SharedLeaseIds {
 public:
  /// The next id, with its handle issued: a claim whose answer is lost has one all the same.
  [[nodiscard]] lease::LeaseId draw();

  /// How many there have been.
  [[nodiscard]] std::uint64_t drawn() const { return drawn_; }

  /// The next one will be number `drawn` + 1; for runs that begin from one state again and again.
  void rewind(std::uint64_t drawn) { drawn_ = drawn; }

  [[nodiscard]] Handles& handles() { return handles_; }

 private:
  std::uint64_t drawn_ = 0;
  Handles handles_;
};

/// One process with the repository open.
/// Thread: one task.
class RepositoryProcess {
 public:
  /// Errors: those of opening. The ids must outlive it.
  [[nodiscard]] static lease::Result<std::unique_ptr<RepositoryProcess>> open(
      SharedLeaseIds& ids, const RepositoryFactory& open);

  [[nodiscard]] Reply call(const model::Action& action);
  [[nodiscard]] lease::Result<model::Snapshot> snapshot();

  /// The handles of the leases that the last call drew ids for, answered or not.
  [[nodiscard]] const std::vector<model::Id>& drawn_leases() const { return source_.drawn; }

 private:
  struct Source final : lease::IdSource {
    explicit Source(SharedLeaseIds& shared) : ids(shared) {}
    [[nodiscard]] lease::LeaseId next_lease_id() override;
    SharedLeaseIds& ids;
    std::vector<model::Id> drawn;
  };

  explicit RepositoryProcess(SharedLeaseIds& ids) : source_(ids) {}

  CountingClock clock_;
  Source source_;
  std::unique_ptr<lease::AttemptRepository> repository_;
};

}  // namespace leasecheck::sim
