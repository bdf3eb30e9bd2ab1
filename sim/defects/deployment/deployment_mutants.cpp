#include "sim/defects/deployment/deployment_mutants.hpp"

#include <array>
#include <memory>
#include <set>
#include <utility>
#include <vector>

namespace leasecheck::mutants {
namespace {

using sim::Actors;
using sim::Context;
using sim::Plan;
using sim::Reaper;
using sim::Worker;

class ActsOnStaleRead final : public Reaper {
 public:
  using Reaper::Reaper;

 private:
  // Between the read and the release the holder may have sent a heartbeat.
  void reap() override {
    if (stays()) return Reaper::reap();
    const model::Time now = clock_shows();
    for (const model::ReleaseLease& release : std::exchange(seen_stale_, {})) {
      static_cast<void>(context().referee.operate(
          {.actor = "reaper", .clock = now},
          {.now = context().repository_clock.shows(), .operation = release}));
    }
    for (const auto& [id, attempt] : context().referee.model_state().attempts) {
      if (!attempt.lease || attempt.lease->expires_at >= now - context().plan.grace) continue;
      seen_stale_.push_back({attempt.lease->lease_id, attempt.lease->worker_id});
    }
  }

  std::vector<model::ReleaseLease> seen_stale_;
};

class ReapsItself final : public Worker {
 public:
  using Worker::Worker;

 private:
  void resume() override {
    send(model::ExpireLeasesAndRequeue{clock_shows()});
    Worker::resume();
  }
};

// Whoever asks the repository whether the worker of this name is alive is told that it is, and the
// attempts stay with it for ever.
class RenewsPreviousIncarnation final : public Worker {
 public:
  using Worker::Worker;

  void start() override {
    Worker::start();
    if (!of_earlier_lives_.empty()) renew();
  }

 private:
  void stop() override {
    for (const auto& [lease_id, work] : works()) of_earlier_lives_.insert(lease_id);
    Worker::stop();
  }

  void rename() override {
    of_earlier_lives_.clear();
    Worker::rename();
  }

  void renew() {
    later(plan().heartbeat_period, [this] { renew(); });
    for (const model::Id& lease_id : of_earlier_lives_) {
      const model::Time now = clock_shows();
      send(model::HeartbeatLease{
          .lease_id = lease_id, .heartbeat_at = now, .lease_expires_at = now + plan().ttl});
    }
  }

  std::set<model::Id> of_earlier_lives_;
};

class StartsOver final : public Worker {
 public:
  using Worker::Worker;

 private:
  void take(const model::LeaseRecord& lease, std::uint64_t grant) override {
    if (has_lost_) return give_back(lease.lease_id);
    Worker::take(lease, grant);
  }

  void lose(const model::Id& lease_id) override {
    has_lost_ = has_lost_ || works().contains(lease_id);
    Worker::lose(lease_id);
  }

  void stop() override {
    has_lost_ = false;
    Worker::stop();
  }

  bool has_lost_ = false;
};

template <typename Defective>
void replace_workers(Plan&, Actors& actors) {
  actors.make_worker = [](model::Id id, model::ClockError clock, Context context) {
    return std::make_unique<Defective>(std::move(id), clock, context);
  };
}

void make_reapers_act_on_stale_reads(Plan&, Actors& actors) {
  actors.make_reaper = [](model::Id id, model::ClockError clock, Context context) {
    return std::make_unique<ActsOnStaleRead>(std::move(id), clock, context, context.plan.grace);
  };
}

void make_reapers_forget_grace(Plan&, Actors& actors) {
  actors.make_reaper = [](model::Id id, model::ClockError clock, Context context) {
    return std::make_unique<Reaper>(std::move(id), clock, context, model::Duration{0});
  };
}

// More than any margin of this plan.
model::Duration far_off(const Plan& plan) {
  return 2 * plan.ttl + 2 * plan.grace;
}

void put_reaper_clocks_forward(Plan& plan, Actors&) {
  for (model::ClockError& clock : plan.reaper_clocks) clock.offset += far_off(plan);
}

void put_worker_clocks_back(Plan& plan, Actors&) {
  for (model::ClockError& clock : plan.worker_clocks) clock.offset -= far_off(plan);
}

constexpr auto mutants = std::to_array<DeploymentMutant>(
    {{"reaper_forgets_grace", "B16",
      "a reaper asks for what has expired by now, whatever the grace window", "requeue_after_grace",
      make_reapers_forget_grace},
     {"reaper_clock_jumps", "B21", "a reaper's clock is further ahead than the margin allows",
      "no_double_belief", put_reaper_clocks_forward},
     {"worker_clock_lags", "B22", "a worker's clock is further behind than the margin allows",
      "no_double_belief", put_worker_clocks_back},
     {"reaper_acts_on_stale_read", "B42",
      "a reaper frees, in the holders' names, what it saw stale a tick ago", "no_double_belief",
      make_reapers_act_on_stale_reads},
     {"worker_reaps_itself", "B48",
      "a worker that was suspended reaps by its own clock, its own lease with it",
      "requeue_after_grace", replace_workers<ReapsItself>},
     {"worker_renews_previous_incarnation", "B07",
      "a worker that came back under its old name renews what it held before", "progress",
      replace_workers<RenewsPreviousIncarnation>},
     {"worker_starts_over", "B116",
      "a worker that has lost a lease gives back whatever it gets and asks again", "progress",
      replace_workers<StartsOver>}});

}  // namespace

std::span<const DeploymentMutant> deployment_mutants() {
  return mutants;
}

}  // namespace leasecheck::mutants
