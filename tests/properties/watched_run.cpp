#include "tests/properties/watched_run.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "leasecheck/spec/several.hpp"
#include "properties/support/singles.hpp"
#include "properties/support/snapshot_diff.hpp"

namespace leasecheck::tests {

WatchedRun::WatchedRun(const properties::Property& property,
                       const properties::Deployment& deployment)
    : WatchedRun(std::span(&property, 1), deployment) {}

WatchedRun::WatchedRun(std::span<const properties::Property> properties,
                       const properties::Deployment& deployment)
    : properties_(properties) {
  for (const properties::Property& property : properties) {
    watchers_.push_back(property.watch(deployment));
  }
}

Observation WatchedRun::observe(const model::Operation& operation, std::int64_t now_ms) {
  Observation seen;
  seen.step = ++step_;
  seen.true_time = seen.actor_clock = model::at_ms(now_ms);
  seen.action = {model::at_ms(now_ms), operation};
  seen.before = model::snapshot(state_);
  seen.expected_before = state_;
  model::Step taken = model::step(std::move(state_), seen.action);
  state_ = std::move(taken.state);
  seen.outcome = seen.expected = std::move(taken.outcome);
  seen.after = model::snapshot(state_);
  seen.expected_after = state_;
  seen.clock_reads = model::reads_clock(operation) ? 1 : 0;
  return seen;
}

std::string WatchedRun::show(const Observation& seen) {
  const auto changes = properties::changes_between(seen.before, seen.after);
  const properties::Operated operated{.step = seen.step,
                                      .true_time = seen.true_time,
                                      .actor = seen.actor,
                                      .actor_clock = seen.actor_clock,
                                      .action = seen.action,
                                      .outcome = seen.outcome,
                                      .expected = seen.expected,
                                      .before = seen.before,
                                      .after = seen.after,
                                      .changed = seen.before != seen.after,
                                      .expected_after = seen.expected_after,
                                      .changes = changes,
                                      .clock_reads = seen.clock_reads};
  std::string verdict = "held";
  const auto ask = [&](const properties::Operated& shown, auto is_asked) {
    for (std::size_t i = 0; i < watchers_.size(); ++i) {
      if (!is_asked(properties_[i])) continue;
      const auto complaint = watchers_[i]->after(shown);
      if (complaint && verdict == "held") verdict = *complaint;
    }
  };
  if (!model::has_singles(seen.action.operation)) {
    ask(operated, [](const auto&) { return true; });
    return verdict;
  }
  properties::each_single(operated, seen.expected_before, [&](const properties::Operated& single) {
    ask(single, [](const auto& property) { return !property.sees_several_as_one; });
  });
  ask(operated, [](const auto& property) { return property.sees_several_as_one; });
  return verdict;
}

std::string WatchedRun::show(const model::Environment& event, std::int64_t now_ms) {
  const properties::Happened happened{++step_, model::at_ms(now_ms), event};
  std::string verdict = "held";
  for (const auto& watcher : watchers_) {
    const auto complaint = watcher->after(happened);
    if (complaint && verdict == "held") verdict = *complaint;
  }
  return verdict;
}

std::string WatchedRun::operate(const model::Operation& operation, std::int64_t now_ms) {
  return show(observe(operation, now_ms));
}

model::LeaseRecord WatchedRun::claim(const model::Id& attempt_id, const model::Id& worker_id,
                                     std::int64_t now_ms, std::int64_t expires_at_ms) {
  Observation seen =
      observe(model::UpsertLease{attempt_id, worker_id, model::at_ms(expires_at_ms)}, now_ms);
  seen.actor = worker_id;
  if (const std::string verdict = show(seen); verdict != "held") throw std::logic_error(verdict);
  return std::get<model::LeaseRecord>(seen.outcome.value());
}

std::uint64_t WatchedRun::premises_reached(std::size_t property) const {
  return watchers_.at(property)->premises_reached();
}

model::EnqueueAttempt enqueue(const model::Id& attempt_id) {
  model::EnqueueAttempt operation;
  operation.spec.attempt_id = attempt_id;
  operation.spec.run_id = "r1";
  return operation;
}

model::AttemptRecord& attempt_in(model::Snapshot& snapshot, const model::Id& attempt_id) {
  const auto found =
      std::ranges::find(snapshot.attempts, attempt_id, &model::AttemptRecord::attempt_id);
  if (found == snapshot.attempts.end()) throw std::logic_error("no attempt " + attempt_id);
  return *found;
}

model::LeaseRecord& lease_in(model::Snapshot& snapshot, const model::Id& attempt_id) {
  const auto found =
      std::ranges::find(snapshot.leases, attempt_id, &model::LeaseRecord::attempt_id);
  if (found == snapshot.leases.end()) throw std::logic_error("no lease of " + attempt_id);
  return *found;
}

}  // namespace leasecheck::tests
