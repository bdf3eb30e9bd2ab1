#include "sim/oracle/counterexample.hpp"

#include <map>
#include <utility>
#include <variant>

#include "model/system/stimuli.hpp"
#include "sim/oracle/replay.hpp"

namespace leasecheck::sim {
namespace {

// An hour after the epoch, so that a clock that is behind shows a time that exists.
constexpr model::Time epoch = model::at_ms(3'600'000);

traces::Head head_of(const system::Options& world, std::string origin) {
  return {.deployment = model::Deployment{.epoch = epoch, .grace = world.grace},
          .config = {{"workers", world.workers},
                     {"attempts", world.attempts},
                     {"ttl", world.ttl.count()},
                     {"heartbeat_period", world.heartbeat_period.count()},
                     {"timeout", world.timeout.count()},
                     {"backoff", world.backoff.count()},
                     {"skew", world.skew.count()}},
          .seed = 0,
          .origin = std::move(origin),
          .backend = {},
          .exhibit = std::nullopt};
}

class MutatedModel final : public Subject {
 public:
  explicit MutatedModel(system::Mutant mutant) : mutant_(mutant) {}

  [[nodiscard]] std::string name() const override {
    return "model with " + std::string(system::name_of(mutant_));
  }

  [[nodiscard]] std::expected<Reply, BrokenSubject> call(const model::Action& action) override {
    model::Outcome outcome = system::mutated_step(state_, action, mutant_, issued(action));
    if (const auto* claim = std::get_if<model::UpsertLease>(&action.operation); claim && outcome) {
      const auto& lease = std::get<model::LeaseRecord>(*outcome);
      issued_[lease.lease_id] = {claim->attempt_id, claim->worker_id};
    }
    const bool is_invalid = outcome == std::unexpected(model::ErrorCode::invalid_argument);
    return Reply{.outcome = std::move(outcome),
                 .message = {},
                 .clock_reads = model::reads_clock(action.operation) && !is_invalid ? 1U : 0U};
  }

  // A row that a mutant has lost is not there to be read: then the snapshot has none either.
  [[nodiscard]] std::expected<model::Snapshot, BrokenSubject> snapshot() override {
    return model::snapshot(state_);
  }

 private:
  [[nodiscard]] std::optional<system::Issued> issued(const model::Action& action) const {
    const model::Id* lease_id = nullptr;
    if (const auto* beat = std::get_if<model::HeartbeatLease>(&action.operation)) {
      lease_id = &beat->lease_id;
    } else if (const auto* ack = std::get_if<model::AckAttempt>(&action.operation)) {
      lease_id = &ack->lease_id;
    }
    const auto found = lease_id == nullptr ? issued_.end() : issued_.find(*lease_id);
    return found == issued_.end() ? std::nullopt : std::optional(found->second);
  }

  system::Mutant mutant_;
  model::State state_;
  std::map<model::Id, system::Issued> issued_;
};

}  // namespace

traces::Trace stimuli_trace(const system::Options& world, const system::State& initial,
                            const std::vector<system::Action>& actions, std::string origin) {
  traces::Trace trace;
  trace.head = head_of(world, std::move(origin));
  for (system::Stimulus& stimulus : system::stimuli_of(world, initial, actions, epoch)) {
    traces::Step step{.number = stimulus.number, .true_time = stimulus.true_time, .what = {}};
    if (auto* event = std::get_if<model::Environment>(&stimulus.what)) {
      step.what = std::move(*event);
    } else {
      auto& operated = std::get<system::Operated>(stimulus.what);
      step.what =
          traces::Call{std::move(operated.actor), operated.actor_clock, std::move(operated.action)};
    }
    trace.steps.push_back(std::move(step));
  }
  return trace;
}

std::expected<traces::Trace, std::string> played(traces::Trace stimuli, Subject& subject) {
  traces::Trace trace{.head = stimuli.head, .steps = {}, .verdict = {}};
  const auto keep = [&trace](const traces::Step& step) { trace.steps.push_back(step); };
  auto result = replay(stimuli, subject, keep);
  if (!result) return std::unexpected(result.error());
  trace.verdict = std::move(result->verdict);
  return trace;
}

std::unique_ptr<Subject> make_mutated_model_subject(system::Mutant mutant) {
  return std::make_unique<MutatedModel>(mutant);
}

}  // namespace leasecheck::sim
