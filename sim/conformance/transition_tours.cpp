#include "sim/conformance/transition_tours.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <span>
#include <tuple>
#include <utility>

#include "sim/conformance/course.hpp"
#include "sim/interruption.hpp"
#include "sim/oracle/shrink.hpp"

namespace leasecheck::sim {

using Courses = std::vector<Course>;

/// By all that a plan depends on.
class ConformPlans {
 public:
  std::expected<const Courses*, std::string> of(const ConformOptions& options,
                                                const Profile& profile) {
    const Key key{options.workers, options.attempts, profile.operations, profile.absent,
                  profile.variant};
    if (const auto found = courses_.find(key); found != courses_.end()) return &found->second;
    auto planned = plan_courses(options.workers, options.attempts, profile);
    if (!planned) return std::unexpected(planned.error());
    return &courses_.emplace(key, *std::move(planned)).first->second;
  }

 private:
  using Key = std::tuple<int, int, Names, Names, model::Variant>;
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
    result_.not_covered = not_covered(profile, options_.attempts);
    for (const Course& course : **courses) {
      auto subject = options_.make();
      if (!subject) return std::unexpected(subject.error().message);
      tour(course, **subject);
      if (result_.verdict.result != traces::Result::held) break;
    }
    note_what_is_left(**courses);
    is_again_ = true;
    for (int pass = 2; pass <= options_.passes; ++pass) {
      for (const Course& course : **courses) {
        if (result_.verdict.result != traces::Result::held || has_to_stop()) {
          return std::move(result_);
        }
        auto subject = options_.make();
        if (!subject) return std::unexpected(subject.error().message);
        tour_again(course, static_cast<std::uint64_t>(pass), **subject);
      }
    }
    return std::move(result_);
  }

 private:
  static std::uint64_t calls_in(const Course& course) {
    return static_cast<std::uint64_t>(std::ranges::count(course.arcs(), 1U, &graph::TourArc::cost));
  }

  void note_what_is_left(const Courses& courses) {
    std::uint64_t left = 0;
    for (const Course& course : courses) left += calls_in(course);
    for (const ConformedWorld& world : result_.worlds) left -= world.covered;
    if (left == 0) return;
    result_.not_covered.push_back(std::to_string(left) +
                                  " transitions: the tours ended before them");
  }

  void tour(const Course& course, Subject& subject) {
    ConformedWorld world{.name = course.name(),
                         .states = course.world().names.size(),
                         .transitions = calls_in(course),
                         .covered = 0,
                         .calls = 0};
    std::vector<bool> is_covered(course.world().arcs.size(), false);
    walk(course, course.tour(), subject, [&](std::uint32_t arc, Walker::Taken taken) {
      ++world.calls;
      if (!is_covered[arc] && taken != Walker::Taken::unanswered) ++world.covered;
      is_covered[arc] = true;
    });
    result_.worlds.push_back(std::move(world));
  }

  // Without time for it nothing is undecided: each transition was made.
  void tour_again(const Course& course, std::uint64_t pass, Subject& subject) {
    const graph::Tour tour = course.another_tour(pass);
    calls_planned_ += tour.cost;
    const bool is_whole = walk(course, tour, subject,
                               [this](std::uint32_t, Walker::Taken) { ++result_.calls_again; });
    if (is_whole) ++result_.worlds_again;
  }

  /// `on_call` is told the arc of each call and what came of it.
  /// Returns: whether the walk came to its end.
  template <typename OnCall>
  bool walk(const Course& course, const graph::Tour& tour, Subject& subject, OnCall on_call) {
    Walker walker(course.world(), subject);
    std::size_t i = 0;
    for (; i < tour.arcs.size(); ++i) {
      const std::uint32_t arc = tour.arcs[i];
      const bool is_call = course.arcs()[arc].cost > 0;
      if (is_call && has_to_stop()) break;
      const Walker::Taken taken = walker.take(arc);
      if (is_call) {
        on_call(arc, taken);
        report_progress();
      }
      if (taken == Walker::Taken::yes) continue;
      if (taken == Walker::Taken::over) {
        explain(course, tour, i, walker.referee().verdict());
      } else {
        result_.verdict =
            undecided("a call was unavailable " + std::to_string(most_tries) + " times in a row: " +
                      course.world().moves[course.world().arcs[arc].move].name);
      }
      break;
    }
    result_.tally.add(walker.referee().tally());
    return i == tour.arcs.size();
  }

  bool has_to_stop() {
    if (interrupted) {
      result_.verdict = undecided("interrupted");
      return true;
    }
    if (!options_.may_go_on || options_.may_go_on()) return false;
    if (!is_again_) {
      result_.verdict = undecided("the time that was given was over before the tours were");
    }
    return true;
  }

  void report_progress() {
    ++calls_made_;
    if (options_.progress) options_.progress(calls_made_, calls_planned_);
  }

  // Most violations are shown by the shortest way to their transition. A violation that depends on
  // more of the past is shown by all that the tour did since the repository was last empty, or by
  // all that it did.
  void explain(const Course& course, const graph::Tour& tour, std::size_t step,
               const traces::Verdict& seen) {
    result_.verdict = seen;
    if (seen.result != traces::Result::violated) return;
    const std::vector<std::uint32_t> whole(
        tour.arcs.begin(), tour.arcs.begin() + static_cast<std::ptrdiff_t>(step) + 1);
    for (const auto& way :
         {course.way_to(tour.arcs[step]), course.since_empty(tour, step), whole}) {
      auto subject = options_.make();
      if (!subject) return;
      traces::Trace trace = recorded_walk(course, way, **subject,
                                          {.workers = options_.workers,
                                           .attempts = options_.attempts,
                                           .backend = options_.backend});
      if (trace.verdict.result != traces::Result::violated) continue;
      if (options_.found) options_.found(trace);
      // A state may be reached by calls that its violation does not need.
      traces::ReductionOptions reduction = modest_budget(trace);
      reduction.may_go_on = options_.may_reduce;
      result_.trace = shrink(trace, options_.make, reduction).trace;
      result_.verdict = result_.trace->verdict;
      return;
    }
  }

  const ConformOptions& options_;
  ConformResult result_;
  std::uint64_t calls_planned_ = 0;
  std::uint64_t calls_made_ = 0;
  bool is_again_ = false;
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
