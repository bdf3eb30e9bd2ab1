#include "my_repository.hpp"

#include <leasecheck/gtest.hpp>
#include <memory>

namespace {

std::unique_ptr<MyRepository> make(lease::Clock& clock, lease::IdSource& ids) {
  return std::make_unique<MyRepository>(clock, ids);
}

}  // namespace

LEASECHECK_CONFORMANCE(MyRepository, make)
LEASECHECK_REPLAY(MyRepository, make, "traces/")
