#pragma once

#include <compare>
#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "leasecheck/spec/operation_case.hpp"
#include "model/graph/lens.hpp"
#include "sim/conformance/course.hpp"
#include "sim/conformance/observe_options.hpp"
#include "traces/reduction/violation.hpp"
#include "traces/trace.hpp"

/// What a subject does on the courses, edge by edge; `observe` makes its result of it.
namespace leasecheck::sim {

/// An edge through the lens.
struct EdgeKey {
  std::string from;
  std::string op;
  std::string guard;
  std::string to;
  auto operator<=>(const EdgeKey&) const = default;

  [[nodiscard]] std::string name() const { return model::move_name(from, to, op, guard); }
};

/// What was done on a course, from an empty repository on.
struct Past {
  std::size_t course = 0;
  std::vector<std::uint32_t> arcs = {};
};

/// Where an edge was seen nearest to the empty repository, and how far that is from it.
struct Place {
  std::size_t course = 0;
  std::uint32_t arc = 0;
  std::uint32_t calls = 0;
  Past first = {};  ///< up to where it was seen first, which may be on another course
};

/// How often an edge was taken, and where.
struct EdgeRecord {
  std::uint64_t model = 0;
  std::uint64_t subject = 0;
  std::uint64_t apart = 0;            ///< times that only one of them took it
  std::string instead = {};           ///< what the other one did in the nearest of these
  std::optional<Place> nearest = {};  ///< where they were apart, if they ever were
};

/// What makes two differences the same one.
struct DifferenceKey {
  traces::Violation violation;
  std::string status;  ///< of the attempt before the call
  auto operator<=>(const DifferenceKey&) const = default;
};

/// How often a difference was seen, and where.
struct DifferenceRecord {
  std::uint64_t times = 0;
  std::string message = {};  ///< of the nearest
  std::optional<Place> nearest = {};
};

/// All that the walks through the courses have seen.
struct Log {
  std::map<EdgeKey, EdgeRecord> edges;
  std::map<DifferenceKey, DifferenceRecord> differences;
  std::map<std::string, graph::Role> roles;  ///< of the classes of the lens
  traces::Verdict verdict;
  std::uint64_t transitions = 0;
  std::uint64_t carried_out = 0;
  std::uint64_t apart = 0;
  std::uint64_t hidden = 0;
  std::optional<Place> nearest_hidden;
};

/// The courses and what a subject did on them.
struct Walked {
  Profile profile;  ///< the subject's
  std::vector<Course> courses;
  Log log;
};

/// Plans the courses for what `make` makes and walks each of them to its end, whatever the subject
/// does; only a subject that is broken or not available ends it.
/// Errors: as `observe`.
[[nodiscard]] std::expected<Walked, std::string> walk_all(const ObserveOptions& options,
                                                          const MakeSubject& make);

/// The violation that `verdict` says was seen at the operation, on a walk through a world of these
/// bounds: every id of the world counts as one, whether or not the walk has named it.
[[nodiscard]] traces::Violation violation_in_world(const WalkBounds& bounds,
                                                   const model::Operation& operation,
                                                   traces::Verdict verdict);

/// The trace of the shortest way to the place; else, if that is not as wanted, of all that led
/// there the first time. Returns: nothing if that is not as wanted either.
[[nodiscard]] std::optional<traces::Trace> witness_of(
    const Walked& walked, const Place& place, const MakeSubject& make, const WalkBounds& bounds,
    const std::function<bool(const traces::Trace&)>& is_wanted);

}  // namespace leasecheck::sim
