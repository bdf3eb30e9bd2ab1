#include "sim/subject/subject.hpp"

#include <utility>

namespace leasecheck::sim {

std::expected<bool, BrokenSubject> Subject::refresh(model::Snapshot& seen) {
  std::expected<model::Snapshot, BrokenSubject> taken = snapshot();
  if (!taken) return std::unexpected(std::move(taken.error()));
  const bool changed = *taken != seen;
  if (changed) seen = *std::move(taken);
  return changed;
}

}  // namespace leasecheck::sim
