#include "sim/conformance/random_baseline.hpp"

#include <utility>

#include "sim/random.hpp"

namespace leasecheck::sim {
namespace {

using model::Duration;
using model::Operation;
using model::Time;

constexpr int operations_in_a_run = 50;
constexpr Duration longest{60'000};

class Draw {
 public:
  explicit Draw(std::uint64_t seed) : draw_(seed, "plain") {}

  Time time() { return model::at_ms(0) + duration(); }

  Operation operation() {
    switch (draw_.below(20)) {
      case 0:
        return model::EnqueueAttempt{spec()};
      case 1:
        return model::ListDispatchableAttempts{time(), draw_.below(4)};
      case 2:
        return model::UpsertLease{attempt(), worker(), time()};
      case 3:
        return model::HeartbeatLease{lease(), time(), time()};
      case 4:
        return model::HeartbeatLeaseWithVersion{lease(), worker(), draw_.below(5), time(), time()};
      case 5:
        return model::ExpireLeasesAndRequeue{time()};
      case 6:
        return model::TransitionTimedOutAttempts{time()};
      case 7:
        return model::StartAttempt{lease(), worker()};
      case 8:
        return model::ReleaseLease{lease(), worker()};
      case 9:
        return model::AckAttempt{lease(), worker(), static_cast<model::AckOutcome>(draw_.below(3))};
      case 10:
        return model::AppendRunEvent{lease(), worker(), "kind", "1"};
      case 11:
        return model::CancelAttempt{attempt()};
      case 12:
        return model::ReplayDeadLetter{attempt()};
      default:
        return reading();
    }
  }

 private:
  Operation reading() {
    switch (draw_.below(8)) {
      case 0:
        return model::ListDeadLetters{draw_.below(4)};
      case 1:
        return model::GetAttempt{attempt()};
      case 2:
        return model::GetLease{lease()};
      case 3:
        return model::GetLeaseForAttempt{attempt()};
      case 4:
        return model::QueueDepth{time()};
      case 5:
        return model::CountByStatus{};
      case 6:
        return model::LatestSeqForRun{run()};
      default:
        return model::ListRunEvents{run(), draw_.below(3), draw_.below(4)};
    }
  }

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

  Duration duration() { return draw_.between(Duration{0}, longest); }
  model::Id attempt() { return "a" + std::to_string(1 + draw_.below(3)); }
  model::Id run() { return "r" + std::to_string(1 + draw_.below(2)); }
  model::Id worker() { return "w" + std::to_string(1 + draw_.below(2)); }
  model::Id lease() { return "L" + std::to_string(1 + draw_.below(4)); }

  Stream draw_;
};

}  // namespace

RunResult plain_run(std::uint64_t seed, Subject& subject) {
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
