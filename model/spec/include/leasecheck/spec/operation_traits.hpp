#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "leasecheck/spec/operation.hpp"
#include "leasecheck/spec/outcome.hpp"

/// What holds for each operation apart from its arguments. This table is the one place that says
/// it: names in traces and in the protocol, the shape of answers, and what a subject must offer are
/// all read from here.
namespace leasecheck::model {

struct OperationTraits {
  std::string_view name;     ///< the contract's
  bool mutates = false;      ///< it can change a repository; the others only read
  bool reads_clock = false;  ///< it reads the injected clock, exactly once ("repository now")
  bool is_required = false;  ///< a subject that does not offer it cannot be checked at all
};

/// The traits of an operation that answers `Value` when it is not refused.
template <class Value>
struct TraitsOfAnswer : OperationTraits {
  using Answer = Value;
};

/// An operation without an entry in the table below does not compile.
template <class Operation>
inline constexpr auto traits_of = [] {
  static_assert(sizeof(Operation) == 0, "this operation has no entry in operation_traits.hpp");
  return TraitsOfAnswer<Done>{};
}();

template <>
inline constexpr TraitsOfAnswer<Done> traits_of<Reset>{
    {.name = "reset", .mutates = true, .is_required = true}};
template <>
inline constexpr TraitsOfAnswer<Done> traits_of<EnqueueAttempt>{
    {.name = "enqueue_attempt", .mutates = true, .reads_clock = true, .is_required = true}};
template <>
inline constexpr TraitsOfAnswer<std::vector<DispatchRecord>> traits_of<ListDispatchableAttempts>{
    {.name = "list_dispatchable_attempts", .is_required = true}};
template <>
inline constexpr TraitsOfAnswer<LeaseRecord> traits_of<UpsertLease>{
    {.name = "upsert_lease", .mutates = true, .reads_clock = true, .is_required = true}};
template <>
inline constexpr TraitsOfAnswer<Done> traits_of<HeartbeatLease>{
    {.name = "heartbeat_lease", .mutates = true, .is_required = true}};
template <>
inline constexpr TraitsOfAnswer<LeaseRecord> traits_of<HeartbeatLeaseWithVersion>{
    {.name = "heartbeat_lease_with_version", .mutates = true}};
template <>
inline constexpr TraitsOfAnswer<Count> traits_of<ExpireLeasesAndRequeue>{
    {.name = "expire_leases_and_requeue",
     .mutates = true,
     .reads_clock = true,
     .is_required = true}};
template <>
inline constexpr TraitsOfAnswer<Count> traits_of<TransitionTimedOutAttempts>{
    {.name = "transition_timed_out_attempts", .mutates = true}};
template <>
inline constexpr TraitsOfAnswer<Sequence> traits_of<LatestSeqForRun>{
    {.name = "latest_seq_for_run", .is_required = true}};
template <>
inline constexpr TraitsOfAnswer<Done> traits_of<StartAttempt>{
    {.name = "start_attempt", .mutates = true}};
template <>
inline constexpr TraitsOfAnswer<Done> traits_of<ReleaseLease>{
    {.name = "release_lease", .mutates = true}};
template <>
inline constexpr TraitsOfAnswer<AckResult> traits_of<AckAttempt>{
    {.name = "ack_attempt", .mutates = true}};
template <>
inline constexpr TraitsOfAnswer<Sequence> traits_of<AppendRunEvent>{
    {.name = "append_run_event", .mutates = true}};
template <>
inline constexpr TraitsOfAnswer<Done> traits_of<CancelAttempt>{
    {.name = "cancel_attempt", .mutates = true}};
template <>
inline constexpr TraitsOfAnswer<Done> traits_of<ReplayDeadLetter>{
    {.name = "replay_dead_letter", .mutates = true}};
template <>
inline constexpr TraitsOfAnswer<std::vector<DeadLetter>> traits_of<ListDeadLetters>{
    {.name = "list_dead_letters"}};
template <>
inline constexpr TraitsOfAnswer<AttemptRecord> traits_of<GetAttempt>{{.name = "get_attempt"}};
template <>
inline constexpr TraitsOfAnswer<std::optional<LeaseRecord>> traits_of<GetLease>{
    {.name = "get_lease"}};
template <>
inline constexpr TraitsOfAnswer<std::optional<LeaseRecord>> traits_of<GetLeaseForAttempt>{
    {.name = "get_lease_for_attempt"}};
template <>
inline constexpr TraitsOfAnswer<Count> traits_of<QueueDepth>{{.name = "queue_depth"}};
template <>
inline constexpr TraitsOfAnswer<CountsByStatus> traits_of<CountByStatus>{
    {.name = "counts_by_status"}};
template <>
inline constexpr TraitsOfAnswer<std::vector<RunEvent>> traits_of<ListRunEvents>{
    {.name = "list_run_events"}};

template <>
inline constexpr TraitsOfAnswer<ItemResults<Done>> traits_of<EnqueueAttempts>{
    {.name = "enqueue_attempts", .mutates = true, .reads_clock = true}};
template <>
inline constexpr TraitsOfAnswer<ItemResults<LeaseRecord>> traits_of<HeartbeatLeases>{
    {.name = "heartbeat_leases", .mutates = true}};
template <>
inline constexpr TraitsOfAnswer<ItemResults<AckResult>> traits_of<AckAttempts>{
    {.name = "ack_attempts", .mutates = true}};
template <>
inline constexpr TraitsOfAnswer<std::vector<Claim>> traits_of<ClaimAttempts>{
    {.name = "claim_attempts", .mutates = true, .reads_clock = true}};
template <>
inline constexpr TraitsOfAnswer<Count> traits_of<PruneAttempts>{
    {.name = "prune_attempts", .mutates = true}};
template <>
inline constexpr TraitsOfAnswer<std::vector<AttemptRecord>> traits_of<ListAttempts>{
    {.name = "list_attempts"}};

/// What an operation answers when it is not refused.
template <class Operation>
using AnswerTo = typename std::remove_cvref_t<decltype(traits_of<Operation>)>::Answer;

/// Whether the operation is about several attempts that it does not name one by one, or about
/// several that it does.
template <class Operation>
inline constexpr bool is_of_several =
    is_item_results<AnswerTo<Operation>> || std::is_same_v<Operation, ClaimAttempts> ||
    std::is_same_v<Operation, PruneAttempts> || std::is_same_v<Operation, ListAttempts>;

/// The traits of every operation, in the order of the alternatives of `Operation`.
inline constexpr auto all_operations =
    []<class... Each>(std::type_identity<std::variant<Each...>>) {
      return std::array<OperationTraits, sizeof...(Each)>{traits_of<Each>...};
    }(std::type_identity<Operation>{});

/// Which alternative of `Operation` it is.
template <class Kind>
inline constexpr std::size_t index_of =
    []<class... Each>(std::type_identity<std::variant<Each...>>) {
      std::size_t index = 0;
      static_cast<void>(((std::is_same_v<Kind, Each> || (++index, false)) || ...));
      return index;
    }(std::type_identity<Operation>{});

[[nodiscard]] constexpr const OperationTraits& traits(const Operation& operation) {
  return all_operations[operation.index()];
}

}  // namespace leasecheck::model
