#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "model/indexed/indexed_model.hpp"
#include "properties/validation/logged_call.hpp"
#include "properties/validation/scope.hpp"

/// How far a validation has come: which calls are open, and in which states the repository may be.
namespace leasecheck::properties {

/// A call that has begun and is not explained in every possible state.
struct OpenCall {
  LoggedCall call;
  Scope scope;
  /// Calls that took effect before it by the word of its writer.
  std::vector<std::uint64_t> after;
  bool changes = false;         ///< it may have changed something
  bool has_overlapped = false;  ///< with another one that may have changed something
  bool is_counted = false;
  std::map<std::string, std::uint64_t> moves;  ///< of attempts, when it was taken last
};

/// By number.
using OpenCalls = std::map<std::uint64_t, OpenCall>;

/// Which of the open calls are explained.
struct Explained {
  std::set<std::uint64_t> changes;   ///< those that may have changed something, and took effect
  std::set<std::uint64_t> readings;  ///< the others

  [[nodiscard]] bool contains(std::uint64_t number) const {
    return changes.contains(number) || readings.contains(number);
  }
  void insert(const OpenCall& open) {
    (open.changes ? changes : readings).insert(open.call.number);
  }
  void erase(std::uint64_t number) {
    changes.erase(number);
    readings.erase(number);
  }
};

/// One of the states in which the repository may be: what differs from what all of them have in
/// common, and which of the open calls are explained.
struct Configuration {
  Explained explained;
  model::IndexedModel::Rows rows;
};

/// Adds it, unless one is there in which the same calls have led to the same rows and no reading is
/// left to be explained that is explained in this one; one of which that is true in turn goes.
/// Returns: whether it was added.
bool add_if_new(std::vector<Configuration>& configurations, Configuration added);

/// Takes those rows out of all of them that are the same in each.
[[nodiscard]] model::IndexedModel::Rows take_what_is_common(
    std::vector<Configuration>& configurations);

}  // namespace leasecheck::properties
