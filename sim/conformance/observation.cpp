#include "sim/conformance/observation.hpp"

#include <algorithm>
#include <utility>

#include "leasecheck/spec/step.hpp"
#include "sim/conformance/detour.hpp"
#include "sim/interruption.hpp"

namespace leasecheck::sim {
namespace {

// -- through the lens -------------------------------------------------------------------------

template <class Record>
const Record* find(const std::vector<Record>& records, const model::Id& attempt) {
  const auto found = std::ranges::find(records, attempt, &Record::attempt_id);
  return found == records.end() ? nullptr : &*found;
}

/// What a snapshot says of one attempt.
struct Seen {
  const model::AttemptRecord* attempt;
  const model::LeaseRecord* lease;

  Seen(const model::Snapshot& snapshot, const model::Id& id)
      : attempt(find(snapshot.attempts, id)), lease(find(snapshot.leases, id)) {}

  [[nodiscard]] bool operator==(const Seen& other) const {
    const auto is_same = [](const auto* left, const auto* right) {
      return left == nullptr || right == nullptr ? left == right : *left == *right;
    };
    return is_same(attempt, other.attempt) && is_same(lease, other.lease);
  }
};

/// Looks at the attempts of a world.
class Eye {
 public:
  Eye(const graph::Lens& lens, int attempts) : lens_(lens) {
    for (int i = 0; i < attempts; ++i) ids_.push_back(graph::attempt_id(i));
    // The tours reap at now.
    walk_options_.grace = model::Duration{0};
  }

  [[nodiscard]] const std::vector<model::Id>& attempts() const { return ids_; }

  std::string class_of(const Seen& seen, model::Time now,
                       std::map<std::string, graph::Role>& roles) const {
    model::Attempt attempt;
    if (seen.attempt != nullptr) attempt.status = seen.attempt->status;
    if (seen.lease != nullptr) {
      attempt.lease = {.lease_id = seen.lease->lease_id,
                       .worker_id = seen.lease->worker_id,
                       .expires_at = model::Time{seen.lease->lease_expires_at - now}};
    }
    const model::Attempt* present = seen.attempt == nullptr ? nullptr : &attempt;
    std::string name = lens_.class_of(present, walk_options_);
    const auto [entry, is_new] = roles.try_emplace(name, graph::role_of(present));
    if (!is_new && entry->second != graph::role_of(present)) entry->second = graph::Role::terminal;
    return name;
  }

 private:
  const graph::Lens& lens_;
  std::vector<model::Id> ids_;
  graph::WalkOptions walk_options_;
};

/// A moment of the model or of the subject.
struct Moment {
  const model::Snapshot& snapshot;
  model::Time now;
};

/// The edge along which an attempt went, if it went along any.
std::optional<EdgeKey> edge_between(const Eye& eye, const model::Id& id, const Moment& before,
                                    const Moment& after, const model::Operation* operation,
                                    const model::State& state, Log& log) {
  const Seen was(before.snapshot, id);
  const Seen is(after.snapshot, id);
  EdgeKey key{.from = eye.class_of(was, before.now, log.roles),
              .op = std::string(graph::time_passes),
              .guard = "",
              .to = eye.class_of(is, after.now, log.roles)};
  if (operation == nullptr) {
    if (key.from == key.to) return std::nullopt;
    return key;
  }
  if (was == is || std::holds_alternative<model::Reset>(*operation)) return std::nullopt;
  const auto known = state.attempts.find(id);
  const auto on_timeout =
      known == state.attempts.end() ? model::OnTimeout::retry : known->second.spec.on_timeout;
  key.op = model::mover_of(*operation);
  const model::AttemptRecord* last = is.attempt != nullptr ? is.attempt : was.attempt;
  if (last != nullptr) key.guard = model::case_of(*operation, on_timeout, last->status);
  return key;
}

// -- the walk -----------------------------------------------------------------------------------

/// Walks one course to its end, whatever the subject does.
class Expedition {
 public:
  Expedition(const Course& course, std::size_t number, const ObserveOptions& options,
             const MakeSubject& make, Log& log)
      : course_(course),
        number_(number),
        options_(options),
        make_(make),
        log_(log),
        eye_(*options.lens, options.attempts),
        detours_(course.world().names.size(), course.arcs()),
        is_done_(course.arcs().size(), false) {}

  /// Errors: a subject that cannot be made.
  std::expected<void, std::string> run() {
    const std::vector<std::uint32_t>& tour = course_.tour().arcs;
    std::size_t next = 0;
    while (log_.verdict.result != traces::Result::broken &&
           log_.verdict.result != traces::Result::inconclusive) {
      while (next < tour.size() && is_done_[tour[next]]) ++next;
      if (next == tour.size()) return {};
      if (!is_walking_) {
        if (auto begun = begin(); !begun) return begun;
      }
      if (!go_to(tour[next])) continue;
      while (next < tour.size() && is_walking_ && !detours_.is_avoided(tour[next]) &&
             at_ == course_.arcs()[tour[next]].from) {
        take(tour[next]);
        ++next;
      }
    }
    return {};
  }

 private:
  enum class Whose : std::uint8_t { model, subject };

  std::expected<void, std::string> begin() {
    walker_.reset();
    if (!subject_ || !subject_->begin_anew().value_or(false)) {
      subject_.reset();
      auto subject = make_();
      if (!subject) return std::unexpected(subject.error().message);
      subject_ = *std::move(subject);
    }
    walker_.emplace(course_.world(), *subject_);
    before_ = {};
    history_.clear();
    walk_.clear();
    at_ = 0;
    is_walking_ = true;
    return {};
  }

  /// Returns: whether the walk is where the arc begins now. An arc that cannot be reached is given
  /// up.
  bool go_to(std::uint32_t arc) {
    const std::uint32_t goal = course_.arcs()[arc].from;
    auto way = detours_.way(at_, goal);
    if (!way && at_ != 0) {
      is_walking_ = false;  // perhaps from the beginning
      return false;
    }
    if (!way) {
      is_done_[arc] = true;
      return false;
    }
    for (const std::uint32_t step : *way) {
      if (!take(step)) return false;
    }
    return true;
  }

  /// Returns: whether the walk goes on.
  bool take(std::uint32_t arc) {
    const model::Time before_now = walker_->now();
    model_before_ = walker_->referee().model_state();
    history_.push_back(arc);
    walk_.push_back(arc);
    const Walker::Taken taken = walker_->take(arc);
    const bool is_call = course_.arcs()[arc].cost > 0;
    const bool is_first = !is_done_[arc];
    is_done_[arc] = true;
    const bool is_out_of_time = options_.may_go_on && !options_.may_go_on();
    if (interrupted || is_out_of_time || taken == Walker::Taken::unanswered) {
      return end(traces::Result::inconclusive,
                 interrupted      ? "interrupted"
                 : is_out_of_time ? "the time that was given was over before the walks were"
                                  : "a call was unavailable " + std::to_string(most_tries) +
                                        " times in a row: " +
                                        course_.world().moves[course_.world().arcs[arc].move].name);
    }
    const traces::Verdict& verdict = walker_->referee().verdict();
    if (verdict.result == traces::Result::broken) {
      return end(traces::Result::broken, verdict.message);
    }
    const model::State& state = walker_->referee().model_state();
    const model::Snapshot expected = model::snapshot(state);
    const bool is_apart = taken == Walker::Taken::over;
    if (is_first || is_apart) {
      if (is_first && is_call) count();
      if (!look(arc, before_now, expected, is_apart, is_call)) return false;
    }
    if (is_apart) {
      if (is_call) note_difference(arc, verdict);
      if (log_.verdict.result == traces::Result::held) log_.verdict = verdict;
      detours_.avoid(arc);
      is_walking_ = false;
      return false;
    }
    before_ = expected;
    at_ = course_.arcs()[arc].to;
    if (at_ == 0) history_.clear();
    return true;
  }

  void note_difference(std::uint32_t arc, const traces::Verdict& verdict) {
    const model::Operation& operation = *walker_->last_call();
    const DifferenceKey key{
        .violation = violation_in_world(
            {.workers = options_.workers, .attempts = options_.attempts, .backend = {}}, operation,
            verdict),
        .status = status_before(operation)};
    DifferenceRecord& record = log_.differences[key];
    if (note(record.nearest, arc)) record.message = verdict.message;
    // Leases that ended before the repository was last empty may be named by it.
    if (record.times++ == 0) record.nearest->first.arcs = walk_;
  }

  /// The status of the attempt that the call names, itself or by its lease.
  [[nodiscard]] std::string status_before(const model::Operation& operation) const {
    return std::visit(
        [this](const auto& args) -> std::string {
          if constexpr (requires { args.attempt_id; }) {
            return status_of(args.attempt_id);
          } else if constexpr (requires { args.spec; }) {
            return status_of(args.spec.attempt_id);
          } else if constexpr (requires { args.lease_id; }) {
            for (const auto& [id, attempt] : model_before_.attempts) {
              if (attempt.lease && attempt.lease->lease_id == args.lease_id) return status_of(id);
            }
            return "no such lease";
          } else {
            return {};
          }
        },
        operation);
  }
  [[nodiscard]] std::string status_of(const model::Id& id) const {
    const auto known = model_before_.attempts.find(id);
    return known == model_before_.attempts.end() ? "absent"
                                                 : std::string(model::word(known->second.status));
  }

  bool end(traces::Result result, std::string message) {
    log_.verdict = {
        .result = result, .property = {}, .message = std::move(message), .first_bad = 0};
    is_walking_ = false;
    return false;
  }

  void count() {
    ++log_.carried_out;
    if (options_.progress) options_.progress(log_.carried_out, log_.transitions);
  }

  /// Takes down along which edges model and subject went.
  bool look(std::uint32_t arc, model::Time before_now, const model::Snapshot& expected,
            bool is_apart, bool is_call) {
    model::Snapshot shown;
    if (is_apart) {
      auto snapshot = subject_->snapshot();
      if (!snapshot) return end(traces::Result::broken, snapshot.error().message);
      shown = *std::move(snapshot);
      ++log_.apart;
    }
    const model::State& state = walker_->referee().model_state();
    const model::Operation* operation = is_call ? walker_->last_call() : nullptr;
    const Moment before{before_, before_now};
    bool is_seen = false;
    for (const model::Id& id : eye_.attempts()) {
      const auto model_edge =
          edge_between(eye_, id, before, {expected, walker_->now()}, operation, state, log_);
      const auto subject_edge =
          is_apart ? edge_between(eye_, id, before, {shown, walker_->now()}, operation, state, log_)
                   : model_edge;
      is_seen |= model_edge != subject_edge;
      add(arc, model_edge, subject_edge);
    }
    if (is_apart && !is_seen) {
      ++log_.hidden;
      note(log_.nearest_hidden, arc);
    }
    return true;
  }

  void add(std::uint32_t arc, const std::optional<EdgeKey>& model_edge,
           const std::optional<EdgeKey>& subject_edge) {
    if (model_edge == subject_edge) {
      if (!model_edge) return;
      EdgeRecord& record = log_.edges[*model_edge];
      ++record.model;
      ++record.subject;
      if (record.apart == 0) note(record.nearest, arc);
      return;
    }
    if (model_edge) ++log_.edges[*model_edge].model;
    if (subject_edge) ++log_.edges[*subject_edge].subject;
    add_apart(arc, model_edge, subject_edge, Whose::subject);
    add_apart(arc, subject_edge, model_edge, Whose::model);
  }

  void add_apart(std::uint32_t arc, const std::optional<EdgeKey>& edge,
                 const std::optional<EdgeKey>& other, Whose whose) {
    if (!edge) return;
    EdgeRecord& record = log_.edges[*edge];
    if (record.apart++ == 0) record.nearest.reset();
    if (note(record.nearest, arc)) record.instead = other ? other->name() : stands_still(whose);
  }

  /// That nothing changes, and what is answered then.
  [[nodiscard]] std::string stands_still(Whose whose) const {
    const std::string text = "nothing changes";
    if (walker_->last_call() == nullptr) return text;
    const std::optional<model::Outcome> answer =
        whose == Whose::subject
            ? walker_->last_answer()
            : model::step(model_before_, {walker_->now(), *walker_->last_call()}).outcome;
    if (!answer) return text + ", unanswered";
    if (*answer) return text + ", accepted";
    return text + ", refused as " + std::string(model::word(answer->error()));
  }

  /// Returns: whether this place is the nearest so far.
  bool note(std::optional<Place>& nearest, std::uint32_t arc) {
    const std::uint32_t calls = detours_.calls_to(course_.arcs()[arc].from);
    if (nearest && nearest->calls <= calls) return false;
    Past first = nearest ? std::move(nearest->first) : Past{.course = number_, .arcs = history_};
    nearest = {.course = number_, .arc = arc, .calls = calls, .first = std::move(first)};
    return true;
  }

  const Course& course_;
  std::size_t number_;
  const ObserveOptions& options_;
  const MakeSubject& make_;
  Log& log_;
  Eye eye_;
  Detours detours_;
  std::vector<bool> is_done_;
  std::unique_ptr<Subject> subject_;
  std::optional<Walker> walker_;
  model::Snapshot before_;
  model::State model_before_;
  std::vector<std::uint32_t> history_;  // since the repository was empty
  std::vector<std::uint32_t> walk_;     // since the subject was new
  std::uint32_t at_ = 0;
  bool is_walking_ = false;
};

}  // namespace

// The ids of the world are named by calls before the one that was complained of.
traces::Violation violation_in_world(const WalkBounds& bounds, const model::Operation& operation,
                                     traces::Verdict verdict) {
  traces::Trace trace;
  const auto add = [&trace](model::Operation called) {
    trace.steps.push_back(
        {.number = trace.steps.size() + 1,
         .true_time = {},
         .what = traces::Call{
             .actor = "conform", .actor_clock = {}, .action = {.now = {}, .operation = called}}});
  };
  for (int i = 0; i < bounds.workers; ++i) {
    add(model::UpsertLease{
        .attempt_id = {}, .worker_id = "w" + std::to_string(i + 1), .lease_expires_at = {}});
  }
  for (int i = 0; i < bounds.attempts; ++i) add(model::GetAttempt{graph::attempt_id(i)});
  add(model::GetLease{graph::never_issued});
  add(operation);
  verdict.first_bad = trace.steps.size();
  return traces::violation_of(trace, verdict);
}

std::expected<Walked, std::string> walk_all(const ObserveOptions& options,
                                            const MakeSubject& make) {
  auto first = make();
  if (!first) return std::unexpected(first.error().message);
  const Profile profile = (*first)->profile();
  auto courses = plan_courses(options.workers, options.attempts, profile);
  if (!courses) return std::unexpected(courses.error());
  first->reset();
  Walked walked{.profile = profile, .courses = *std::move(courses), .log = {}};
  for (const Course& course : walked.courses) {
    walked.log.transitions +=
        static_cast<std::uint64_t>(std::ranges::count(course.arcs(), 1U, &graph::TourArc::cost));
  }
  for (std::size_t i = 0; i < walked.courses.size(); ++i) {
    auto done = Expedition(walked.courses[i], i, options, make, walked.log).run();
    if (!done) return std::unexpected(done.error());
    if (walked.log.verdict.result == traces::Result::broken) break;
    if (walked.log.verdict.result == traces::Result::inconclusive) break;
  }
  return walked;
}

std::optional<traces::Trace> witness_of(
    const Walked& walked, const Place& place, const MakeSubject& make, const WalkBounds& bounds,
    const std::function<bool(const traces::Trace&)>& is_wanted) {
  const Past shortest{.course = place.course,
                      .arcs = walked.courses[place.course].way_to(place.arc)};
  for (const Past& past : {shortest, place.first}) {
    auto subject = make();
    if (!subject) return std::nullopt;
    traces::Trace trace = recorded_walk(walked.courses[past.course], past.arcs, **subject, bounds);
    if (is_wanted(trace)) return trace;
  }
  return std::nullopt;
}

}  // namespace leasecheck::sim
