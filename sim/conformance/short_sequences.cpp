#include "sim/conformance/short_sequences.hpp"

#include <limits>
#include <map>
#include <utility>
#include <vector>

#include "leasecheck/spec/step.hpp"
#include "traces/digest.hpp"

namespace leasecheck::sim {
namespace {

using model::Action;
using model::Duration;
using model::Operation;
using model::Time;

constexpr Time beginning = model::at_ms(1000);
const model::Id attempt_id = "a1";
const model::Id run_id = "r1";

// Between them they take every way out of every status: a retry and a timeout that retries; a limit
// of deliveries and a timeout that fails; a start in the future and a timeout that cancels.
std::vector<model::AttemptSpec> specs() {
  std::vector<model::AttemptSpec> all(3);
  for (model::AttemptSpec& spec : all) {
    spec.attempt_id = attempt_id;
    spec.run_id = run_id;
    spec.timeout = Duration{3};
  }
  all[0].retry_policy = model::RetryPolicy{.strategy = model::BackoffStrategy::exponential,
                                           .backoff = Duration{1},
                                           .max_backoff = Duration{2},
                                           .multiplier = 3,
                                           .max_retries = 1};
  all[1].on_timeout = model::OnTimeout::fail;
  all[1].max_deliveries = 1;
  all[1].priority = -1;
  all[2].on_timeout = model::OnTimeout::cancel;
  all[2].not_before = beginning + Duration{1};
  all[2].tenant_id = "t1";
  return all;
}

/// What can be asked in a state at a time.
class Alphabet {
 public:
  Alphabet(const ExhaustiveOptions& options, const model::State& state, Time now)
      : options_(options), state_(state), now_(now) {}

  std::vector<Operation> operations() {
    for (const model::AttemptSpec& spec : specs()) add(model::EnqueueAttempt{.spec = spec});
    add_claims();
    for (const model::Id& lease_id : leases()) {
      add_heartbeats(lease_id);
      for (const char* worker : {"w1", "w2"}) add_holders_calls(lease_id, worker);
    }
    add_tables();
    add_questions();
    return std::move(operations_);
  }

 private:
  void add(Operation operation) { operations_.push_back(std::move(operation)); }

  // The last two leases that were issued, which may be current or past, and one that never was.
  [[nodiscard]] std::vector<model::Id> leases() const {
    std::vector<model::Id> ids;
    const std::uint64_t last = state_.leases_issued;
    for (std::uint64_t n = last > 0 ? last - 1 : 0; n <= last + 1; ++n) {
      if (n > 0) ids.push_back("L" + std::to_string(n));
    }
    return ids;
  }

  void add_claims() {
    for (const char* worker : {"w1", "w2"}) {
      add(model::UpsertLease{
          .attempt_id = attempt_id, .worker_id = worker, .lease_expires_at = now_ + options_.ttl});
    }
    add(model::UpsertLease{.attempt_id = attempt_id, .worker_id = "w1", .lease_expires_at = now_});
    add(model::UpsertLease{
        .attempt_id = "none", .worker_id = "w1", .lease_expires_at = now_ + options_.ttl});
  }

  void add_heartbeats(const model::Id& lease_id) {
    for (const Duration longer : {Duration{0}, options_.ttl}) {
      add(model::HeartbeatLease{.lease_id = lease_id,
                                .heartbeat_at = now_ - Duration{1} + longer,
                                .lease_expires_at = now_ + longer});
    }
    const auto attempt = state_.attempts.find(attempt_id);
    const std::uint64_t version = attempt == state_.attempts.end() ? 0 : attempt->second.version;
    for (const std::uint64_t expected : {version, version + 1}) {
      add(model::HeartbeatLeaseWithVersion{.lease_id = lease_id,
                                           .worker_id = "w1",
                                           .expected_version = expected,
                                           .heartbeat_at = now_,
                                           .lease_expires_at = now_ + options_.ttl});
    }
  }

  void add_holders_calls(const model::Id& lease_id, const model::Id& worker_id) {
    add(model::StartAttempt{.lease_id = lease_id, .worker_id = worker_id});
    add(model::ReleaseLease{.lease_id = lease_id, .worker_id = worker_id});
    for (const auto outcome :
         {model::AckOutcome::completed, model::AckOutcome::failed, model::AckOutcome::cancelled}) {
      add(model::AckAttempt{.lease_id = lease_id, .worker_id = worker_id, .outcome = outcome});
    }
    add(model::AppendRunEvent{
        .lease_id = lease_id, .worker_id = worker_id, .kind = "note", .payload = "[1]"});
  }

  void add_tables() {
    add(model::ExpireLeasesAndRequeue{.stale_before = now_ - options_.grace});
    add(model::TransitionTimedOutAttempts{.at = now_});
    add(model::CancelAttempt{.attempt_id = attempt_id});
    add(model::ReplayDeadLetter{.attempt_id = attempt_id});
  }

  void add_questions() {
    constexpr std::uint64_t no_limit = std::numeric_limits<std::uint64_t>::max();
    for (const std::uint64_t limit : {std::uint64_t{0}, std::uint64_t{1}, no_limit}) {
      add(model::ListDispatchableAttempts{.at = now_, .limit = limit});
    }
    add(model::LatestSeqForRun{.run_id = run_id});
    add(model::ListDeadLetters{.limit = no_limit});
    add(model::GetAttempt{.attempt_id = attempt_id});
    add(model::GetLeaseForAttempt{.attempt_id = attempt_id});
    add(model::QueueDepth{.at = now_});
    add(model::CountByStatus{});
    add(model::ListRunEvents{.run_id = run_id, .after = 0, .limit = no_limit});
  }

  const ExhaustiveOptions& options_;
  const model::State& state_;
  Time now_;
  std::vector<Operation> operations_;
};

/// A state of the model at a time, and how to get there.
struct Place {
  model::State state;
  Time now = beginning;
  std::vector<Action> path;  ///< operations that changed something, from the empty repository
};

/// Remembers places by value; the digest only finds the few that may be equal.
class Visited {
 public:
  /// Returns: whether the place is new.
  bool insert(const Place& place) {
    auto& alike = by_digest_[traces::digest(model::snapshot(place.state))];
    for (const auto& [state, now] : alike) {
      if (now == place.now && state == place.state) return false;
    }
    alike.emplace_back(place.state, place.now);
    ++size_;
    return true;
  }

  [[nodiscard]] std::uint64_t size() const { return size_; }

 private:
  std::map<std::uint64_t, std::vector<std::pair<model::State, Time>>> by_digest_;
  std::uint64_t size_ = 0;
};

class Search {
 public:
  Search(Subject& subject, const ExhaustiveOptions& options, Referee::StepSink sink)
      : options_(options),
        referee_(subject, {.epoch = beginning, .grace = options.grace, .skew_within_margin = true},
                 std::move(sink)) {}

  ExhaustiveResult run() {
    std::vector<Place> places(1);
    visited_.insert(places.front());
    for (std::size_t next = 0; next < places.size() && !referee_.is_over(); ++next) {
      const Place place = std::move(places[next]);
      explore(place, places);
    }
    return {.verdict = referee_.verdict(),
            .tally = referee_.tally(),
            .states = visited_.size(),
            .transitions = transitions_};
  }

 private:
  // What changes nothing is asked where the subject stands; what changes something is asked after
  // going back to the place by a reset and its path.
  void explore(const Place& place, std::vector<Place>& places) {
    go_to(place);
    for (Operation& operation : Alphabet(options_, place.state, place.now).operations()) {
      if (referee_.is_over()) return;
      const Action action{.now = place.now, .operation = std::move(operation)};
      ++transitions_;
      operate(action);
      if (model_state() == place.state) continue;
      Place reached{.state = model_state(), .now = place.now, .path = place.path};
      reached.path.push_back(action);
      remember(std::move(reached), places);
      go_to(place);
    }
    Place later = place;
    later.now += Duration{1};
    remember(std::move(later), places);
  }

  void remember(Place place, std::vector<Place>& places) {
    const bool is_within =
        place.path.size() <= options_.depth && place.now <= beginning + Duration{options_.waits};
    if (is_within && visited_.insert(place)) places.push_back(std::move(place));
  }

  // Lease ids go on counting over a reset, so the handles of the path are shifted by what was
  // issued before; in the model's eyes nothing else differs.
  void go_to(const Place& place) {
    operate({.now = beginning, .operation = model::Reset{}});
    base_ = referee_.model_state().leases_issued;
    for (const Action& action : place.path) operate(action);
  }

  void operate(Action action) {
    std::visit(
        [this](auto& operation) {
          if constexpr (requires { operation.lease_id; }) {
            operation.lease_id = shifted(operation.lease_id, base_);
          }
        },
        action.operation);
    static_cast<void>(referee_.operate({.actor = "client", .clock = action.now}, action));
  }

  static model::Id shifted(const model::Id& handle, std::uint64_t by) {
    return "L" + std::to_string(std::stoull(handle.substr(1)) + by);
  }

  // The referee's model as if nothing had been issued before the last reset.
  model::State model_state() const {
    model::State state = referee_.model_state();
    state.leases_issued -= base_;
    state.attempts_enqueued = state.attempts.size();
    state.attempt_of_lease.clear();
    for (auto& [id, attempt] : state.attempts) {
      attempt.enqueue_seq = 1;
      if (attempt.lease) {
        attempt.lease->lease_id = unshifted(attempt.lease->lease_id);
        state.attempt_of_lease.emplace(attempt.lease->lease_id, id);
      }
      if (attempt.last_ack) attempt.last_ack->lease_id = unshifted(attempt.last_ack->lease_id);
    }
    return state;
  }

  [[nodiscard]] model::Id unshifted(const model::Id& handle) const {
    return "L" + std::to_string(std::stoull(handle.substr(1)) - base_);
  }

  const ExhaustiveOptions& options_;
  Referee referee_;
  Visited visited_;
  std::uint64_t base_ = 0;
  std::uint64_t transitions_ = 0;
};

}  // namespace

ExhaustiveResult check_exhaustively(Subject& subject, const ExhaustiveOptions& options,
                                    Referee::StepSink sink) {
  return Search(subject, options, std::move(sink)).run();
}

traces::Head head_of(const ExhaustiveOptions& options, std::string backend) {
  return {
      .deployment = model::Deployment{.epoch = beginning, .grace = options.grace},
      .config = {{"depth", options.depth}, {"waits", options.waits}, {"ttl", options.ttl.count()}},
      .seed = 0,
      .origin = "check",
      .backend = std::move(backend),
      .exhibit = std::nullopt};
}

}  // namespace leasecheck::sim
