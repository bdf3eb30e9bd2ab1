#include "sim/storage/concurrent_stress.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "leasecheck/spec/step.hpp"
#include "properties/linearizability/linearizability.hpp"
#include "properties/storage_properties.hpp"
#include "sim/concurrency/stress_workload.hpp"
#include "sim/fnv1a.hpp"
#include "sim/random.hpp"
#include "sim/scheduler/task_scheduler.hpp"
#include "sim/storage/disk_fault_injector.hpp"
#include "traces/digest.hpp"

namespace leasecheck::sim {
namespace {

DiskFaults faults_of(std::uint64_t seed, const StressOptions& options) {
  Faults faults;
  faults.disk = draw_disk_faults(seed);
  if (options.faults) leave_only(faults, *options.faults);
  return faults.disk;
}

/// Calls of the disk in a round, about.
constexpr std::uint64_t expected_points = 300;

class ConcurrentStress {
 public:
  ConcurrentStress(std::uint64_t seed, const StressOptions& options, const OpenRepository& open)
      : seed_(seed),
        options_(options),
        open_(with_checkpoints(open, draw_checkpoint_pages(seed))),
        disk_(draw_device(seed), seed),
        injector_(disk_, faults_of(seed, options), seed),
        schedules_(seed, "schedules"),
        work_(seed, options.may_be_odd),
        databases_(options.processes) {}

  StressResult run() {
    for (std::uint32_t round = 1; round <= options_.rounds && held(); ++round) run_round(round);
    if (held()) demand_progress();
    result_.tally.add(injector_.faults());
    return std::move(result_);
  }

 private:
  [[nodiscard]] bool held() const { return result_.verdict.result == traces::Result::held; }

  void end(traces::Result result, properties::StorageProperty property, std::string message) {
    if (!held()) return;
    result_.verdict = {.result = result,
                       .property = std::string(name_of(property)),
                       .message = std::move(message),
                       .first_bad = 0};
  }

  void run_round(std::uint32_t round) {
    history_ = {};
    const auto strategy = draw_strategy(seed_, schedules_, expected_points);
    TaskScheduler scheduler(*strategy);
    work_.begin_round(round);
    for (std::size_t i = 0; i < databases_.size(); ++i) {
      scheduler.spawn([this, i] { run_process(i); });
    }
    injector_.set_scheduler(&scheduler);
    disk_.set_watcher(&injector_);
    scheduler.run();
    disk_.set_watcher(nullptr);
    result_.tally.disk_calls += scheduler.points();
    for (const TaskId task : scheduler.decisions()) digest_.add(std::uint64_t{task});
    if (held()) judge(round);
    ++result_.tally.rounds;
    result_.digests.push_back(digest_.value());
  }

  // One process of one round: it starts, if it is not up, and calls.
  void run_process(std::size_t index) {
    for (std::uint32_t i = 0; i < options_.operations && held(); ++i) {
      if (!databases_[index] && !start(index)) continue;
      call(index);
    }
  }

  bool start(std::size_t index) {
    const std::uint64_t deaths = injector_.deaths();
    auto opened = DatabaseProcess::open(disk_, ids_, open_);
    if (opened && !(*opened)->process().is_dead()) {
      databases_[index] = *std::move(opened);
      return true;
    }
    if (!opened && opened.error().code == lease::ErrorCode::corrupt &&
        deaths == injector_.deaths()) {
      end(traces::Result::violated, properties::StorageProperty::recovers, opened.error().message);
    }
    return false;
  }

  void call(std::size_t index) {
    DatabaseProcess& database = *databases_[index];
    const std::size_t number = history_.calls.size();
    history_.calls.push_back({.action = work_.draw(index),
                              .invoked = ++events_,
                              .returned = std::nullopt,
                              .outcome = std::nullopt,
                              .lease_ids = {}});
    const model::Action action = history_.calls[number].action;
    Reply reply = database.call(action);
    ++result_.tally.operations;
    properties::ConcurrentCall& recorded = history_.calls[number];
    recorded.lease_ids = database.drawn_leases();
    for (const model::Id& lease_id : recorded.lease_ids) work_.know_lease(lease_id, action);
    if (database.process().is_dead()) {
      databases_[index].reset();
    } else if (!reply.effect_unknown) {
      recorded.returned = ++events_;
      recorded.outcome = std::move(reply.outcome);
    }
    const std::string_view word = !recorded.outcome ? "unknown"
                                  : recorded.outcome->has_value()
                                      ? "ok"
                                      : model::word(recorded.outcome->error());
    ++result_.tally.at_once[std::string(word)];
    digest_.add(word);
  }

  // A process to which nothing happens writes once and reads everything. Its write takes the
  // place in the log of whatever a failed commit may have left there, so that no unknown outcome of
  // this round can come true in a later one.
  void judge(std::uint32_t round) {
    auto database = DatabaseProcess::open(disk_, ids_, open_);
    if (!database)
      return end(traces::Result::violated, properties::StorageProperty::recovers,
                 database.error().message);
    const model::Action barrier = work_.barrier_write(round);
    const std::uint64_t invoked = ++events_;
    const Reply reply = (*database)->call(barrier);
    if (!reply.outcome)
      return end(traces::Result::violated, properties::StorageProperty::recovers, reply.message);
    history_.calls.push_back({.action = barrier,
                              .invoked = invoked,
                              .returned = ++events_,
                              .outcome = reply.outcome,
                              .lease_ids = {}});
    const auto seen = (*database)->snapshot();
    if (!seen)
      return end(traces::Result::violated, properties::StorageProperty::recovers,
                 seen.error().message);
    history_.final_snapshot = *seen;
    digest_.add(traces::digest(*seen));
    auto explained = properties::explain(possible_, history_);
    const std::string where = "round " + std::to_string(round);
    if (explained.verdict == properties::Linearizability::gave_up) {
      return end(traces::Result::inconclusive, properties::StorageProperty::linearizable,
                 where + ": too many orders");
    }
    if (explained.verdict == properties::Linearizability::not_linearizable) {
      return end(traces::Result::violated, properties::StorageProperty::linearizable,
                 where + ": no order of its " + std::to_string(history_.calls.size()) +
                     " operations explains their answers and what is stored");
    }
    possible_ = std::move(explained.states);
  }

  // Rule 24. One process is left and nothing fails. Each tick is later than every expiry, timeout
  // and backoff that a round can have set, so the first one frees every attempt, and the second one
  // finds every attempt dispatchable that is not terminal and completes it.
  void demand_progress() {
    for (auto& database : databases_) database.reset();
    auto database = DatabaseProcess::open(disk_, ids_, open_);
    if (!database)
      return end(traces::Result::violated, properties::StorageProperty::progress,
                 database.error().message);
    constexpr std::uint32_t ticks = 2;
    for (std::uint32_t tick = 1; tick <= ticks; ++tick) {
      const model::Time now = work_.after_all_rounds(tick);
      for (const model::Operation& operation :
           {model::Operation(model::TransitionTimedOutAttempts{now}),
            model::Operation(model::ExpireLeasesAndRequeue{now})}) {
        const Reply reply = (*database)->call({now, operation});
        if (!reply.outcome)
          return end(traces::Result::violated, properties::StorageProperty::progress,
                     reply.message);
      }
      if (!complete_all(**database, now)) return;
    }
    const auto left = (*database)->snapshot();
    if (!left)
      return end(traces::Result::violated, properties::StorageProperty::progress,
                 left.error().message);
    for (const model::AttemptRecord& attempt : left->attempts) {
      if (model::is_terminal(attempt.status)) continue;
      return end(traces::Result::violated, properties::StorageProperty::progress,
                 attempt.attempt_id + " is still " + std::string(model::word(attempt.status)));
    }
  }

  bool complete_all(DatabaseProcess& database, model::Time now) {
    const Reply listed = database.call({now, model::ListDispatchableAttempts{now, 1000}});
    if (!listed.outcome) {
      end(traces::Result::violated, properties::StorageProperty::progress, listed.message);
      return false;
    }
    for (const auto& record : std::get<std::vector<model::DispatchRecord>>(*listed.outcome)) {
      const model::Time expiry = model::saturating_add(now, model::Duration(1000));
      const Reply claimed =
          database.call({now, model::UpsertLease{record.attempt_id, "last", expiry}});
      const Reply acked =
          claimed.outcome
              ? database.call({now, model::AckAttempt{database.drawn_leases().back(), "last",
                                                      model::AckOutcome::completed}})
              : claimed;
      if (acked.outcome) continue;
      end(traces::Result::violated, properties::StorageProperty::progress,
          record.attempt_id + ": " + acked.message);
      return false;
    }
    return true;
  }

  std::uint64_t seed_;
  StressOptions options_;
  OpenRepository open_;
  StressResult result_;
  Disk disk_;
  SharedLeaseIds ids_;
  DiskFaultInjector injector_;
  Stream schedules_;
  StressWorkload work_;
  Fnv1a digest_;
  std::vector<model::State> possible_{model::State{}};
  properties::History history_;
  std::uint64_t events_ = 0;
  std::vector<std::unique_ptr<DatabaseProcess>> databases_;  // end before their disk
};

}  // namespace

StressResult run_stress(std::uint64_t seed, const StressOptions& options,
                        const OpenRepository& open) {
  return ConcurrentStress(seed, options, open).run();
}

}  // namespace leasecheck::sim
