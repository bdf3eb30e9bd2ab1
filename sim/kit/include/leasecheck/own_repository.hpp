#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "lease/attempt_repository.hpp"
#include "leasecheck/conformance_suite.hpp"

/// How a class with the six methods, and perhaps some of what surrounds them, is put under test:
/// what it has is found by the names and signatures of `lease::AttemptRepository`, from which it
/// need not derive. A method of such a name with another signature does not compile.
namespace leasecheck {

/// What a repository must have to be checked at all: the six methods, and a way in.
template <class T>
concept OwnRepository = std::derived_from<T, lease::RuntimeRepository> &&
    requires(T& own, const lease::AttemptSpec& spec) {
  { own.enqueue_attempt(spec) } -> std::same_as<lease::Result<void>>;
};

/// What a repository may have besides, one line for each method: what its answer holds, its name,
/// its parameters, and how they are passed on.
#define LEASECHECK_OPTIONAL_METHODS(METHOD)                                                        \
  METHOD(void, start_attempt, (const lease::Holder& holder, lease::Time now), (holder, now))       \
  METHOD(lease::LeaseRecord, heartbeat_lease_with_version,                                         \
         (const lease::Holder& holder, const lease::VersionedHeartbeat& heartbeat),                \
         (holder, heartbeat))                                                                      \
  METHOD(lease::AckResult, ack_attempt,                                                            \
         (const lease::Holder& holder, lease::AckOutcome outcome, lease::Time now),                \
         (holder, outcome, now))                                                                   \
  METHOD(void, release_lease, (const lease::Holder& holder, lease::Time now), (holder, now))       \
  METHOD(void, cancel_attempt, (const lease::AttemptId& id, lease::Time now), (id, now))           \
  METHOD(std::uint64_t, append_run_event,                                                          \
         (const lease::Holder& holder, const lease::NewRunEvent& event, lease::Time now),          \
         (holder, event, now))                                                                     \
  METHOD(std::vector<lease::DeadLetter>, list_dead_letters, (std::uint64_t limit), (limit))        \
  METHOD(void, replay_dead_letter, (const lease::AttemptId& id, lease::Time now), (id, now))       \
  METHOD(lease::AttemptRecord, get_attempt, (const lease::AttemptId& id), (id))                    \
  METHOD(std::optional<lease::LeaseRecord>, get_lease, (const lease::LeaseId& id), (id))           \
  METHOD(std::optional<lease::LeaseRecord>, get_lease_for_attempt, (const lease::AttemptId& id),   \
         (id))                                                                                     \
  METHOD(std::uint64_t, queue_depth, (lease::Time now), (now))                                     \
  METHOD(lease::CountsByStatus, counts_by_status, (), ())                                          \
  METHOD(std::vector<lease::RunEvent>, list_run_events,                                            \
         (const lease::RunId& run, std::uint64_t after, std::uint64_t limit), (run, after, limit)) \
  METHOD(lease::Results<void>, enqueue_attempts, (std::span<const lease::AttemptSpec> specs),      \
         (specs))                                                                                  \
  METHOD(lease::Results<lease::LeaseRecord>, heartbeat_leases,                                     \
         (std::span<const lease::LeaseHeartbeat> heartbeats), (heartbeats))                        \
  METHOD(lease::Results<lease::AckResult>, ack_attempts,                                           \
         (std::span<const lease::AttemptAck> acks, lease::Time now), (acks, now))                  \
  METHOD(std::vector<lease::Claim>, claim_attempts,                                                \
         (const lease::WorkerId& worker, std::uint64_t limit, lease::Duration lease_ttl),          \
         (worker, limit, lease_ttl))                                                               \
  METHOD(std::vector<lease::AttemptRecord>, list_attempts,                                         \
         (const lease::AttemptFilter& filter, const std::optional<lease::AttemptId>& after,        \
          std::uint64_t limit),                                                                    \
         (filter, after, limit))                                                                   \
  METHOD(std::uint64_t, prune_attempts, (const lease::PruneRange& range), (range))                 \
  METHOD(lease::Snapshot, snapshot, (), ())

#define LEASECHECK_MORE(...) __VA_OPT__(, ) __VA_ARGS__

/// `offers_NAME`: whether `T` has the method. `has_NAME`: whether it has any member of this name.
/// If it has one, a class that inherits from `T` and from another class with such a member cannot
/// say which of them it means. Nothing inherits from a final class: of that, overloads of which
/// none is right are not noticed.
#define LEASECHECK_DETECT(Value, name, parameters, arguments)                          \
  static constexpr bool offers_##name = requires(T & own LEASECHECK_MORE parameters) { \
    { own.name arguments } -> std::convertible_to<lease::Result<Value>>;               \
  };                                                                                   \
  struct Other_##name {                                                                \
    void name();                                                                       \
  };                                                                                   \
  template <class U, bool is_final>                                                    \
  struct Both_##name : U, Other_##name {};                                             \
  template <class U>                                                                   \
  struct Both_##name<U, true> : Other_##name {};                                       \
  static constexpr bool has_##name = requires {                                        \
    &T::name;                                                                          \
  }                                                                                    \
  || !requires {                                                                       \
    &Both_##name<T, std::is_final_v<T>>::name;                                         \
  };

#define LEASECHECK_FORWARD(Value, name, parameters, arguments)                            \
  lease::Result<Value> name parameters override {                                         \
    static_assert(offers_##name || !has_##name,                                           \
                  "this method of the repository has not the signature "                  \
                  "lease::Result<" #Value "> " #name #parameters);                        \
    if constexpr (offers_##name) {                                                        \
      return own_->name arguments;                                                        \
    } else {                                                                              \
      return std::unexpected(lease::Error(lease::ErrorCode::unavailable, "not offered")); \
    }                                                                                     \
  }

#define LEASECHECK_NOTE_ABSENT(Value, name, parameters, arguments) \
  if (!offers_##name) names.insert(#name);

/// Makes an `AttemptRepository` of one: what it has is forwarded, a reset that it does not have is
/// a new one, and nothing else is ever called.
template <OwnRepository T>
class Completed final : public lease::AttemptRepository {
  LEASECHECK_OPTIONAL_METHODS(LEASECHECK_DETECT)
  LEASECHECK_DETECT(void, reset, (), ())

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
  LEASECHECK_OPTIONAL_METHODS(LEASECHECK_FORWARD)
  lease::Result<void> reset() override {
    static_assert(
        offers_reset || !has_reset,
        "this method of the repository has not the signature lease::Result<void> reset()");
    if constexpr (offers_reset) {
      return own_->reset();
    } else {
      own_ = make_();
      return {};
    }
  }
  bool wait_for_work(std::stop_token, lease::Duration) override { return false; }
  [[nodiscard]] bool is_durable() const override { return false; }

  /// The operations that `T` does not have, by name.
  static std::set<std::string> not_offered() {
    std::set<std::string> names;
    LEASECHECK_OPTIONAL_METHODS(LEASECHECK_NOTE_ABSENT)
    // The one of the six that has a default, which ends no lease.
    if (std::same_as<decltype(&T::transition_timed_out_attempts),
                     decltype(&lease::RuntimeRepository::transition_timed_out_attempts)>) {
      names.insert("transition_timed_out_attempts");
    }
    return names;
  }

 private:
  Make make_;
  std::unique_ptr<T> own_;
};

#undef LEASECHECK_NOTE_ABSENT
#undef LEASECHECK_FORWARD
#undef LEASECHECK_DETECT
#undef LEASECHECK_MORE
#undef LEASECHECK_OPTIONAL_METHODS

/// A class of your own, put under test. `make(clock, ids)` gives a `std::unique_ptr` to a new,
/// empty one, which takes its time and its lease ids from these and from nowhere else.
template <class Factory>
[[nodiscard]] RepositoryUnderTest repository_under_test(std::string name, Factory make) {
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
