#pragma once

#include <map>
#include <string>

#include "leasecheck/spec/records.hpp"

namespace leasecheck::sim {

/// A subject's lease ids and the handles under which the harness knows them: "L1", "L2", … in order
/// of granting, as the model issues them.
class Handles {
 public:
  /// The handle of an id that a claim has just answered; the old one if the id was issued before.
  model::Id issue(const std::string& id) {
    const auto known = handle_of_.find(id);
    if (known != handle_of_.end()) return known->second;
    const model::Id handle = "L" + std::to_string(handle_of_.size() + 1);
    handle_of_.emplace(id, handle);
    id_of_.emplace(handle, id);
    return handle;
  }

  /// An id that no claim answered stands in a record: shown as it is, so that it cannot pass for
  /// one.
  [[nodiscard]] model::Id handle_of(const std::string& id) const {
    const auto known = handle_of_.find(id);
    return known == handle_of_.end() ? "unissued " + id : known->second;
  }

  /// Text that is no handle is handed to the subject as it is: that is how hostile ids get through.
  [[nodiscard]] std::string id_of(const model::Id& handle) const {
    const auto known = id_of_.find(handle);
    return known == id_of_.end() ? handle : known->second;
  }

  [[nodiscard]] bool is_issued(const std::string& id) const { return handle_of_.contains(id); }

 private:
  std::map<std::string, model::Id> handle_of_;
  std::map<model::Id, std::string> id_of_;
};

}  // namespace leasecheck::sim
