#pragma once

#include <memory>
#include <optional>
#include <string>

#include "leasecheck/repository_under_test.hpp"
#include "leasecheck/spec/operation.hpp"
#include "leasecheck/spec/state.hpp"

namespace leasecheck {

/// A repository beside the model, every call on it checked by every property of this project: the
/// fixture of stateful tests. Lease ids are the handles "L1", "L2", … in order of granting, bound
/// here to whatever the repository calls them, so that a test can be written before any answer is
/// known.
/// Thread: one thread.
class CheckedRepository {
 public:
  virtual ~CheckedRepository() = default;

  /// Carries the call out on both, at `action.now`. After the first violation nothing more is done.
  /// Returns: the property that does not hold, and why; nothing if every one holds.
  [[nodiscard]] virtual std::optional<std::string> operate(const model::Action& action) = 0;

  /// The model after the calls so far.
  [[nodiscard]] virtual const model::State& model() const = 0;
};

/// A new one of these repositories.
/// Errors: a repository that cannot be made is a violation of everything: the first call says so.
[[nodiscard]] std::unique_ptr<CheckedRepository> make_checked_repository(
    const RepositoryUnderTest& repository);

}  // namespace leasecheck
