#include "sim/conformance/transition_tours.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <tuple>
#include <utility>

#include "model/graph/bounded.hpp"
#include "model/graph/tour.hpp"
#include "sim/check.hpp"
#include "sim/interruption.hpp"
#include "sim/oracle/model_adapter.hpp"
#include "sim/oracle/shrink.hpp"

namespace leasecheck::sim {
namespace {

using model::Duration;

constexpr model::Time epoch = model::at_ms(1'767'225'600'000);
/// How often a call is made that the subject answers with `unavailable`, which it always may.
constexpr int most_tries = 20;
constexpr properties::Deployment deployment{
    .epoch = epoch, .grace = Duration{0}, .skew_within_margin = true};

struct NamedSpec {
  std::string name;
  model::AttemptSpec spec;
};

model::RetryPolicy exponential(Duration backoff, std::int64_t max_retries) {
  return {.strategy = model::BackoffStrategy::exponential,
          .backoff = backoff,
          .max_backoff = std::nullopt,
          .multiplier = 2,
          .max_retries = max_retries};
}

/// Specs that between them take every way through an attempt's life, to be met in the same world.
std::vector<NamedSpec> life_specs() {
  std::vector<NamedSpec> specs{{"retry", {}}, {"max_deliveries", {}}, {"fail", {}}, {"cancel", {}}};
  specs[0].spec.timeout = Duration{1};
  specs[0].spec.retry_policy = exponential(Duration{1}, 1);
  specs[1].spec.priority = 1;
  specs[1].spec.max_deliveries = 1;
  specs[1].spec.not_before = model::at_ms(1);
  specs[2].spec.timeout = Duration{1};
  specs[2].spec.on_timeout = model::OnTimeout::fail;
  specs[3].spec.timeout = Duration{1};
  specs[3].spec.on_timeout = model::OnTimeout::cancel;
  specs[3].spec.run_id = "r2";
  return specs;
}

/// Specs with long histories, each in a world of its own.
std::vector<NamedSpec> backoff_specs() {
  std::vector<NamedSpec> specs{{"growing backoff", {}}, {"capped backoff", {}}, {"no backoff", {}}};
  specs[0].spec.retry_policy = exponential(Duration{1}, 3);
  specs[1].spec.retry_policy = exponential(Duration{2}, 2);
  specs[1].spec.retry_policy->max_backoff = Duration{3};
  specs[2].spec.retry_policy = exponential(Duration{0}, 2);
  return specs;
}

/// A world and the tour through it, planned before any call.
class Course {
 public:
  static std::expected<Course, std::string> plan(std::span<const NamedSpec> specs, int workers,
                                                 const Profile& profile) {
    const Follower follower(profile);
    graph::BoundedOptions options{.workers = workers, .specs = {}, .offers = {}};
    Course course;
    for (const NamedSpec& spec : specs) {
      course.name_ += (course.name_.empty() ? "" : " and ") + spec.name;
      const model::Action adapted =
          follower.adapted({.now = {}, .operation = model::EnqueueAttempt{spec.spec}});
      options.specs.push_back(std::get<model::EnqueueAttempt>(adapted.operation).spec);
    }
    options.offers = [&profile](const model::Operation& operation) {
      return is_covered(profile, model::name_of(operation));
    };
    auto world = graph::bounded_world(options);
    if (!world) return std::unexpected(world.error());
    course.world_ = *std::move(world);
    for (const graph::Arc& arc : course.world_.arcs) {
      course.arcs_.push_back({arc.from, arc.to, course.world_.moves[arc.move].operation ? 1U : 0U});
    }
    auto tour = graph::covering_tour(course.world_.names.size(), course.arcs_);
    if (!tour) return std::unexpected(tour.error());
    course.tour_ = *std::move(tour);
    return course;
  }

  /// Whether a tour may use the operation. An ack that a subject accepts from anyone is not: the
  /// model refuses it.
  static bool is_covered(const Profile& profile, std::string_view operation) {
    if (operation == "ack_attempt" && profile.deviates(Deviation::ack_by_attempt)) return false;
    return profile.offers(operation);
  }

  [[nodiscard]] const graph::Bounded& world() const { return world_; }
  [[nodiscard]] const graph::Tour& tour() const { return tour_; }

  [[nodiscard]] ConformedWorld summary() const {
    return {.name = name_,
            .states = world_.names.size(),
            .transitions =
                static_cast<std::uint64_t>(std::ranges::count(arcs_, 1U, &graph::TourArc::cost)),
            .covered = 0,
            .calls = 0};
  }

  /// The shortest way to the arc, and the arc.
  [[nodiscard]] std::vector<std::uint32_t> way_to(std::uint32_t arc) const {
    auto way = graph::shortest_path(world_.names.size(), arcs_, 0, arcs_[arc].from);
    check(way.has_value(), "a transition that was built cannot be reached");
    way->push_back(arc);
    return *std::move(way);
  }

  /// The arcs of the tour up to `step` since it last left the empty repository.
  [[nodiscard]] std::vector<std::uint32_t> since_empty(std::size_t step) const {
    std::size_t first = step;
    while (first > 0 && arcs_[tour_.arcs[first]].from != 0) --first;
    const auto begin = tour_.arcs.begin();
    return {begin + static_cast<std::ptrdiff_t>(first),
            begin + static_cast<std::ptrdiff_t>(step) + 1};
  }

 private:
  std::string name_;
  graph::Bounded world_;
  std::vector<graph::TourArc> arcs_;
  graph::Tour tour_;
};

/// Walks through a world on a subject.
class Walker {
 public:
  Walker(const graph::Bounded& world, Subject& subject, Referee::StepSink sink = {})
      : world_(world), referee_(subject, deployment, std::move(sink)) {}

  enum class Taken : std::uint8_t {
    yes,
    unanswered,  ///< the subject was unavailable again and again
    over         ///< a verdict ended the walk
  };

  Taken take(std::uint32_t number) {
    const graph::Arc& arc = world_.arcs[number];
    const graph::Move& move = world_.moves[arc.move];
    if (!move.operation) {
      now_ += Duration{1};
      referee_.advance_to(now_);
      return Taken::yes;
    }
    for (int tries = 0; tries < most_tries; ++tries) {
      const bool is_answered = call(move);
      if (referee_.is_over()) return Taken::over;
      if (!is_answered) continue;
      ended_.update(referee_.model_state());
      check(graph::name_of_state(referee_.model_state(), now_) == world_.names[arc.to],
            "a state of the bounded world hides what decides its future");
      return Taken::yes;
    }
    return Taken::unanswered;
  }

  [[nodiscard]] const Referee& referee() const { return referee_; }

 private:
  /// Returns: false for a call that was unavailable and has changed nothing: it may be repeated.
  bool call(const graph::Move& move) {
    model::Operation operation =
        move.operation({.state = referee_.model_state(), .now = now_, .ended = ended_});
    const auto answered = referee_.operate({.actor = "conform", .clock = now_ + move.ahead},
                                           {.now = now_, .operation = std::move(operation)});
    return !answered || answered->outcome != std::unexpected(model::ErrorCode::unavailable);
  }

  const graph::Bounded& world_;
  Referee referee_;
  model::Time now_ = epoch;
  graph::EndedLeases ended_;
};

using Courses = std::vector<Course>;

std::expected<Courses, std::string> plan_courses(const ConformOptions& options,
                                                 const Profile& profile) {
  Courses courses;
  const auto add = [&](std::span<const NamedSpec> specs) -> std::expected<void, std::string> {
    auto course = Course::plan(specs, options.workers, profile);
    if (!course) return std::unexpected(course.error());
    courses.push_back(*std::move(course));
    return {};
  };
  // Small worlds first: most of what is wrong is seen there.
  for (const NamedSpec& spec : backoff_specs()) {
    if (auto added = add(std::span(&spec, 1)); !added) return std::unexpected(added.error());
  }
  const std::vector<NamedSpec> life = life_specs();
  const auto size = static_cast<std::size_t>(std::max(options.attempts, 1));
  for (std::size_t first = 0; first < life.size(); first += size) {
    const std::size_t length = std::min(size, life.size() - first);
    if (auto added = add(std::span(life).subspan(first, length)); !added) {
      return std::unexpected(added.error());
    }
  }
  return courses;
}

}  // namespace

/// By all that a plan depends on.
class ConformPlans {
 public:
  std::expected<const Courses*, std::string> of(const ConformOptions& options,
                                                const Profile& profile) {
    const Key key{options.workers, options.attempts, profile.operations, profile.absent,
                  profile.deviations};
    if (const auto found = courses_.find(key); found != courses_.end()) return &found->second;
    auto planned = plan_courses(options, profile);
    if (!planned) return std::unexpected(planned.error());
    return &courses_.emplace(key, *std::move(planned)).first->second;
  }

 private:
  using Key = std::tuple<int, int, Names, Names, std::set<Deviation>>;
  std::map<Key, Courses> courses_;
};

std::shared_ptr<ConformPlans> keep_conform_plans() {
  return std::make_shared<ConformPlans>();
}

namespace {

traces::Verdict undecided(std::string why) {
  return {.result = traces::Result::inconclusive,
          .property = {},
          .message = std::move(why),
          .first_bad = 0};
}

class Conformance {
 public:
  explicit Conformance(const ConformOptions& options) : options_(options) {}

  std::expected<ConformResult, std::string> run() {
    auto first = options_.make();
    if (!first) return std::unexpected(first.error().message);
    if (const auto empty = (*first)->snapshot(); !empty) {
      result_.verdict.result = traces::Result::broken;
      result_.verdict.message = empty.error().message;
      return std::move(result_);
    }
    const Profile profile = (*first)->profile();
    const auto courses = options_.plans->of(options_, profile);
    if (!courses) return std::unexpected(courses.error());
    for (const Course& course : **courses) calls_planned_ += course.tour().cost;
    for (const std::string_view name : operations_not_covered(profile)) {
      result_.not_covered.push_back(std::string(name) + ": not offered");
    }
    for (const Course& course : **courses) {
      auto subject = options_.make();
      if (!subject) return std::unexpected(subject.error().message);
      tour(course, **subject);
      if (result_.verdict.result != traces::Result::held) break;
    }
    return std::move(result_);
  }

 private:
  static std::vector<std::string_view> operations_not_covered(const Profile& profile) {
    std::vector<std::string_view> names;
    for (const std::string& name : whole_contract().operations) {
      const bool is_call = name != "snapshot" && name != "restart" && name != "goodbye";
      if (is_call && !Course::is_covered(profile, name)) names.push_back(name);
    }
    return names;
  }

  void tour(const Course& course, Subject& subject) {
    ConformedWorld world = course.summary();
    std::vector<bool> is_covered(course.world().arcs.size(), false);
    Walker walker(course.world(), subject);
    for (std::size_t i = 0; i < course.tour().arcs.size(); ++i) {
      const std::uint32_t arc = course.tour().arcs[i];
      const bool is_call = bool{course.world().moves[course.world().arcs[arc].move].operation};
      const Walker::Taken taken = walker.take(arc);
      if (is_call) {
        ++world.calls;
        if (!is_covered[arc] && taken != Walker::Taken::unanswered) ++world.covered;
        is_covered[arc] = true;
        report_progress();
      }
      if (taken == Walker::Taken::yes && !interrupted) continue;
      if (taken == Walker::Taken::over) {
        explain(course, i, walker.referee().verdict());
      } else {
        result_.verdict =
            undecided(interrupted ? "interrupted"
                                  : "a call was unavailable " + std::to_string(most_tries) +
                                        " times in a row: " +
                                        course.world().moves[course.world().arcs[arc].move].name);
      }
      result_.not_covered.push_back(std::to_string(world.transitions - world.covered) +
                                    " transitions: the tour ended before them");
      break;
    }
    result_.tally.add(walker.referee().tally());
    result_.worlds.push_back(std::move(world));
  }

  void report_progress() {
    if (++calls_made_ % 1000 == 0 && options_.progress) {
      options_.progress(calls_made_, calls_planned_);
    }
  }

  // Most violations are shown by the shortest way to their transition. A violation that depends on
  // more of the past is shown by all that the tour did since the repository was last empty.
  void explain(const Course& course, std::size_t step, const traces::Verdict& seen) {
    result_.verdict = seen;
    if (seen.result != traces::Result::violated) return;
    for (const auto& way : {course.way_to(course.tour().arcs[step]), course.since_empty(step)}) {
      auto subject = options_.make();
      if (!subject) return;
      traces::Trace trace = record(course, way, **subject);
      if (trace.verdict.result != traces::Result::violated) continue;
      // A state may be reached by calls that its violation does not need.
      result_.trace = shrink(trace, options_.make);
      result_.verdict = result_.trace->verdict;
      return;
    }
  }

  [[nodiscard]] traces::Trace record(const Course& course, const std::vector<std::uint32_t>& way,
                                     Subject& subject) const {
    traces::Trace trace;
    trace.head = {.deployment = deployment,
                  .config = {{"workers", options_.workers}, {"attempts", options_.attempts}},
                  .seed = 0,
                  .origin = "conform",
                  .backend = options_.backend,
                  .exhibit = std::nullopt};
    Walker walker(course.world(), subject,
                  [&trace](const traces::Step& step) { trace.steps.push_back(step); });
    for (const std::uint32_t arc : way) {
      if (walker.take(arc) != Walker::Taken::yes) break;
    }
    trace.verdict = walker.referee().verdict();
    return trace;
  }

  const ConformOptions& options_;
  ConformResult result_;
  std::uint64_t calls_planned_ = 0;
  std::uint64_t calls_made_ = 0;
};

}  // namespace

std::expected<ConformResult, std::string> conform(const ConformOptions& options) {
  auto result = Conformance(options).run();
  // A program that was not waited for any longer did nothing wrong.
  if (result && interrupted && result->verdict.result == traces::Result::broken) {
    result->verdict = undecided("interrupted");
  }
  return result;
}

}  // namespace leasecheck::sim
