#pragma once

#include <array>
#include <cstddef>
#include <utility>
#include <variant>
#include <vector>

#include "leasecheck/spec/operation.hpp"

/// The alphabet of the contract: every operation, with its arguments chosen by what they mean.
///
/// Whoever tries operations brings a source, which has a member function for each meaning, and
/// gets the operations from `chosen`: at random if the source draws, one after another if it asks
/// `Choices`. Arguments are asked for in the order in which the operation lists them, so that what
/// comes later may depend on what came before: a holder on the lease, an expiry on the claimer.
///
/// | member of a source | what it chooses |
/// | --- | --- |
/// | `spec` | an attempt to enqueue: new, repeated or in conflict |
/// | `attempt` | the id of an attempt that is looked at, cancelled or replayed |
/// | `claimed_attempt`, `claimer`, `claim_expiry` | a claim |
/// | `lease`, `holder` | a lease that is current, has ended or never was; who calls by it |
/// | `version`, `heartbeat_at`, `heartbeat_expiry` | a heartbeat |
/// | `outcome`; `kind`, `payload` | of an ack; of an event |
/// | `stale_before`, `overdue_at` | the times of the two reaps |
/// | `asked_at`, `list_limit` | a question for what is dispatchable |
/// | `run`, `after`, `limit` | other questions |
/// | `several` | what an operation on several takes: some of what the function given to it chooses
/// | | `claim_limit`, `lease_ttl` | a claim of several | | `finished_before`, `with_dead_letters` |
/// what is pruned | | `status_filter`, `run_filter`, `worker_filter`, `tenant_filter`, `page_after`
/// | a list for people |
namespace leasecheck::model {

// An operation that is added to the contract does not compile in any source before it is here.

template <typename Op>
struct Arguments;

template <>
struct Arguments<Reset> {
  static Reset from(auto&) { return {}; }
};
template <>
struct Arguments<EnqueueAttempt> {
  static EnqueueAttempt from(auto& source) { return {source.spec()}; }
};
template <>
struct Arguments<ListDispatchableAttempts> {
  static ListDispatchableAttempts from(auto& source) {
    return {source.asked_at(), source.list_limit()};
  }
};
template <>
struct Arguments<UpsertLease> {
  static UpsertLease from(auto& source) {
    return {source.claimed_attempt(), source.claimer(), source.claim_expiry()};
  }
};
template <>
struct Arguments<HeartbeatLease> {
  static HeartbeatLease from(auto& source) {
    return {source.lease(), source.heartbeat_at(), source.heartbeat_expiry()};
  }
};
template <>
struct Arguments<HeartbeatLeaseWithVersion> {
  static HeartbeatLeaseWithVersion from(auto& source) {
    return {source.lease(), source.holder(), source.version(), source.heartbeat_at(),
            source.heartbeat_expiry()};
  }
};
template <>
struct Arguments<ExpireLeasesAndRequeue> {
  static ExpireLeasesAndRequeue from(auto& source) { return {source.stale_before()}; }
};
template <>
struct Arguments<TransitionTimedOutAttempts> {
  static TransitionTimedOutAttempts from(auto& source) { return {source.overdue_at()}; }
};
template <>
struct Arguments<LatestSeqForRun> {
  static LatestSeqForRun from(auto& source) { return {source.run()}; }
};
template <>
struct Arguments<StartAttempt> {
  static StartAttempt from(auto& source) { return {source.lease(), source.holder()}; }
};
template <>
struct Arguments<ReleaseLease> {
  static ReleaseLease from(auto& source) { return {source.lease(), source.holder()}; }
};
template <>
struct Arguments<AckAttempt> {
  static AckAttempt from(auto& source) {
    return {source.lease(), source.holder(), source.outcome()};
  }
};
template <>
struct Arguments<AppendRunEvent> {
  static AppendRunEvent from(auto& source) {
    return {source.lease(), source.holder(), source.kind(), source.payload()};
  }
};
template <>
struct Arguments<CancelAttempt> {
  static CancelAttempt from(auto& source) { return {source.attempt()}; }
};
template <>
struct Arguments<ReplayDeadLetter> {
  static ReplayDeadLetter from(auto& source) { return {source.attempt()}; }
};
template <>
struct Arguments<ListDeadLetters> {
  static ListDeadLetters from(auto& source) { return {source.limit()}; }
};
template <>
struct Arguments<GetAttempt> {
  static GetAttempt from(auto& source) { return {source.attempt()}; }
};
template <>
struct Arguments<GetLease> {
  static GetLease from(auto& source) { return {source.lease()}; }
};
template <>
struct Arguments<GetLeaseForAttempt> {
  static GetLeaseForAttempt from(auto& source) { return {source.attempt()}; }
};
template <>
struct Arguments<QueueDepth> {
  static QueueDepth from(auto& source) { return {source.asked_at()}; }
};
template <>
struct Arguments<CountByStatus> {
  static CountByStatus from(auto&) { return {}; }
};
template <>
struct Arguments<ListRunEvents> {
  static ListRunEvents from(auto& source) { return {source.run(), source.after(), source.limit()}; }
};

template <>
struct Arguments<EnqueueAttempts> {
  static EnqueueAttempts from(auto& source) {
    return {source.several([&] { return source.spec(); })};
  }
};
template <>
struct Arguments<HeartbeatLeases> {
  static HeartbeatLeases from(auto& source) {
    return {source.several([&] { return Arguments<HeartbeatLeaseWithVersion>::from(source); })};
  }
};
template <>
struct Arguments<AckAttempts> {
  static AckAttempts from(auto& source) {
    return {source.several([&] { return Arguments<AckAttempt>::from(source); })};
  }
};
template <>
struct Arguments<ClaimAttempts> {
  static ClaimAttempts from(auto& source) {
    return {source.claimer(), source.claim_limit(), source.lease_ttl()};
  }
};
template <>
struct Arguments<PruneAttempts> {
  static PruneAttempts from(auto& source) {
    return {source.finished_before(), source.limit(), source.with_dead_letters()};
  }
};
template <>
struct Arguments<ListAttempts> {
  static ListAttempts from(auto& source) {
    return {source.status_filter(), source.run_filter(), source.worker_filter(),
            source.tenant_filter(), source.page_after(), source.limit()};
  }
};

/// The operation of this kind whose arguments the source chooses.
template <typename Op, typename Source>
[[nodiscard]] Operation chosen(Source& source) {
  return Arguments<Op>::from(source);
}

/// Some kinds of operations, by number.
template <typename... Ops>
struct OperationKinds {
  static constexpr std::size_t count = sizeof...(Ops);

  /// Pre: `number < count`.
  template <typename Source>
  [[nodiscard]] static Operation choose(std::size_t number, Source& source) {
    static constexpr std::array<Operation (*)(Source&), count> choosers{chosen<Ops, Source>...};
    return choosers[number](source);
  }
};

template <typename Variant>
struct KindsOf;
template <typename... Ops>
struct KindsOf<std::variant<Ops...>> : OperationKinds<Ops...> {};

/// All kinds, in the order of the contract.
using AllOperations = KindsOf<Operation>;

/// All ways in which a source can choose, one after another: every call of `below` is one choice,
/// and `next` goes on to a way that chooses otherwise. How many choices there are may depend on the
/// choices made before, and on nothing else.
class Choices {
 public:
  /// Pre: `bound > 0`.
  std::size_t below(std::size_t bound) {
    if (made_ == choices_.size()) choices_.push_back({0, bound});
    return choices_[made_++].chosen;
  }

  /// Makes the same choices again.
  void rewind() { made_ = 0; }

  /// Returns: whether there is a further way.
  bool next() {
    rewind();
    while (!choices_.empty() && ++choices_.back().chosen == choices_.back().bound) {
      choices_.pop_back();
    }
    return !choices_.empty();
  }

 private:
  struct Choice {
    std::size_t chosen;
    std::size_t bound;
  };
  std::vector<Choice> choices_;
  std::size_t made_ = 0;
};

/// Calls `visit(kind, choices, source, operation)` for every operation with all of its arguments,
/// each by a new `make_source(choices)`.
template <typename MakeSource, typename Visit>
void each_operation(MakeSource&& make_source, Visit&& visit) {
  for (std::size_t kind = 0; kind < AllOperations::count; ++kind) {
    Choices choices;
    do {
      auto source = make_source(choices);
      const Operation operation = AllOperations::choose(kind, source);
      visit(kind, std::as_const(choices), source, operation);
    } while (choices.next());
  }
}

}  // namespace leasecheck::model
