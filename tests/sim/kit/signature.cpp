// Compiled by tests only, with METHOD as one more method of the repository: see CMakeLists.txt.

#include "leasecheck/own_repository.hpp"

class Own : public lease::RuntimeRepository {
 public:
  lease::Result<std::vector<lease::AttemptDispatchRecord>> list_dispatchable_attempts(
      lease::Time now, std::uint64_t limit) override;
  lease::Result<lease::LeaseRecord> upsert_lease(const lease::AttemptId& attempt,
                                                 const lease::WorkerId& worker,
                                                 lease::Time expires_at) override;
  lease::Result<void> heartbeat_lease(const lease::LeaseId& id, lease::Time at,
                                      lease::Time expires_at) override;
  lease::Result<std::uint64_t> expire_leases_and_requeue(lease::Time stale_before) override;
  lease::Result<std::uint64_t> latest_seq_for_run(const lease::RunId& run) override;
  lease::Result<void> enqueue_attempt(const lease::AttemptSpec& spec);

  METHOD;
};

template class leasecheck::Completed<Own>;
