#pragma once

#include <string_view>
#include <vector>

#include "leasecheck/spec/records.hpp"
#include "properties/support/observed.hpp"

/// Looking things up in a snapshot and comparing two. Snapshots are in canonical order (rule 15);
/// of several rows for one id, which no correct repository has, the first one stands for all.
namespace leasecheck::properties {

/// Returns: null when there is no such row, here and below.
/// Complexity: logarithmic.
[[nodiscard]] const model::AttemptRecord* find_attempt(const model::Snapshot& snapshot,
                                                       std::string_view attempt_id);

/// The lease row of the attempt. Complexity: logarithmic.
[[nodiscard]] const model::LeaseRecord* find_lease_of_attempt(const model::Snapshot& snapshot,
                                                              std::string_view attempt_id);

/// The lease row with this lease id, that is: the lease if it is current.
/// Complexity: linear in the number of leases.
[[nodiscard]] const model::LeaseRecord* find_lease(const model::Snapshot& snapshot,
                                                   std::string_view lease_id);

/// Complexity: logarithmic.
[[nodiscard]] const model::RunRecord* find_run(const model::Snapshot& snapshot,
                                               std::string_view run_id);

/// The attempts whose row, lease or dead letter differ, by attempt id. A lease or dead letter of an
/// attempt that does not exist is a change as well, with null rows. Pointers into the snapshots,
/// which have to outlive the result.
/// Complexity: linear.
[[nodiscard]] std::vector<AttemptChange> changes_between(const model::Snapshot& before,
                                                         const model::Snapshot& after);

/// The same of one attempt: none or one.
/// Complexity: logarithmic.
[[nodiscard]] std::vector<AttemptChange> changes_of(const model::Id& attempt_id,
                                                    const model::Snapshot& before,
                                                    const model::Snapshot& after);

/// The id of the attempt that changed.
[[nodiscard]] const model::Id& attempt_id_of(const AttemptChange& change);

/// Whether the lease that stood before no longer stands, be it that another one does.
[[nodiscard]] bool lost_lease(const AttemptChange& change);

/// Whether a lease stands that did not stand before.
[[nodiscard]] bool gained_lease(const AttemptChange& change);

}  // namespace leasecheck::properties
