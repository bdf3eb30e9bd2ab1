#include "properties/validation/named_leases.hpp"

#include <variant>

namespace leasecheck::properties {
namespace {

NamedLease named_by(const auto& operation) {
  NamedLease named{.lease_id = operation.lease_id};
  if constexpr (requires { operation.worker_id; }) named.worker_id = operation.worker_id;
  return named;
}

/// Says which leases an operation or an answer names.
struct LeasesNamed {
  std::vector<NamedLease>& leases;

  template <class Operation>
  requires requires(const Operation& operation) { operation.lease_id; }
  void operator()(const Operation& operation) const { leases.push_back(named_by(operation)); }
  void operator()(const model::HeartbeatLeases& operation) const {
    for (const auto& heartbeat : operation.heartbeats) (*this)(heartbeat);
  }
  void operator()(const model::AckAttempts& operation) const {
    for (const model::AckAttempt& ack : operation.acks) (*this)(ack);
  }
  void operator()(const model::LeaseRecord& lease) const {
    leases.push_back({lease.lease_id, lease.worker_id, lease.attempt_id});
  }
  void operator()(const std::optional<model::LeaseRecord>& lease) const {
    if (lease) (*this)(*lease);
  }
  void operator()(const auto&) const {}
};

}  // namespace

std::vector<NamedLease> leases_named_by(const LoggedCall& call) {
  std::vector<NamedLease> leases;
  if (call.outcome && *call.outcome) std::visit(LeasesNamed{leases}, **call.outcome);
  std::visit(LeasesNamed{leases}, call.action.operation);
  return leases;
}

}  // namespace leasecheck::properties
