#pragma once

#include <memory>
#include <string>

#include "leasecheck/candidate.hpp"
#include "leasecheck/spec/operation.hpp"
#include "leasecheck/spec/state.hpp"

namespace leasecheck {

/// A repository beside the model, every call on it judged by every property of this project: the
/// fixture of stateful tests. Lease ids are the handles "L1", "L2", … in order of granting, bound
/// here to whatever the repository calls them, so that a test can be written before any answer is
/// known.
/// Thread: one thread.
class Judged {
 public:
  virtual ~Judged() = default;

  /// Carries the call out on both, at `action.now`. After the first violation nothing more is done.
  /// Returns: empty if every property holds, otherwise the one that does not and why.
  [[nodiscard]] virtual std::string operate(const model::Action& action) = 0;

  /// The model after the calls so far.
  [[nodiscard]] virtual const model::State& model() const = 0;
};

/// A new repository of the candidate's.
/// Errors: a repository that cannot be made is a violation of everything: the first call says so.
[[nodiscard]] std::unique_ptr<Judged> judge(const Candidate& candidate);

}  // namespace leasecheck
