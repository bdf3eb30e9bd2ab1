#include "sim/conformance/course.hpp"

#include <algorithm>
#include <utility>

#include "sim/check.hpp"

namespace leasecheck::sim {
namespace {

using model::Duration;
using NamedSpec = Course::NamedSpec;

constexpr model::Time epoch = model::at_ms(1'767'225'600'000);
constexpr properties::Deployment deployment{
    .epoch = epoch, .grace = Duration{0}, .skew_within_margin = true};

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

}  // namespace

std::expected<Course, std::string> Course::plan(std::span<const NamedSpec> specs, int workers,
                                                const Profile& profile) {
  const Follower follower(profile);
  graph::BoundedOptions options{
      .workers = workers, .specs = {}, .offers = {}, .variant = profile.variant};
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

bool Course::is_covered(const Profile& profile, std::string_view operation) {
  // It may claim others, and come to another state.
  const bool chooses = profile.variant.order == model::DispatchOrder::none;
  if (operation == "claim_attempts" && chooses) return false;
  return profile.offers(operation);
}

std::vector<std::uint32_t> Course::way_to(std::uint32_t arc) const {
  auto way = graph::shortest_path(world_.names.size(), arcs_, 0, arcs_[arc].from);
  check(way.has_value(), "a transition that was built cannot be reached");
  way->push_back(arc);
  return *std::move(way);
}

std::vector<std::uint32_t> Course::since_empty(std::size_t step) const {
  std::size_t first = step;
  while (first > 0 && arcs_[tour_.arcs[first]].from != 0) --first;
  const auto begin = tour_.arcs.begin();
  return {begin + static_cast<std::ptrdiff_t>(first),
          begin + static_cast<std::ptrdiff_t>(step) + 1};
}

std::expected<std::vector<Course>, std::string> plan_courses(int workers, int attempts,
                                                             const Profile& profile) {
  std::vector<Course> courses;
  const auto add = [&](std::span<const NamedSpec> specs) -> std::expected<void, std::string> {
    auto course = Course::plan(specs, workers, profile);
    if (!course) return std::unexpected(course.error());
    courses.push_back(*std::move(course));
    return {};
  };
  for (const NamedSpec& spec : backoff_specs()) {
    if (auto added = add(std::span(&spec, 1)); !added) return std::unexpected(added.error());
  }
  const std::vector<NamedSpec> life = life_specs();
  const auto size = static_cast<std::size_t>(std::max(attempts, 1));
  for (std::size_t first = 0; first < life.size(); first += size) {
    const std::size_t length = std::min(size, life.size() - first);
    if (auto added = add(std::span(life).subspan(first, length)); !added) {
      return std::unexpected(added.error());
    }
  }
  return courses;
}

Walker::Walker(const graph::Bounded& world, Subject& subject, Referee::StepSink sink)
    : world_(world), referee_(subject, deployment, std::move(sink)), now_(epoch) {}

Walker::Taken Walker::take(std::uint32_t number) {
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

// Returns: false for a call that was unavailable and has changed nothing: it may be repeated.
bool Walker::call(const graph::Move& move) {
  last_call_ = move.operation({.state = referee_.model_state(), .now = now_, .ended = ended_});
  const auto answered = referee_.operate({.actor = "conform", .clock = now_ + move.ahead},
                                         {.now = now_, .operation = *last_call_});
  return !answered || answered->outcome != std::unexpected(model::ErrorCode::unavailable);
}

traces::Trace recorded_walk(const Course& course, const std::vector<std::uint32_t>& way,
                            Subject& subject, const WalkBounds& bounds) {
  traces::Trace trace;
  trace.head = {.deployment = deployment,
                .config = {{"workers", bounds.workers}, {"attempts", bounds.attempts}},
                .seed = 0,
                .origin = "conform",
                .backend = bounds.backend,
                .exhibit = std::nullopt};
  Walker walker(course.world(), subject,
                [&trace](const traces::Step& step) { trace.steps.push_back(step); });
  for (const std::uint32_t arc : way) {
    if (walker.take(arc) != Walker::Taken::yes) break;
  }
  trace.verdict = walker.referee().verdict();
  return trace;
}

}  // namespace leasecheck::sim
