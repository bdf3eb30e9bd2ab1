// Workers, a reaper and a repository in virtual time: requests and answers take time and are lost.

#include <map>
#include <queue>
#include <random>
#include <set>

#include "lease/lease_manager.hpp"
#include "lease/memory.hpp"
#include "lease/worker_core.hpp"
#include "tests/impl/fixture.hpp"

namespace leasecheck::tests {
namespace {

using lease::AckOutcome;
using lease::Duration;

/// What happens at which time; of two at one time the one that was planned first.
class Timeline {
 public:
  void at(std::int64_t ms, std::function<void()> what) {
    events_.emplace(std::pair(std::max(ms, now_), ++planned_), std::move(what));
  }
  void after(std::int64_t ms, std::function<void()> what) { at(now_ + ms, std::move(what)); }
  [[nodiscard]] std::int64_t now() const { return now_; }
  [[nodiscard]] lease::Moment moment() const { return {tests::at(now_), Duration{now_}}; }

  /// Returns: whether there was anything to do up to `end`.
  bool step(std::int64_t end) {
    if (events_.empty() || events_.begin()->first.first > end) return false;
    const auto event = events_.extract(events_.begin());
    now_ = event.key().first;
    event.mapped()();
    return true;
  }

 private:
  std::int64_t now_ = 1'000'000;
  std::uint64_t planned_ = 0;
  std::map<std::pair<std::int64_t, std::uint64_t>, std::function<void()>> events_;
};

class TimelineClock final : public lease::Clock {
 public:
  explicit TimelineClock(const Timeline& timeline) : timeline_(timeline) {}
  [[nodiscard]] lease::Time now() override { return at(timeline_.now()); }

 private:
  const Timeline& timeline_;
};

struct World {
  explicit World(std::uint64_t seed) : random(seed) {}

  std::int64_t below(std::int64_t bound) {
    return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(bound));
  }
  bool fails(int percent) { return faults && below(100) < percent; }

  std::mt19937_64 random;
  bool faults = true;
  Timeline timeline;
  TimelineClock clock{timeline};
  lease::RandomIds ids;
  std::unique_ptr<lease::AttemptRepository> repository = lease::make_memory_repository(clock, ids);
};

constexpr std::int64_t ttl = 3000;

/// A worker's core in the world. Its jobs end when they are asked to, within the time that they
/// are given for it.
class SimulatedWorker {
 public:
  SimulatedWorker(World& world, const std::string& id, std::uint64_t concurrency)
      : world_(world),
        id_(id),
        concurrency_(concurrency),
        core_(value_of(lease::WorkerCore::make(
            {.worker_id = id_,
             .concurrency = concurrency,
             .lease_ttl = Duration{ttl},
             .poll_period = Duration{200}},
            [&world](Duration most) { return Duration{world.below(most.count() + 1)}; }))) {}

  void go_on() {
    for (const lease::WorkerAction& action : core_.next(world_.timeline.moment())) {
      std::visit([this](const auto& one) { carry_out(one); }, action);
    }
    EXPECT_LE(working_.size(), concurrency_) << id_.str();
    const auto wake = core_.wake_at(world_.timeline.moment());
    if (!wake) return;
    const std::uint64_t number = ++wakes_;
    world_.timeline.at(wake->count(), [this, number] {
      if (number == wakes_) go_on();
    });
  }

  void drain() {
    core_.drain();
    go_on();
  }
  [[nodiscard]] bool is_drained() const { return core_.is_drained(); }

  /// The attempts on which a job of it is at work.
  [[nodiscard]] std::multiset<std::string> working() const {
    std::multiset<std::string> attempts;
    for (const auto& [lease_id, claim] : working_) attempts.insert(claim.attempt.attempt_id.str());
    return attempts;
  }
  /// Those of them of which it does not believe any more that it may.
  [[nodiscard]] std::vector<std::string> without_right() const {
    std::vector<std::string> attempts;
    for (const auto& [lease_id, claim] : working_) {
      const bool may = core_.believes(lease_id, world_.timeline.moment());
      if (!may && !asked_to_stop_.contains(lease_id)) {
        attempts.push_back(claim.attempt.attempt_id.str());
      }
    }
    return attempts;
  }
  [[nodiscard]] std::uint64_t lost() const { return lost_; }

 private:
  /// Carries the call out some time from now and brings the answer some time later, unless it is
  /// lost on one of the two ways.
  template <typename Call, typename Done>
  void ask(Call call, Done done) {
    using Answer = decltype(call());
    const auto answer = [this, done](const Answer& what) {
      done(what);
      go_on();
    };
    world_.timeline.after(world_.below(40), [this, call, answer] {
      const auto later = world_.fails(5) ? world_.below(2 * ttl) : world_.below(40);
      if (world_.fails(8)) {
        world_.timeline.after(later, [answer] {
          answer(std::unexpected(lease::Error(lease::ErrorCode::unavailable, "lost")));
        });
        return;
      }
      Answer what = call();
      if (world_.fails(8)) {
        what = std::unexpected(
            lease::Error(lease::ErrorCode::unavailable, "lost", lease::Effect::unknown));
      }
      world_.timeline.after(later, [answer, what] { answer(what); });
    });
  }

  void carry_out(const lease::ClaimRequest& request) {
    ask(
        [this, limit = request.limit] {
          return world_.repository->claim_attempts(id_, limit, Duration{ttl});
        },
        [this](const auto& answer) { core_.claimed(answer, world_.timeline.moment()); });
  }
  void carry_out(const lease::HeartbeatRequest& request) {
    for (const auto& beat : request.heartbeats) {
      EXPECT_FALSE(stale_.contains(beat.holder.lease_id)) << "asked again after stale_lease";
    }
    ask([this, request] { return world_.repository->heartbeat_leases(request.heartbeats); },
        [this, request](const lease::Result<lease::Results<lease::LeaseRecord>>& answer) {
          for (std::size_t i = 0; answer && i < answer->size(); ++i) {
            if (!(*answer)[i]) stale_.insert(request.heartbeats[i].holder.lease_id);
          }
          core_.heartbeaten(request, answer, world_.timeline.moment());
        });
  }
  void carry_out(const lease::AckRequest& request) {
    ask(
        [this, request] {
          return world_.repository->ack_attempts(request.acks, at(world_.timeline.now()));
        },
        [this, request](const auto& answer) {
          core_.acknowledged(request, answer, world_.timeline.moment());
        });
  }
  void carry_out(const lease::ReadRequest&) {
    ask(
        [this]() -> lease::Result<std::vector<lease::LeaseRecord>> {
          std::vector<lease::LeaseRecord> own;
          for (auto& record : value_of(world_.repository->snapshot()).leases) {
            if (record.worker_id == id_) own.push_back(std::move(record));
          }
          return own;
        },
        [this](const auto& answer) { core_.read(answer, world_.timeline.moment()); });
  }
  void carry_out(const lease::ReleaseRequest& request) {
    EXPECT_FALSE(working_.contains(request.holder.lease_id)) << "gave back what it works on";
    static_cast<void>(world_.repository->release_lease(request.holder, at(world_.timeline.now())));
  }
  void carry_out(const lease::StartJob& start) {
    const lease::LeaseId lease_id = start.claim.lease.lease_id;
    working_.emplace(lease_id, start.claim);
    const auto work = world_.below(10) == 0 ? world_.below(4 * ttl) : world_.below(500);
    world_.timeline.after(work, [this, lease_id] { end(lease_id); });
  }
  void carry_out(const lease::StopJob& stop) {
    ++lost_;
    asked_to_stop_.insert(stop.lease_id);
    // A tenth of the time to live is left to it.
    world_.timeline.after(world_.below(ttl / 10),
                          [this, lease_id = stop.lease_id] { end(lease_id); });
  }

  void end(const lease::LeaseId& lease_id) {
    if (working_.erase(lease_id) == 0) return;
    core_.ended(lease_id, world_.below(8) == 0 ? AckOutcome::failed : AckOutcome::completed);
    go_on();
  }

  World& world_;
  lease::WorkerId id_;
  std::uint64_t concurrency_;
  lease::WorkerCore core_;
  std::map<lease::LeaseId, lease::Claim> working_;
  std::set<lease::LeaseId> asked_to_stop_;
  std::set<lease::LeaseId> stale_;
  std::uint64_t wakes_ = 0;
  std::uint64_t lost_ = 0;
};

/// Workers on the same attempts, and what must hold of them at every time.
class WorkerWorld {
 public:
  explicit WorkerWorld(std::uint64_t seed) : world_(seed) {
    for (const char* id : {"w1", "w2", "w3"}) {
      workers_.push_back(std::make_unique<SimulatedWorker>(
          world_, id, 1 + static_cast<std::uint64_t>(world_.below(4))));
    }
    for (auto& each : workers_) each->go_on();
    for (int i = 0; i < 60; ++i) {
      world_.timeline.after(world_.below(60'000), [this, i] {
        lease::AttemptSpec spec = attempt(std::to_string(i));
        spec.retry_policy = lease::RetryPolicy{
            .backoff = Duration{world_.below(500)}, .max_backoff = {}, .max_retries = 3};
        if (i % 7 == 0) spec.timeout = Duration{1 + world_.below(2 * ttl)};
        value_of(world_.repository->enqueue_attempt(spec));
      });
    }
    reap();
  }

  void run() {
    go_until(world_.timeline.now() + 60'000);
    world_.faults = false;
    go_until(world_.timeline.now() + 40'000);
    const lease::CountsByStatus counts = value_of(world_.repository->counts_by_status());
    using lease::Status;
    EXPECT_EQ(counts[Status::completed] + counts[Status::failed] + counts[Status::cancelled], 60U);
    for (auto& each : workers_) each->drain();
    go_until(world_.timeline.now() + 10'000);
    for (auto& each : workers_) EXPECT_TRUE(each->is_drained());
    for (auto& each : workers_) lost_ += each->lost();
  }
  [[nodiscard]] std::uint64_t lost() const { return lost_; }

 private:
  void reap() {
    lease::LeaseManager reaper(*world_.repository, world_.clock, {.grace = Duration{0}});
    value_of(reaper.tick());
    world_.timeline.after(50, [this] { reap(); });
  }

  void go_until(std::int64_t end) {
    while (world_.timeline.step(end)) {
      std::multiset<std::string> at_work;
      for (const auto& each : workers_) {
        EXPECT_EQ(each->without_right(), std::vector<std::string>{});
        for (const std::string& id : each->working()) at_work.insert(id);
      }
      for (const std::string& id : at_work) {
        const bool is_cut_short = std::stoi(id) % 7 == 0;
        // A timeout takes the attempt away at its deadline, however short.
        ASSERT_TRUE(at_work.count(id) == 1 || is_cut_short) << id << " is worked on twice";
      }
    }
  }

  World world_;
  std::vector<std::unique_ptr<SimulatedWorker>> workers_;
  std::uint64_t lost_ = 0;
};

TEST(WorkerWorld, NoTwoWorkersWorkOnOneAttemptAndEveryAttemptEnds) {
  std::uint64_t lost = 0;
  for (std::uint64_t seed = 1; seed <= 300 && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    WorkerWorld world(seed);
    world.run();
    lost += world.lost();
  }
  EXPECT_GT(lost, 300U) << "jobs that were asked to stop";
}

}  // namespace
}  // namespace leasecheck::tests
