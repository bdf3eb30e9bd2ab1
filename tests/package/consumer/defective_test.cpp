#include <leasecheck/gtest.hpp>

#include "my_repository.hpp"

namespace {

// hibiken/asynq 7e5efb0: a late heartbeat with an earlier expiry wins.
class ShorteningRepository final : public MyRepository {
 public:
  using MyRepository::MyRepository;

 protected:
  lease::Time renewed(lease::Time, lease::Time new_expiry) override { return new_expiry; }
};

}  // namespace

LEASECHECK_CONFORMANCE(ShorteningRepository, [](lease::Clock& clock, lease::IdSource& ids) {
  return std::make_unique<ShorteningRepository>(clock, ids);
})
