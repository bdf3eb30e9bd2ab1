#pragma once

#include "sim/registry/temporary_directory.hpp"

namespace leasecheck::tests {

/// A directory of a test's own, empty at first and gone at its end. Throws if there can be none.
class TemporaryDirectory : public sim::TemporaryDirectory {
 public:
  TemporaryDirectory() : sim::TemporaryDirectory(create().value()) {}
};

}  // namespace leasecheck::tests
