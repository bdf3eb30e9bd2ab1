#include "sim/defects/repository/mutants.hpp"

#include <algorithm>
#include <vector>

#include "sim/defects/repository/groups.hpp"

namespace leasecheck::mutants {

std::span<const Mutant> all_mutants() {
  static const std::vector<Mutant> mutants = [] {
    std::vector<Mutant> all;
    for (const auto group :
         {dispatch_mutants, claim_mutants, heartbeat_mutants, reap_mutants, timeout_mutants,
          ack_mutants, dead_letter_mutants, ownership_mutants, staleness_mutants, budget_mutants,
          reading_mutants, poison_mutants, several_mutants, retention_mutants}) {
      const std::vector<Mutant> members = group();
      all.insert(all.end(), members.begin(), members.end());
    }
    return all;
  }();
  return mutants;
}

const Mutant* find_mutant(std::string_view name) {
  const auto found = std::ranges::find(all_mutants(), name, &Mutant::name);
  return found == all_mutants().end() ? nullptr : &*found;
}

}  // namespace leasecheck::mutants
