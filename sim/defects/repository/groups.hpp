#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "memory/memory_repository.hpp"
#include "sim/defects/repository/mutant.hpp"

/// The planted defects by the operation or the question that they spoil, one file each.
namespace leasecheck::mutants {

using lease::AckOutcome;
using lease::AckResult;
using lease::Attempt;
using lease::AttemptDispatchRecord;
using lease::AttemptId;
using lease::BackoffStrategy;
using lease::CountsByStatus;
using lease::DeadLetter;
using lease::DeadLetterReason;
using lease::Duration;
using lease::ErrorCode;
using lease::Holder;
using lease::Lease;
using lease::LeaseId;
using lease::LeaseRecord;
using lease::OnTimeout;
using lease::Result;
using lease::RetryPolicy;
using lease::Status;
using lease::Time;
using lease::WorkerId;

[[nodiscard]] std::vector<Mutant> dispatch_mutants();
[[nodiscard]] std::vector<Mutant> claim_mutants();
[[nodiscard]] std::vector<Mutant> heartbeat_mutants();
[[nodiscard]] std::vector<Mutant> reap_mutants();
[[nodiscard]] std::vector<Mutant> timeout_mutants();
[[nodiscard]] std::vector<Mutant> ack_mutants();
[[nodiscard]] std::vector<Mutant> dead_letter_mutants();
[[nodiscard]] std::vector<Mutant> ownership_mutants();
[[nodiscard]] std::vector<Mutant> staleness_mutants();
[[nodiscard]] std::vector<Mutant> budget_mutants();
[[nodiscard]] std::vector<Mutant> reading_mutants();
[[nodiscard]] std::vector<Mutant> poison_mutants();
[[nodiscard]] std::vector<Mutant> several_mutants();
[[nodiscard]] std::vector<Mutant> retention_mutants();

/// A request for everything, however long the list is.
inline constexpr std::uint64_t no_limit = std::numeric_limits<std::uint64_t>::max();

/// What a mutant varies, under a short name.
using Base = lease::MemoryRepository;

template <typename Repository>
[[nodiscard]] std::unique_ptr<lease::AttemptRepository> make(lease::Clock& clock,
                                                             lease::IdSource& ids) {
  return std::make_unique<Repository>(clock, ids);
}

}  // namespace leasecheck::mutants
