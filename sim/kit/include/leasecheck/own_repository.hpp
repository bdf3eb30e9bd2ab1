#pragma once

#include <concepts>
#include <memory>
#include <set>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "lease/attempt_repository.hpp"
#include "leasecheck/conformance_suite.hpp"

/// How a class with the six methods, and perhaps some of what surrounds them, becomes a candidate:
/// what it has is found by the names and signatures of `lease::AttemptRepository`, from which it
/// need not derive.
namespace leasecheck {

/// What a repository must have to be checked at all: the six methods, and a way in.
template <class T>
concept OwnRepository = std::derived_from<T, lease::RuntimeRepository> &&
    requires(T& own, const lease::AttemptSpec& spec) {
  { own.enqueue_attempt(spec) } -> std::same_as<lease::Result<void>>;
};

/// Makes an `AttemptRepository` of one: what it has is forwarded, a reset that it does not have is
/// a new one, and nothing else is ever called.
template <OwnRepository T>
class Completed final : public lease::AttemptRepository {
 public:
  using Make = std::function<std::unique_ptr<T>()>;

  explicit Completed(Make make) : make_(std::move(make)), own_(make_()) {}

  // The six methods.
  lease::Result<std::vector<lease::AttemptDispatchRecord>> list_dispatchable_attempts(
      lease::Time now, std::uint64_t limit) override {
    return own_->list_dispatchable_attempts(now, limit);
  }
  lease::Result<lease::LeaseRecord> upsert_lease(const lease::AttemptId& attempt,
                                                 const lease::WorkerId& worker,
                                                 lease::Time expires_at) override {
    return own_->upsert_lease(attempt, worker, expires_at);
  }
  lease::Result<void> heartbeat_lease(const lease::LeaseId& id, lease::Time at,
                                      lease::Time expires_at) override {
    return own_->heartbeat_lease(id, at, expires_at);
  }
  lease::Result<std::uint64_t> expire_leases_and_requeue(lease::Time stale_before) override {
    return own_->expire_leases_and_requeue(stale_before);
  }
  lease::Result<std::uint64_t> latest_seq_for_run(const lease::RunId& run) override {
    return own_->latest_seq_for_run(run);
  }
  lease::Result<std::uint64_t> transition_timed_out_attempts(lease::Time now) override {
    return own_->transition_timed_out_attempts(now);
  }

  // Around them.
  lease::Result<void> enqueue_attempt(const lease::AttemptSpec& spec) override {
    return own_->enqueue_attempt(spec);
  }
  lease::Result<void> start_attempt(const lease::Holder& holder, lease::Time now) override {
    return call<void>([&](auto& own) -> decltype(own.start_attempt(holder, now)) {
      return own.start_attempt(holder, now);
    });
  }
  lease::Result<lease::LeaseRecord> heartbeat_lease_with_version(
      const lease::Holder& holder, const lease::VersionedHeartbeat& heartbeat) override {
    return call<lease::LeaseRecord>(
        [&](auto& own) -> decltype(own.heartbeat_lease_with_version(holder, heartbeat)) {
          return own.heartbeat_lease_with_version(holder, heartbeat);
        });
  }
  lease::Result<lease::AckResult> ack_attempt(const lease::Holder& holder,
                                              lease::AckOutcome outcome, lease::Time now) override {
    return call<lease::AckResult>(
        [&](auto& own) -> decltype(own.ack_attempt(holder, outcome, now)) {
          return own.ack_attempt(holder, outcome, now);
        });
  }
  lease::Result<void> release_lease(const lease::Holder& holder, lease::Time now) override {
    return call<void>([&](auto& own) -> decltype(own.release_lease(holder, now)) {
      return own.release_lease(holder, now);
    });
  }
  lease::Result<void> cancel_attempt(const lease::AttemptId& id, lease::Time now) override {
    return call<void>([&](auto& own) -> decltype(own.cancel_attempt(id, now)) {
      return own.cancel_attempt(id, now);
    });
  }
  lease::Result<std::uint64_t> append_run_event(const lease::Holder& holder,
                                                const lease::NewRunEvent& event,
                                                lease::Time now) override {
    return call<std::uint64_t>(
        [&](auto& own) -> decltype(own.append_run_event(holder, event, now)) {
          return own.append_run_event(holder, event, now);
        });
  }
  lease::Result<std::vector<lease::DeadLetter>> list_dead_letters(std::uint64_t limit) override {
    return call<std::vector<lease::DeadLetter>>(
        [&](auto& own) -> decltype(own.list_dead_letters(limit)) {
          return own.list_dead_letters(limit);
        });
  }
  lease::Result<void> replay_dead_letter(const lease::AttemptId& id, lease::Time now) override {
    return call<void>([&](auto& own) -> decltype(own.replay_dead_letter(id, now)) {
      return own.replay_dead_letter(id, now);
    });
  }
  lease::Result<lease::AttemptRecord> get_attempt(const lease::AttemptId& id) override {
    return call<lease::AttemptRecord>(
        [&](auto& own) -> decltype(own.get_attempt(id)) { return own.get_attempt(id); });
  }
  lease::Result<std::optional<lease::LeaseRecord>> get_lease(const lease::LeaseId& id) override {
    return call<std::optional<lease::LeaseRecord>>(
        [&](auto& own) -> decltype(own.get_lease(id)) { return own.get_lease(id); });
  }
  lease::Result<std::optional<lease::LeaseRecord>> get_lease_for_attempt(
      const lease::AttemptId& id) override {
    return call<std::optional<lease::LeaseRecord>>(
        [&](auto& own) -> decltype(own.get_lease_for_attempt(id)) {
          return own.get_lease_for_attempt(id);
        });
  }
  lease::Result<std::uint64_t> queue_depth(lease::Time now) override {
    return call<std::uint64_t>(
        [&](auto& own) -> decltype(own.queue_depth(now)) { return own.queue_depth(now); });
  }
  lease::Result<lease::CountsByStatus> counts_by_status() override {
    return call<lease::CountsByStatus>(
        [](auto& own) -> decltype(own.counts_by_status()) { return own.counts_by_status(); });
  }
  lease::Result<std::vector<lease::RunEvent>> list_run_events(const lease::RunId& run,
                                                              std::uint64_t after,
                                                              std::uint64_t limit) override {
    return call<std::vector<lease::RunEvent>>(
        [&](auto& own) -> decltype(own.list_run_events(run, after, limit)) {
          return own.list_run_events(run, after, limit);
        });
  }
  lease::Result<lease::Snapshot> snapshot() override {
    return call<lease::Snapshot>(
        [](auto& own) -> decltype(own.snapshot()) { return own.snapshot(); });
  }
  lease::Result<void> reset() override {
    if constexpr (requires(T & own) { own.reset(); }) {
      return own_->reset();
    } else {
      own_ = make_();
      return {};
    }
  }
  [[nodiscard]] bool is_durable() const override { return false; }

  /// The operations that `T` does not have, by name.
  static std::set<std::string> not_offered() {
    std::set<std::string> names;
    const auto note = [&names](const char* name, bool is_there) {
      if (!is_there) names.insert(name);
    };
    using lease::AttemptId;
    using lease::Holder;
    using lease::Time;
    // The one of the six that has a default, which ends no lease.
    note("transition_timed_out_attempts",
         !std::same_as<decltype(&T::transition_timed_out_attempts),
                       decltype(&lease::RuntimeRepository::transition_timed_out_attempts)>);
    note(
        "start_attempt", requires(T & own, Holder h, Time t) { own.start_attempt(h, t); });
    note(
        "heartbeat_lease_with_version", requires(T & own, Holder h, lease::VersionedHeartbeat b) {
          own.heartbeat_lease_with_version(h, b);
        });
    note(
        "ack_attempt",
        requires(T & own, Holder h, lease::AckOutcome o, Time t) { own.ack_attempt(h, o, t); });
    note(
        "release_lease", requires(T & own, Holder h, Time t) { own.release_lease(h, t); });
    note(
        "cancel_attempt", requires(T & own, AttemptId a, Time t) { own.cancel_attempt(a, t); });
    note(
        "append_run_event", requires(T & own, Holder h, lease::NewRunEvent e, Time t) {
          own.append_run_event(h, e, t);
        });
    note(
        "list_dead_letters", requires(T & own) { own.list_dead_letters(1); });
    note(
        "replay_dead_letter",
        requires(T & own, AttemptId a, Time t) { own.replay_dead_letter(a, t); });
    note(
        "get_attempt", requires(T & own, AttemptId a) { own.get_attempt(a); });
    note(
        "get_lease", requires(T & own, lease::LeaseId l) { own.get_lease(l); });
    note(
        "get_lease_for_attempt", requires(T & own, AttemptId a) { own.get_lease_for_attempt(a); });
    note(
        "queue_depth", requires(T & own, Time t) { own.queue_depth(t); });
    note(
        "counts_by_status", requires(T & own) { own.counts_by_status(); });
    note(
        "list_run_events", requires(T & own, lease::RunId r) { own.list_run_events(r, 0, 1); });
    note(
        "snapshot", requires(T & own) { own.snapshot(); });
    return names;
  }

 private:
  template <class Value, class Call>
  lease::Result<Value> call(Call call) {
    if constexpr (std::invocable<Call, T&>) {
      return call(*own_);
    } else {
      return std::unexpected(lease::Error(lease::ErrorCode::unavailable, "not offered"));
    }
  }

  Make make_;
  std::unique_ptr<T> own_;
};

/// A candidate of a class of your own. `make(clock, ids)` gives a `std::unique_ptr` to a new, empty
/// one, which takes its time and its lease ids from these and from nowhere else.
template <class Factory>
[[nodiscard]] Candidate candidate(std::string name, Factory make) {
  using T = std::invoke_result_t<Factory, lease::Clock&, lease::IdSource&>::element_type;
  static_assert(OwnRepository<T>,
                "the six methods of lease::RuntimeRepository and enqueue_attempt are needed");
  return {
      .name = std::move(name),
      .make = [make](lease::Clock& clock, lease::IdSource& ids)
          -> lease::Result<std::unique_ptr<lease::AttemptRepository>> {
        return std::make_unique<Completed<T>>([make, &clock, &ids] { return make(clock, ids); });
      },
      .not_offered = Completed<T>::not_offered()};
}

}  // namespace leasecheck
