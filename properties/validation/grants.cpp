// Whose leases are that a log names.

#include <set>

#include "properties/validation/logged_model.hpp"

namespace leasecheck::properties {

FindAttempt LoggedModel::find_attempt() const {
  return [this](const model::Id& lease_id) -> std::optional<Leased> {
    const auto granted = granted_.find(lease_id);
    const model::Attempt* const holder = model_.holding(lease_id);
    if (granted == granted_.end() && holder == nullptr) return std::nullopt;
    const model::Id& id = holder != nullptr ? holder->spec.attempt_id : granted->second;
    const auto attempt = model_.state().attempts.find(id);
    if (attempt == model_.state().attempts.end()) return Leased{id, std::nullopt};
    return Leased{id, attempt->second.spec.run_id};
  };
}

void LoggedModel::learn_grants(const LoggedCall& call) {
  if (const auto* lease = value_in<model::LeaseRecord>(call.outcome)) {
    granted_.insert_or_assign(lease->lease_id, lease->attempt_id);
  } else if (const auto* claims = value_in<std::vector<model::Claim>>(call.outcome)) {
    for (const model::Claim& claim : *claims) {
      granted_.insert_or_assign(claim.lease.lease_id, claim.lease.attempt_id);
    }
  }
}

void LoggedModel::forget_ended_grants(const OpenCalls& open) {
  std::set<std::string> named;
  for (const auto& [number, call] : open) {
    named.insert(call.scope.names.begin(), call.scope.names.end());
  }
  std::erase_if(granted_, [&](const auto& entry) {
    return model_.holding(entry.first) == nullptr && model_.remembering(entry.first) == nullptr &&
           !named.contains("lease " + entry.first);
  });
  std::erase_if(unnamed_,
                [this](const model::Id& name) { return model_.holding(name) == nullptr; });
}

}  // namespace leasecheck::properties
