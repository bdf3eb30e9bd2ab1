#pragma once

#include <array>
#include <set>
#include <string>
#include <string_view>

#include "leasecheck/spec/time.hpp"
#include "leasecheck/spec/variant.hpp"

namespace leasecheck::properties {

/// The operations that a log may leave out: an attempt that nobody has seen was enqueued just then,
/// and a lease that is gone was taken back for the reason that its time allows. Others cannot be
/// guessed.
inline constexpr std::array<std::string_view, 3> operations_that_may_be_unlogged{
    "enqueue_attempt", "expire_leases_and_requeue", "transition_timed_out_attempts"};

/// What is known of a system beside its log.
struct Assumptions {
  model::Variant variant;
  /// Of `operations_that_may_be_unlogged`.
  std::set<std::string, std::less<>> unlogged;
  /// Of the reaps that are not logged: how long after its expiry a lease is taken back at the
  /// earliest.
  model::Duration grace{0};
};

}  // namespace leasecheck::properties
