#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <string>

#include "lease/attempt_repository.hpp"
#include "leasecheck/spec/operation.hpp"
#include "leasecheck/spec/outcome.hpp"
#include "leasecheck/spec/state.hpp"
#include "sim/faults.hpp"
#include "sim/subject/profile.hpp"

namespace leasecheck::sim {

/// What a subject answered, in the model's terms: lease ids are the handles "L1", "L2", … in order
/// of granting.
struct Reply {
  model::Outcome outcome;
  std::string message;            ///< the subject's own words for an error
  std::uint64_t clock_reads = 0;  ///< how often it read the injected clock during the call
  /// `outcome` is `unavailable`, and the operation may have happened all the same: it was killed
  /// before it could answer, or says that it does not know. The state tells.
  bool effect_unknown = false;
};

/// A subject that could not be asked at all; the run ends as `broken`.
struct BrokenSubject {
  std::string message;
};

/// An implementation of the contract under test. Every check of this project talks to this
/// interface and to nothing else of the implementation.
/// Thread: one thread.
class Subject {
 public:
  virtual ~Subject() = default;

  /// "memory", "sqlite", "mutant heartbeat_shortens_lease", …
  [[nodiscard]] virtual std::string name() const = 0;

  /// What it promises; the same for its whole life.
  [[nodiscard]] virtual const Profile& profile() const { return whole_contract(); }

  /// Carries out the operation at `action.now`.
  [[nodiscard]] virtual std::expected<Reply, BrokenSubject> call(const model::Action& action) = 0;

  [[nodiscard]] virtual std::expected<model::Snapshot, BrokenSubject> snapshot() = 0;

  /// Brings `seen`, which is empty or what this gave last, up to date with what it holds.
  /// Returns: whether anything in it is different now.
  [[nodiscard]] virtual std::expected<bool, BrokenSubject> refresh(model::Snapshot& seen);

  /// Makes it as empty as a new one, so that it can be used in the place of one.
  /// Returns: false, and has changed nothing, where only a new one will do.
  [[nodiscard]] virtual std::expected<bool, BrokenSubject> begin_anew() { return false; }

  /// From now on nothing that the subject brings with it fails: its disk, its processes.
  virtual void end_faults() {}

  /// What has failed in it so far, by kind.
  [[nodiscard]] virtual FaultCounts faults() const { return {}; }

  /// How often its simulated disk was called.
  [[nodiscard]] virtual std::uint64_t disk_calls() const { return 0; }
};

/// The reference model as a subject, so that the contract suite judges it too; or one of its
/// variants, which announces itself.
[[nodiscard]] std::unique_ptr<Subject> make_model_subject(const model::Variant& variant = {});

/// Makes the repository under test with the subject's own clock and ids.
using RepositoryFactory = std::function<lease::Result<std::unique_ptr<lease::AttemptRepository>>(
    lease::Clock& clock, lease::IdSource& ids)>;

/// A linked-in repository as a subject. The single mapping between the model's operations and the
/// repository's methods. Operations that are given a time run while the clock shows another one, so
/// that an implementation which reads the clock where it must not answers wrongly. What the profile
/// does not offer is never called.
/// `may_have_changed`, if any, says whether what the repository holds may have changed since it was
/// asked last; where it has not, the repository is not read again. That is for those to say who see
/// the storage, never for the repository itself.
/// Errors: what the factory answers.
[[nodiscard]] std::expected<std::unique_ptr<Subject>, BrokenSubject> make_repository_subject(
    std::string name, const RepositoryFactory& factory, Profile profile = whole_contract(),
    std::function<bool()> may_have_changed = {});

}  // namespace leasecheck::sim
