#include "sim/conformance/course.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <utility>

#include "sim/check.hpp"
#include "sim/random.hpp"

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

/// A spec with a name, and the fields that it is there for, as `absent` names them.
struct PointedSpec {
  std::string name;
  std::vector<std::string> point;
  model::AttemptSpec spec;
};

/// Specs that between them take every way through an attempt's life, to be met in the same world.
std::vector<PointedSpec> life_specs() {
  std::vector<PointedSpec> specs{
      {"retry", {"spec.retry_policy"}, {}},
      {"max_deliveries", {"spec.max_deliveries"}, {}},
      {"fail", {"spec.timeout", on_timeout_choice(model::OnTimeout::fail)}, {}},
      {"cancel", {"spec.timeout", on_timeout_choice(model::OnTimeout::cancel)}, {}}};
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
std::vector<PointedSpec> backoff_specs() {
  const std::vector<std::string> point{"spec.retry_policy"};
  std::vector<PointedSpec> specs{
      {"growing backoff", point, {}}, {"capped backoff", point, {}}, {"no backoff", point, {}}};
  specs[0].spec.retry_policy = exponential(Duration{1}, 3);
  specs[1].spec.retry_policy = exponential(Duration{2}, 2);
  specs[1].spec.retry_policy->max_backoff = Duration{3};
  specs[2].spec.retry_policy = exponential(Duration{0}, 2);
  return specs;
}

/// The fields of its point that the subject does not have.
std::vector<std::string> missing_of(const PointedSpec& spec, const Profile& profile) {
  std::vector<std::string> missing;
  for (const std::string& field : spec.point) {
    const std::string whole = field.substr(0, field.find('='));
    for (const std::string& name : std::set{field, whole}) {
      if (profile.absent.contains(name)) missing.push_back(name);
    }
  }
  return missing;
}

/// The spec as the subject can be told it, whose name says what is missing of its point.
NamedSpec adapted(const PointedSpec& spec, const Follower& follower) {
  const model::Action action =
      follower.adapted({.now = {}, .operation = model::EnqueueAttempt{spec.spec}});
  NamedSpec told{.name = spec.name, .spec = std::get<model::EnqueueAttempt>(action.operation).spec};
  for (const std::string& field : missing_of(spec, follower.profile())) {
    told.name += " without " + field;
  }
  return told;
}

/// What makes a world: its specs, with runs by the order of their first attempt.
std::vector<model::AttemptSpec> world_of(std::span<const NamedSpec> specs) {
  std::vector<model::AttemptSpec> world;
  std::map<model::Id, std::size_t> runs;
  for (const NamedSpec& named : specs) {
    world.push_back(named.spec);
    const auto [run, _] = runs.emplace(named.spec.run_id, runs.size());
    world.back().run_id = std::to_string(run->second);
  }
  return world;
}

}  // namespace

std::expected<Course, std::string> Course::plan(std::span<const NamedSpec> specs, int workers,
                                                const Profile& profile) {
  graph::BoundedOptions options{
      .workers = workers, .specs = {}, .offers = {}, .variant = profile.variant};
  Course course;
  for (const NamedSpec& spec : specs) {
    course.name_ += (course.name_.empty() ? "" : " and ") + spec.name;
    options.specs.push_back(spec.spec);
  }
  const int attempts = static_cast<int>(specs.size());
  options.offers = [&profile, attempts](const model::Operation& operation) {
    return !why_not_covered(profile, attempts, model::name_of(operation));
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

// Of one attempt there is nothing to choose.
std::optional<std::string> Course::why_not_covered(const Profile& profile, int attempts,
                                                   std::string_view operation) {
  if (!profile.offers(operation)) return "not offered";
  const bool chooses = profile.variant.order == model::DispatchOrder::none && attempts > 1;
  if (operation == "claim_attempts" && chooses) {
    return "claims what the subject chooses, which no tour of several attempts can be planned for";
  }
  return std::nullopt;
}

std::vector<std::uint32_t> Course::way_to(std::uint32_t arc) const {
  auto way = graph::shortest_path(world_.names.size(), arcs_, 0, arcs_[arc].from);
  check(way.has_value(), "a transition that was built cannot be reached");
  way->push_back(arc);
  return *std::move(way);
}

graph::Tour Course::another_tour(std::uint64_t seed) const {
  std::vector<std::uint32_t> order(arcs_.size());
  std::iota(order.begin(), order.end(), 0U);
  Stream draw(seed, "another tour");
  for (std::size_t left = order.size(); left > 1; --left) {
    std::swap(order[left - 1], order[draw.below(left)]);
  }
  const auto is_no_reset = [this](std::uint32_t arc) {
    return world_.moves[world_.arcs[arc].move].name != model::traits_of<model::Reset>.name;
  };
  std::ranges::stable_partition(order, is_no_reset);
  return graph::reordered(tour_, world_.names.size(), arcs_, order);
}

std::vector<std::uint32_t> Course::since_empty(const graph::Tour& tour, std::size_t step) const {
  std::size_t first = step;
  while (first > 0 && arcs_[tour.arcs[first]].from != 0) --first;
  const auto begin = tour.arcs.begin();
  return {begin + static_cast<std::ptrdiff_t>(first),
          begin + static_cast<std::ptrdiff_t>(step) + 1};
}

std::vector<std::string> not_covered(const Profile& profile, int attempts) {
  std::vector<std::string> texts;
  for (const std::string& name : whole_contract().operations) {
    if (name == "snapshot" || name == "restart" || name == "goodbye") continue;
    const auto reason = Course::why_not_covered(profile, attempts, name);
    if (reason) texts.push_back(name + ": " + *reason);
  }
  for (const auto& specs : {backoff_specs(), life_specs()}) {
    for (const PointedSpec& spec : specs) {
      for (const std::string& field : missing_of(spec, profile)) {
        texts.push_back(spec.name + ": " + field + " is absent");
      }
    }
  }
  return texts;
}

std::expected<std::vector<Course>, std::string> plan_courses(int workers, int attempts,
                                                             const Profile& profile) {
  const Follower follower(profile);
  const auto told = [&follower](const std::vector<PointedSpec>& specs) {
    std::vector<NamedSpec> named;
    named.reserve(specs.size());
    for (const PointedSpec& spec : specs) named.push_back(adapted(spec, follower));
    return named;
  };
  std::vector<Course> courses;
  std::vector<std::vector<model::AttemptSpec>> planned;
  const auto add = [&](std::span<const NamedSpec> specs) -> std::expected<void, std::string> {
    const auto world = world_of(specs);
    if (std::ranges::find(planned, world) != planned.end()) return {};
    planned.push_back(world);
    auto course = Course::plan(specs, workers, profile);
    if (!course) return std::unexpected(course.error());
    courses.push_back(*std::move(course));
    return {};
  };
  for (const NamedSpec& spec : told(backoff_specs())) {
    if (auto added = add(std::span(&spec, 1)); !added) return std::unexpected(added.error());
  }
  const std::vector<NamedSpec> life = told(life_specs());
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
  last_answer_.reset();
  if (answered) last_answer_ = answered->outcome;
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
