#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>

#include "lease/attempt_repository.hpp"

namespace leasecheck {

/// A repository that is to be checked: how it is made, and what it does not offer.
struct RepositoryUnderTest {
  std::string name;  ///< names the traces of failures: "NAME.CHECK.jsonl"
  /// Makes an empty one that takes its time and its lease ids from these.
  std::function<lease::Result<std::unique_ptr<lease::AttemptRepository>>(lease::Clock& clock,
                                                                         lease::IdSource& ids)>
      make;
  /// Operations by name that it does not have; they are never called.
  std::set<std::string> not_offered;
};

}  // namespace leasecheck
