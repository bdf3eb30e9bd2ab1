#pragma once

#include "properties/property.hpp"

/// The properties by name, for code that means a particular one. `all_properties()` has them in the
/// order in which they are asked; each is defined in the file of its name, where its claim and its
/// premise stand.
namespace leasecheck::properties {

extern const Property no_double_lease_rows;
extern const Property no_double_belief;
extern const Property no_stale_effect;
extern const Property holder_only;
extern const Property terminal_is_final;
extern const Property never_early;
extern const Property expiry_never_lowered;
extern const Property monotonic_versions;
extern const Property monotonic_sequences;
extern const Property requeue_after_grace;
extern const Property timeouts;
extern const Property retry_budget;
extern const Property one_dead_letter;
extern const Property nothing_lost;
extern const Property dispatch_order;
extern const Property counts_are_rows;
extern const Property one_time;
extern const Property finish_times;
extern const Property pruned_exactly;
extern const Property listed_exactly;
extern const Property several_as_single;
extern const Property no_work_without_belief;
extern const Property progress;
extern const Property conforms_to_model;

}  // namespace leasecheck::properties
