#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "leasecheck/spec/records.hpp"

/// What a trace says about the state after an operation: a digest of all of it, to find the first
/// divergence of two runs by comparing numbers, and the fields that changed, to be read.
namespace leasecheck::traces {

/// XXH3-64 (seed 0) of the snapshot as the protocol writes it: `print_json(snapshot_to_json(…))`.
/// Complexity: linear in the snapshot; a run that records nothing need not call it.
/// Source: https://github.com/Cyan4973/xxHash, XXH3_64bits.
[[nodiscard]] std::uint64_t digest(const model::Snapshot& snapshot);

/// The fields that differ, as "NAME.FIELD" -> JSON text of the new value, `null` for what is gone.
/// NAME is the id of the attempt or of the lease; "a1.dead_letter" and "r1.events" are whole
/// values, the latter how many there are. A lease that ended is one entry, "L1" -> `null`. For
/// people: where an attempt is named like a lease, one entry hides the other.
[[nodiscard]] std::map<std::string, std::string> delta(const model::Snapshot& before,
                                                       const model::Snapshot& after);

}  // namespace leasecheck::traces
