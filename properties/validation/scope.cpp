#include "properties/validation/scope.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace leasecheck::properties {
namespace {

/// Asked by an operation, notes down whom it names.
class Names {
 public:
  explicit Names(const FindAttempt& find_attempt) : find_attempt_(find_attempt) {}

  void operator()(const model::EnqueueAttempt& operation) {
    attempt(operation.spec.attempt_id);
    run(operation.spec.run_id);
  }
  template <class Operation>
  requires requires(const Operation& operation) { operation.attempt_id; }
  void operator()(const Operation& operation) { attempt(operation.attempt_id); }
  template <class Operation>
  requires requires(const Operation& operation) { operation.lease_id; }
  void operator()(const Operation& operation) { lease(operation.lease_id); }
  void operator()(const model::AppendRunEvent& operation) {
    const std::optional<Leased> leased = lease(operation.lease_id);
    if (leased && leased->run_id) {
      run(*leased->run_id);
    } else {
      scope.is_everything = true;
    }
  }
  void operator()(const model::LatestSeqForRun& operation) { run(operation.run_id); }
  void operator()(const model::ListRunEvents& operation) { run(operation.run_id); }

  void operator()(const model::EnqueueAttempts& operation) {
    for (const model::AttemptSpec& spec : operation.attempts) (*this)(model::EnqueueAttempt{spec});
  }
  void operator()(const model::HeartbeatLeases& operation) {
    for (const auto& heartbeat : operation.heartbeats) lease(heartbeat.lease_id);
  }
  void operator()(const model::AckAttempts& operation) {
    for (const model::AckAttempt& ack : operation.acks) lease(ack.lease_id);
  }

  void operator()(const auto&) { scope.is_everything = true; }

  /// A claim of several is about what it was answered.
  void claimed(const std::vector<model::Claim>& claims) {
    scope.is_everything = claims.empty();
    for (const model::Claim& claim : claims) {
      attempt(claim.attempt.attempt_id);
      lease(claim.lease.lease_id);
    }
  }

  std::optional<Leased> lease(const model::Id& lease_id) {
    scope.names.push_back("lease " + lease_id);
    std::optional<Leased> found = find_attempt_(lease_id);
    if (found) attempt(found->attempt_id);
    return found;
  }
  void attempt(const model::Id& attempt_id) {
    attempts.push_back(attempt_id);
    scope.names.push_back("attempt " + attempt_id);
  }
  void run(const model::Id& run_id) { scope.names.push_back("run " + run_id); }

  Scope scope;
  std::vector<model::Id> attempts;

 private:
  const FindAttempt& find_attempt_;
};

Names names_of(const LoggedCall& call, const FindAttempt& find_attempt) {
  Names names(find_attempt);
  const auto* const claims = call.outcome && *call.outcome
                                 ? std::get_if<std::vector<model::Claim>>(&**call.outcome)
                                 : nullptr;
  if (claims != nullptr) {
    names.claimed(*claims);
  } else if (call.lease_of) {
    names.attempt(*call.lease_of);
  } else {
    std::visit(names, call.action.operation);
    // A claim's answer names the lease, by which others find the attempt.
    const auto* const lease =
        call.outcome && *call.outcome ? std::get_if<model::LeaseRecord>(&**call.outcome) : nullptr;
    if (lease != nullptr) names.lease(lease->lease_id);
  }
  return names;
}

}  // namespace

bool overlap(const Scope& left, const Scope& right) {
  return left.is_everything || right.is_everything ||
         std::ranges::any_of(left.names, [&right](const std::string& name) {
           return std::ranges::find(right.names, name) != right.names.end();
         });
}

Scope scope_of(const LoggedCall& call, const FindAttempt& find_attempt) {
  return names_of(call, find_attempt).scope;
}

std::vector<model::Id> attempts_of(const LoggedCall& call, const FindAttempt& find_attempt) {
  std::vector<model::Id> attempts = names_of(call, find_attempt).attempts;
  std::ranges::sort(attempts);
  const auto repeated = std::ranges::unique(attempts);
  attempts.erase(repeated.begin(), repeated.end());
  return attempts;
}

}  // namespace leasecheck::properties
