#pragma once

#include <map>

#include "sim/defects/repository/groups.hpp"

namespace leasecheck::mutants {

/// Remembers to which attempt every lease ever belonged, for defects that confuse the two.
class Remembering : public Base {
 public:
  using Base::Base;

 protected:
  void grant(lease::Attempt& attempt, lease::Lease granted) override {
    attempt_of_.insert_or_assign(granted.lease_id, attempt.spec.attempt_id);
    Base::grant(attempt, std::move(granted));
  }

  lease::Attempt* find_ever_leased(const lease::LeaseId& lease_id) {
    const auto known = attempt_of_.find(lease_id);
    return known == attempt_of_.end() ? nullptr : store().find(known->second);
  }

 private:
  std::map<lease::LeaseId, lease::AttemptId> attempt_of_;
};

}  // namespace leasecheck::mutants
