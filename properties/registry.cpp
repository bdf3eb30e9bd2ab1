#include "properties/registry.hpp"

#include <algorithm>
#include <array>

namespace leasecheck::properties {

// One defect often breaks several rules in the same step. The order gives it the name of the rule
// that it breaks first: who holds an attempt, then whether it may move at all, then where it moves
// to and what is counted, then what is answered about it, then the times written.
std::span<const Property> all_properties() {
  static const std::array properties{
      no_double_lease_rows,
      no_double_belief,
      no_stale_effect,
      terminal_is_final,
      holder_only,
      never_early,
      expiry_never_lowered,
      monotonic_versions,
      monotonic_sequences,
      requeue_after_grace,
      timeouts,
      retry_budget,
      one_dead_letter,
      dispatch_order,
      pruned_exactly,
      nothing_lost,
      counts_are_rows,
      listed_exactly,
      finish_times,
      one_time,
      no_work_without_belief,
      progress,
      several_as_single,
      conforms_to_model,
  };
  return properties;
}

const Property* find_property(std::string_view name) {
  const auto found = std::ranges::find(all_properties(), name, &Property::name);
  return found == all_properties().end() ? nullptr : &*found;
}

}  // namespace leasecheck::properties
