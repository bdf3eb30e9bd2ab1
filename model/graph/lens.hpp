#pragma once

#include <span>
#include <string>
#include <string_view>

#include "model/graph/graph.hpp"
#include "model/graph/walk.hpp"

namespace leasecheck::graph {

/// A way to look at one attempt: states that give it the same class are one vertex. The picture
/// hardly grows with the bounds of the walk.
struct Lens {
  std::string_view name;   ///< as on the command line: "attempt"
  std::string_view title;  ///< "Life cycle of an attempt"
  /// `attempt` is null before it is enqueued; times are relative to now.
  std::string (*class_of)(const model::Attempt* attempt, const WalkOptions& options);
};

/// "absent", and then the attempt's status.
extern const Lens attempt_lens;

/// Who may act on the attempt's lease and when: "held_in_time", "held_past_expiry" (nobody may take
/// it back yet), "held_past_grace" (rule 21). Shows the passing of time.
extern const Lens lease_lens;

/// Which worker holds the attempt: "free", "held_by_w1", …
extern const Lens worker_lens;

[[nodiscard]] std::span<const Lens* const> all_lenses();

/// Returns: null when no lens has this name.
[[nodiscard]] const Lens* find_lens(std::string_view name);

/// How the class of an attempt is drawn; of an absent one if it is null.
[[nodiscard]] Role role_of(const model::Attempt* attempt);

/// The quotient of the walk by the lens, for one attempt: an edge for every case of an operation
/// that changed the attempt, and for every transition between classes. Vertices in the order in
/// which a breadth-first walk meets them, edges sorted by op and guard within a vertex. Pre: the
/// walk has an attempt with this index.
[[nodiscard]] Graph through(const Lens& lens, const Walk& walk, int attempt = 0);

/// The walk itself, refused and ineffective actions included.
[[nodiscard]] Graph concrete(const Walk& walk);

}  // namespace leasecheck::graph
