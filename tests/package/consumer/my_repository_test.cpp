#include "my_repository.hpp"

#include <leasecheck/gtest.hpp>

LEASECHECK_CONFORMANCE(MyRepository, [](lease::Clock& clock, lease::IdSource& ids) {
  return std::make_unique<MyRepository>(clock, ids);
})
