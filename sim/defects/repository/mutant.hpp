#pragma once

#include <memory>
#include <string_view>

#include "lease/attempt_repository.hpp"

/// Planted defects: the memory backend with one step done as some real system once did it. Each
/// must be found by the property that it names; a check that finds none of them checks nothing.
namespace leasecheck::mutants {

struct Mutant {
  std::string_view name;      ///< "heartbeat_shortens_lease"
  std::string_view defect;    ///< row of the catalogue of defects: "B26"
  std::string_view what;      ///< one sentence: what it does wrong
  std::string_view property;  ///< the property that must find it
  std::string_view source;    ///< the project and change in which it was seen
  std::unique_ptr<lease::AttemptRepository> (*make)(lease::Clock& clock, lease::IdSource& ids);
};

}  // namespace leasecheck::mutants
