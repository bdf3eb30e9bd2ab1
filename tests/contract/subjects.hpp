#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <ostream>
#include <span>
#include <string>

#include "sim/subject/subject.hpp"
#include "tests/support/temporary_directory.hpp"

namespace leasecheck::tests {

/// One line of the list of implementations that the contract suite judges. To have another one
/// judged, add it to `contract_subjects`; no test changes.
struct ContractSubject {
  std::string name;  ///< part of the tests' names: letters and digits
  /// Makes an empty one; what it stores goes into `directory`, which is empty and its own.
  std::function<std::expected<std::unique_ptr<sim::Subject>, sim::BrokenSubject>(
      const std::filesystem::path& directory)>
      make;

  friend std::ostream& operator<<(std::ostream& out, const ContractSubject& subject) {
    return out << subject.name;
  }
};

[[nodiscard]] std::span<const ContractSubject> contract_subjects();

}  // namespace leasecheck::tests
