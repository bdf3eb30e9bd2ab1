// Errors of the contract: `unavailable` may be answered at any time, but not for ever.

#include <limits>

#include "memory/memory_store.hpp"
#include "sim/defects/repository/groups.hpp"

namespace leasecheck::mutants {
namespace {

/// Rows behind a lock that whoever panics under it leaves poisoned. Readers do without it.
class PoisonableStore final : public lease::MemoryStore {
 public:
  Result<void> begin(lease::Access access) override {
    if (is_poisoned && access == lease::Access::write) {
      return lease::failure(lease::ErrorCode::unavailable, "the lock is poisoned");
    }
    return MemoryStore::begin(access);
  }

  bool is_poisoned = false;
};

/// Whether 32 bits, as milliseconds are often held in, are too few for the backoff.
bool overflows(const RetryPolicy& policy, std::uint32_t attempt_no) {
  if (policy.strategy == BackoffStrategy::fixed) return false;
  constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();
  std::int64_t wait = policy.backoff.count();
  for (std::uint32_t n = 1; n < attempt_no && wait <= most; ++n) wait *= policy.multiplier;
  return wait > most;
}

class PanicUnderTheLock final : public lease::StoredRepository {
 public:
  PanicUnderTheLock(lease::Clock& clock, lease::IdSource& ids)
      : StoredRepository(std::make_unique<PoisonableStore>(), clock, ids) {}

  Result<AckResult> ack_attempt(const Holder& holder, AckOutcome outcome, Time now) override {
    const Attempt* held = find_held(holder);
    if (held != nullptr && outcome == AckOutcome::failed && held->spec.retry_policy &&
        overflows(*held->spec.retry_policy, held->attempt_no)) {
      rows().is_poisoned = true;
    }
    return StoredRepository::ack_attempt(holder, outcome, now);
  }

  /// As good as another process.
  Result<void> reset() override {
    rows().is_poisoned = false;
    return StoredRepository::reset();
  }

 private:
  PoisonableStore& rows() { return static_cast<PoisonableStore&>(store()); }
};

}  // namespace

std::vector<Mutant> poison_mutants() {
  return {{"panic_poisons_the_lock", "B115",
           "a backoff that overflows panics under the lock, and no later call gets it", "progress",
           "Oris (finding O-32)", make<PanicUnderTheLock>}};
}

}  // namespace leasecheck::mutants
