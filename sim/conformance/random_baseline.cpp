#include "sim/conformance/random_baseline.hpp"

#include <string>

#include "leasecheck/spec/alphabet.hpp"
#include "sim/random.hpp"

namespace leasecheck::sim {
namespace {

using model::Duration;
using model::Operation;
using model::Time;

constexpr int operations_in_a_run = 50;
constexpr Duration longest{60'000};

using Calls = model::OperationKinds<
    model::EnqueueAttempt, model::ListDispatchableAttempts, model::UpsertLease,
    model::HeartbeatLease, model::HeartbeatLeaseWithVersion, model::ExpireLeasesAndRequeue,
    model::TransitionTimedOutAttempts, model::StartAttempt, model::ReleaseLease, model::AckAttempt,
    model::AppendRunEvent, model::CancelAttempt, model::ReplayDeadLetter, model::EnqueueAttempts,
    model::HeartbeatLeases, model::AckAttempts, model::ClaimAttempts, model::PruneAttempts>;
using Questions =
    model::OperationKinds<model::ListDeadLetters, model::GetAttempt, model::GetLease,
                          model::GetLeaseForAttempt, model::QueueDepth, model::CountByStatus,
                          model::LatestSeqForRun, model::ListRunEvents, model::ListAttempts>;
static_assert(Calls::count + Questions::count + 1 == model::AllOperations::count,
              "all operations but reset are drawn");

/// Draws arguments uniformly, knowing nothing of what they mean.
class Draw {
 public:
  explicit Draw(std::uint64_t seed) : draw_(seed, "plain") {}

  Operation operation() {
    const std::uint64_t kind = draw_.below(28);
    return kind < Calls::count ? Calls::choose(kind, *this)
                               : Questions::choose(draw_.below(Questions::count), *this);
  }

  Time time() { return model::at_ms(0) + duration(); }

  model::AttemptSpec spec() {
    model::AttemptSpec spec;
    spec.attempt_id = attempt();
    spec.run_id = run();
    spec.priority = static_cast<std::int32_t>(draw_.between(-1, 1));
    if (draw_.below(2) == 0) spec.not_before = time();
    if (draw_.below(2) == 0) spec.timeout = duration() + Duration{1};
    spec.on_timeout = static_cast<model::OnTimeout>(draw_.below(3));
    if (draw_.below(2) == 0) spec.max_deliveries = draw_.between(1, 3);
    if (draw_.below(2) == 0) {
      auto& policy = spec.retry_policy.emplace();
      policy.strategy = static_cast<model::BackoffStrategy>(draw_.below(2));
      policy.backoff = duration();
      if (draw_.below(2) == 0) policy.max_backoff = duration();
      policy.max_retries = draw_.between(0, 3);
    }
    return spec;
  }

  model::Id attempt() { return "a" + std::to_string(1 + draw_.below(3)); }
  model::Id claimed_attempt() { return attempt(); }
  model::Id run() { return "r" + std::to_string(1 + draw_.below(2)); }
  model::Id claimer() { return "w" + std::to_string(1 + draw_.below(2)); }
  model::Id holder() { return claimer(); }
  model::Id lease() { return "L" + std::to_string(1 + draw_.below(4)); }
  std::uint64_t version() { return draw_.below(5); }
  Time claim_expiry() { return time(); }
  Time heartbeat_at() { return time(); }
  Time heartbeat_expiry() { return time(); }
  Time stale_before() { return time(); }
  Time overdue_at() { return time(); }
  Time asked_at() { return time(); }
  model::AckOutcome outcome() { return static_cast<model::AckOutcome>(draw_.below(3)); }
  static model::Id kind() { return "kind"; }
  static std::string payload() { return "1"; }
  std::uint64_t after() { return draw_.below(3); }
  std::uint64_t limit() { return draw_.below(4); }
  std::uint64_t list_limit() { return limit(); }
  template <typename Choose>
  auto several(Choose choose) {
    std::vector<decltype(choose())> items;
    for (std::uint64_t left = draw_.below(4); left > 0; --left) items.push_back(choose());
    return items;
  }
  std::uint64_t claim_limit() { return limit(); }
  Duration lease_ttl() { return duration(); }
  Time finished_before() { return time(); }
  bool with_dead_letters() { return draw_.below(2) == 0; }
  std::optional<model::Status> status_filter() {
    return maybe([this] { return static_cast<model::Status>(draw_.below(model::status_count)); });
  }
  std::optional<model::Id> run_filter() {
    return maybe([this] { return run(); });
  }
  std::optional<model::Id> worker_filter() {
    return maybe([this] { return claimer(); });
  }
  static std::optional<model::Id> tenant_filter() { return std::nullopt; }
  std::optional<model::Id> page_after() {
    return maybe([this] { return attempt(); });
  }

 private:
  Duration duration() { return draw_.between(Duration{0}, longest); }
  template <typename Choose>
  std::optional<std::invoke_result_t<Choose>> maybe(Choose choose) {
    if (draw_.below(3) != 0) return std::nullopt;
    return choose();
  }

  Stream draw_;
};

}  // namespace

RunResult random_baseline_run(std::uint64_t seed, Subject& subject) {
  // Callers' clocks are far ahead: no time of these calls is theirs, and no grace window was kept.
  constexpr Time far_ahead = model::at_ms(0) + 10 * longest;
  Referee referee(subject, {.epoch = model::at_ms(0), .grace = {}, .skew_within_margin = false});
  Draw draw(seed);
  for (int i = 0; i < operations_in_a_run && !referee.is_over(); ++i) {
    const Time now = draw.time();
    static_cast<void>(referee.operate({.actor = "plain", .clock = far_ahead},
                                      {.now = now, .operation = draw.operation()}));
  }
  return {.verdict = referee.verdict(), .tally = referee.tally()};
}

}  // namespace leasecheck::sim
