#include "sim/defects/deployment/deployment_mutants.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <set>
#include <utility>
#include <vector>

namespace leasecheck::mutants {
namespace {

using sim::Acknowledgements;
using sim::Actors;
using sim::Claims;
using sim::Context;
using sim::Plan;
using sim::Reaper;
using sim::Renewals;
using sim::Worker;

constexpr auto is_refused = [](const auto& answer) { return !answer.has_value(); };

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
    calls().send("expire_leases_and_requeue",
                 [now = clock_shows()](lease::WorkerRepository& repository) {
                   static_cast<void>(repository.expire_leases_and_requeue(now));
                 });
    Worker::resume();
  }
};

/// Keeps leases that its core does not know of, or no more.
class KeepsLeases : public Worker {
 public:
  using Worker::Worker;

 protected:
  void keep(const lease::LeaseId& lease_id) {
    calls().send("heartbeat_lease",
                 [lease_id, now = clock_shows(),
                  until = clock_shows() + plan().ttl](lease::WorkerRepository& repository) {
                   static_cast<void>(repository.heartbeat_lease(lease_id, now, until));
                 });
    process().later(plan().ttl / 3, [this, lease_id] { keep(lease_id); });
  }
};

// Whoever asks the repository whether the worker of this name is alive is told that it is, and the
// attempts stay with it for ever.
class RenewsPreviousIncarnation final : public KeepsLeases {
 public:
  using KeepsLeases::KeepsLeases;

  void start() override {
    Worker::start();
    for (const lease::LeaseId& lease_id : of_earlier_lives_) keep(lease_id);
  }

 private:
  void stop() override {
    for (const auto& [lease_id, job] : jobs()) of_earlier_lives_.insert(lease_id);
    Worker::stop();
  }

  void rename() override {
    of_earlier_lives_.clear();
    Worker::rename();
  }

  std::set<lease::LeaseId> of_earlier_lives_;
};

class StartsOver final : public Worker {
 public:
  using Worker::Worker;

 private:
  void claimed(const Claims& answer) override {
    if (!has_lost_ || !answer) return Worker::claimed(answer);
    for (const lease::Claim& claim : *answer) release(claim.lease.lease_id);
    Worker::claimed({});
  }

  void heartbeaten(const lease::HeartbeatRequest& request, const Renewals& answer) override {
    has_lost_ = has_lost_ || (answer && std::ranges::any_of(*answer, is_refused));
    Worker::heartbeaten(request, answer);
  }

  void told_stale(const lease::LeaseId& lease_id) override {
    has_lost_ = true;
    Worker::told_stale(lease_id);
  }

  void stop() override {
    has_lost_ = false;
    Worker::stop();
  }

  bool has_lost_ = false;
};

// What its core would not let pass: each of the following is a mistake that `WorkerCore` does not
// make, put between it and its process.

/// Believes in leases until a time of its own, and lets their jobs go on until then.
class BelievesByItself : public Worker {
 public:
  using Worker::Worker;

 protected:
  void believe(const lease::LeaseId& lease_id, model::Time until) { until_[lease_id] = until; }
  void believe_no_more(const lease::LeaseId& lease_id) { until_.erase(lease_id); }

  void told_stale(const lease::LeaseId& lease_id) override {
    believe_no_more(lease_id);
    Worker::told_stale(lease_id);
  }

  [[nodiscard]] bool believes(const lease::LeaseId& lease_id) const override {
    const auto until = until_.find(lease_id);
    return Worker::believes(lease_id) || (until != until_.end() && clock_shows() < until->second);
  }

 private:
  void ask_to_stop(const lease::LeaseId& lease_id) override {
    if (!until_.contains(lease_id)) Worker::ask_to_stop(lease_id);
  }

  std::map<lease::LeaseId, model::Time> until_;
};

class CountsFromTheAnswer final : public BelievesByItself {
 public:
  using BelievesByItself::BelievesByItself;

 private:
  void claimed(const Claims& answer) override {
    Worker::claimed(answer);
    if (!answer) return;
    for (const lease::Claim& claim : *answer) {
      believe(claim.lease.lease_id, clock_shows() + plan().ttl);
    }
  }

  void heartbeaten(const lease::HeartbeatRequest& request, const Renewals& answer) override {
    Worker::heartbeaten(request, answer);
    for (std::size_t i = 0; answer && i < answer->size(); ++i) {
      const lease::LeaseId& lease_id = request.heartbeats[i].holder.lease_id;
      is_refused((*answer)[i]) ? believe_no_more(lease_id)
                               : believe(lease_id, clock_shows() + plan().ttl);
    }
  }
};

class TakesHeartbeatsForAnswered final : public BelievesByItself {
 public:
  using BelievesByItself::BelievesByItself;

 private:
  void heartbeaten(const lease::HeartbeatRequest& request, const Renewals& answer) override {
    Worker::heartbeaten(request, answer);
    for (const lease::LeaseHeartbeat& sent : request.heartbeats) {
      answer ? believe_no_more(sent.holder.lease_id)
             : believe(sent.holder.lease_id, sent.heartbeat.lease_expires_at);
    }
  }
};

class WorksOnWhatIsStale final : public BelievesByItself {
 public:
  using BelievesByItself::BelievesByItself;

 private:
  void heartbeaten(const lease::HeartbeatRequest& request, const Renewals& answer) override {
    Worker::heartbeaten(request, answer);
    for (std::size_t i = 0; answer && i < answer->size(); ++i) {
      if (!is_refused((*answer)[i])) continue;
      believe(request.heartbeats[i].holder.lease_id, model::end_of_time);
    }
  }

  void told_stale(const lease::LeaseId& lease_id) override {
    believe(lease_id, model::end_of_time);
    Worker::told_stale(lease_id);
  }
};

class AsksAgainForWhatIsStale final : public Worker {
 public:
  using Worker::Worker;

 private:
  void heartbeaten(const lease::HeartbeatRequest& request, const Renewals& answer) override {
    const lease::Error again(lease::ErrorCode::unavailable, "to be tried again");
    const bool is_any_refused = answer && std::ranges::any_of(*answer, is_refused);
    Worker::heartbeaten(request, is_any_refused ? std::unexpected(again) : answer);
  }

  void told_stale(const lease::LeaseId&) override {}
};

class StartsLateGrants final : public BelievesByItself {
 public:
  using BelievesByItself::BelievesByItself;

 private:
  void claimed(const Claims& answer) override {
    if (!answer) return Worker::claimed(answer);
    std::vector<lease::Claim> in_time;
    for (const lease::Claim& claim : *answer) {
      if (clock_shows() < claim.lease.lease_expires_at) {
        in_time.push_back(claim);
      } else {
        believe(claim.lease.lease_id, clock_shows() + plan().ttl);
        begin(claim);
      }
    }
    Worker::claimed(in_time);
  }
};

// Nothing ends: neither the attempt, for which nobody has the answer, nor its lease.
class ForgetsUnansweredAcks final : public KeepsLeases {
 public:
  using KeepsLeases::KeepsLeases;

 private:
  void acknowledged(const lease::AckRequest& request, const Acknowledgements& answer) override {
    Worker::acknowledged(request, Acknowledgements{});
    if (answer) return;
    for (const lease::AttemptAck& ack : request.acks) keep(ack.holder.lease_id);
  }
};

class WaitsForALostAnswer final : public Worker {
 public:
  using Worker::Worker;

 private:
  void claimed(const Claims& answer) override {
    if (answer) Worker::claimed(answer);
  }
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
      replace_workers<StartsOver>},
     {"worker_counts_from_the_answer", "rule 18",
      "a worker believes for the time to live after an answer arrives, however long that took",
      "no_work_without_belief", replace_workers<CountsFromTheAnswer>},
     {"worker_takes_heartbeats_for_answered", "rule 18",
      "a worker believes that a heartbeat has kept its lease although no answer came",
      "no_work_without_belief", replace_workers<TakesHeartbeatsForAnswered>},
     {"worker_works_on_what_is_stale", "B36", "a worker whose heartbeat is refused goes on working",
      "no_work_without_belief", replace_workers<WorksOnWhatIsStale>},
     {"worker_asks_again_for_what_is_stale", "B36",
      "a worker takes the refusal of its heartbeat for a failure and tries again",
      "no_work_without_belief", replace_workers<AsksAgainForWhatIsStale>},
     {"worker_starts_late_grants", "B08",
      "a worker begins work that was granted so long ago that the lease is over",
      "no_work_without_belief", replace_workers<StartsLateGrants>},
     {"worker_forgets_unanswered_acks", "B70",
      "a worker whose ack was not answered does not repeat it, and keeps the lease", "progress",
      replace_workers<ForgetsUnansweredAcks>},
     {"worker_waits_for_a_lost_answer", "rule 24",
      "a worker whose claim was not answered waits for the answer for ever", "progress",
      replace_workers<WaitsForALostAnswer>}});

}  // namespace

std::span<const DeploymentMutant> deployment_mutants() {
  return mutants;
}

}  // namespace leasecheck::mutants
