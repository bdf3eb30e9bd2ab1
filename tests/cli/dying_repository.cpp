// A program with the suite on a repository that ends it in a call, as a defect in somebody's code
// does. tests/cli/death_test.cpp starts it.
#include <cstdlib>
#include <memory>

#include "lease/memory.hpp"
#include "leasecheck/gtest.hpp"

namespace {

/// Keeps the contract until it is asked to claim for the third time.
class Dying final : public lease::RuntimeRepository {
 public:
  Dying(lease::Clock& clock, lease::IdSource& ids)
      : memory_(lease::make_memory_repository(clock, ids)) {}

  lease::Result<void> enqueue_attempt(const lease::AttemptSpec& spec) {
    return memory_->enqueue_attempt(spec);
  }
  lease::Result<std::vector<lease::AttemptDispatchRecord>> list_dispatchable_attempts(
      lease::Time now, std::uint64_t limit) override {
    return memory_->list_dispatchable_attempts(now, limit);
  }
  lease::Result<lease::LeaseRecord> upsert_lease(const lease::AttemptId& attempt,
                                                 const lease::WorkerId& worker,
                                                 lease::Time expires_at) override {
    if (++claims_ == 3) std::abort();
    return memory_->upsert_lease(attempt, worker, expires_at);
  }
  lease::Result<void> heartbeat_lease(const lease::LeaseId& id, lease::Time at,
                                      lease::Time expires_at) override {
    return memory_->heartbeat_lease(id, at, expires_at);
  }
  lease::Result<std::uint64_t> expire_leases_and_requeue(lease::Time stale_before) override {
    return memory_->expire_leases_and_requeue(stale_before);
  }
  lease::Result<std::uint64_t> latest_seq_for_run(const lease::RunId& run) override {
    return memory_->latest_seq_for_run(run);
  }
  lease::Result<std::uint64_t> transition_timed_out_attempts(lease::Time now) override {
    return memory_->transition_timed_out_attempts(now);
  }
  lease::Result<void> reset() { return memory_->reset(); }
  lease::Result<lease::Snapshot> snapshot() { return memory_->snapshot(); }

 private:
  std::unique_ptr<lease::AttemptRepository> memory_;
  int claims_ = 0;
};

}  // namespace

LEASECHECK_CONFORMANCE(Dying, [](lease::Clock& clock, lease::IdSource& ids) {
  return std::make_unique<Dying>(clock, ids);
})
