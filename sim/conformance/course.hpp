#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/graph/bounded.hpp"
#include "model/graph/tour.hpp"
#include "sim/oracle/referee.hpp"
#include "sim/subject/subject.hpp"
#include "traces/trace.hpp"

/// The bounded worlds whose transitions are carried out, and who walks through them.
namespace leasecheck::sim {

/// A world and the tour through it, planned before any call.
class Course {
 public:
  /// One attempt for each spec, which has a name. The specs are as the subject can be told them.
  struct NamedSpec {
    std::string name;
    model::AttemptSpec spec;
  };
  static std::expected<Course, std::string> plan(std::span<const NamedSpec> specs, int workers,
                                                 const Profile& profile);

  /// Why no tour of worlds of so many attempts uses the operation: it is not offered, or what the
  /// subject chooses is not known when tours are planned. Returns: nothing if tours use it.
  static std::optional<std::string> why_not_covered(const Profile& profile, int attempts,
                                                    std::string_view operation);

  [[nodiscard]] const graph::Bounded& world() const { return world_; }
  [[nodiscard]] const graph::Tour& tour() const { return tour_; }
  /// Another tour of all arcs, of the same length, in an order that is drawn from `seed`, so that a
  /// subject meets each with another past. From a state it resets, which ends that past, only after
  /// all else that can be done there.
  [[nodiscard]] graph::Tour another_tour(std::uint64_t seed) const;
  /// The arcs of the world, by the calls that they cost: one, or none where only time passes.
  [[nodiscard]] const std::vector<graph::TourArc>& arcs() const { return arcs_; }

  /// What its attempts are enqueued with.
  [[nodiscard]] const std::string& name() const { return name_; }

  /// The shortest way to the arc, and the arc.
  [[nodiscard]] std::vector<std::uint32_t> way_to(std::uint32_t arc) const;

  /// The arcs of a tour up to `step` since it last left the empty repository.
  [[nodiscard]] std::vector<std::uint32_t> since_empty(const graph::Tour& tour,
                                                       std::size_t step) const;

 private:
  std::string name_;
  graph::Bounded world_;
  std::vector<graph::TourArc> arcs_;
  graph::Tour tour_;
};

/// What the courses of a subject of this profile do not show: operations, with the reason, and what
/// the subject cannot be told of: "retry: spec.retry_policy is absent".
/// `attempts` is how many a world has at most.
[[nodiscard]] std::vector<std::string> not_covered(const Profile& profile, int attempts);

/// Plans the courses for a subject of this profile: small worlds first, since most of what is wrong
/// is seen there. Worlds that are the same without what the subject cannot be told are one.
/// Errors: options that make no sense; a world that is too large.
[[nodiscard]] std::expected<std::vector<Course>, std::string> plan_courses(int workers,
                                                                           int attempts,
                                                                           const Profile& profile);

/// Walks through a world on a subject.
class Walker {
 public:
  Walker(const graph::Bounded& world, Subject& subject, Referee::StepSink sink = {});

  enum class Taken : std::uint8_t {
    yes,
    unanswered,  ///< the subject was unavailable again and again
    over         ///< a verdict ended the walk
  };

  Taken take(std::uint32_t number);

  [[nodiscard]] const Referee& referee() const { return referee_; }
  [[nodiscard]] model::Time now() const { return now_; }
  /// What the subject answered last; nothing before the first call, and if it gave none.
  [[nodiscard]] const std::optional<model::Outcome>& last_answer() const { return last_answer_; }
  /// What was called last; null before the first call.
  [[nodiscard]] const model::Operation* last_call() const {
    return last_call_ ? &*last_call_ : nullptr;
  }

 private:
  bool call(const graph::Move& move);

  const graph::Bounded& world_;
  Referee referee_;
  model::Time now_;
  graph::EndedLeases ended_;
  std::optional<model::Operation> last_call_;
  std::optional<model::Outcome> last_answer_;
};

/// How often a call is made that the subject answers with `unavailable`, which it always may.
inline constexpr int most_tries = 20;

/// For the head of a trace.
struct WalkBounds {
  int workers = 2;
  int attempts = 2;
  std::string backend;
};

/// What a walk along these arcs does and sees, as a trace; it ends where a verdict does.
[[nodiscard]] traces::Trace recorded_walk(const Course& course,
                                          const std::vector<std::uint32_t>& way, Subject& subject,
                                          const WalkBounds& bounds);

}  // namespace leasecheck::sim
