// Section "Errors": every class, in the order in which they are owed; and ids of every kind.

#include <set>

#include "sim/values/ids.hpp"
#include "tests/contract/fixture.hpp"

namespace leasecheck::tests {
namespace {

using namespace leasecheck::model;

constexpr Time later = at_ms(9'000);

/// An argument that is an id, of every operation that takes one.
struct IdArgument {
  const char* name;
  Operation (*with)(const Id& id);
};

EnqueueAttempt enqueue_with(Id AttemptSpec::*field, const Id& id) {
  AttemptSpec spec = spec_of("new");
  spec.*field = id;
  return {spec};
}

using Op = Operation;

const std::vector<IdArgument> id_arguments = {
    {"enqueue attempt",
     [](const Id& id) -> Op { return enqueue_with(&AttemptSpec::attempt_id, id); }},
    {"enqueue run", [](const Id& id) -> Op { return enqueue_with(&AttemptSpec::run_id, id); }},
    {"enqueue tenant",
     [](const Id& id) -> Op {
       AttemptSpec spec = spec_of("new");
       spec.tenant_id = id;
       return EnqueueAttempt{spec};
     }},
    {"claim attempt",
     [](const Id& id) -> Op {
       return UpsertLease{id, "w1", later};
     }},
    {"claim worker",
     [](const Id& id) -> Op {
       return UpsertLease{"a1", id, later};
     }},
    {"heartbeat lease",
     [](const Id& id) -> Op {
       return HeartbeatLease{id, later, later};
     }},
    {"versioned heartbeat lease",
     [](const Id& id) -> Op {
       return HeartbeatLeaseWithVersion{id, "w1", 1, later, later};
     }},
    {"versioned heartbeat worker",
     [](const Id& id) -> Op {
       return HeartbeatLeaseWithVersion{"l1", id, 1, later, later};
     }},
    {"latest run", [](const Id& id) -> Op { return LatestSeqForRun{id}; }},
    {"start lease",
     [](const Id& id) -> Op {
       return StartAttempt{id, "w1"};
     }},
    {"start worker",
     [](const Id& id) -> Op {
       return StartAttempt{"l1", id};
     }},
    {"release lease",
     [](const Id& id) -> Op {
       return ReleaseLease{id, "w1"};
     }},
    {"release worker",
     [](const Id& id) -> Op {
       return ReleaseLease{"l1", id};
     }},
    {"ack lease",
     [](const Id& id) -> Op {
       return AckAttempt{id, "w1", AckOutcome::failed};
     }},
    {"ack worker",
     [](const Id& id) -> Op {
       return AckAttempt{"l1", id, AckOutcome::failed};
     }},
    {"event lease",
     [](const Id& id) -> Op {
       return AppendRunEvent{id, "w1", "kind", "1"};
     }},
    {"event worker",
     [](const Id& id) -> Op {
       return AppendRunEvent{"l1", id, "kind", "1"};
     }},
    {"event kind",
     [](const Id& id) -> Op {
       return AppendRunEvent{"l1", "w1", id, "1"};
     }},
    {"cancel attempt", [](const Id& id) -> Op { return CancelAttempt{id}; }},
    {"replay attempt", [](const Id& id) -> Op { return ReplayDeadLetter{id}; }},
    {"get attempt", [](const Id& id) -> Op { return GetAttempt{id}; }},
    {"get lease", [](const Id& id) -> Op { return GetLease{id}; }},
    {"get lease for attempt", [](const Id& id) -> Op { return GetLeaseForAttempt{id}; }},
    {"list events run",
     [](const Id& id) -> Op {
       return ListRunEvents{id, 0, 1};
     }},
    {"claim of several",
     [](const Id& id) -> Op {
       return ClaimAttempts{id, 1, Duration{1}};
     }},
    {"list of a run",
     [](const Id& id) -> Op {
       ListAttempts list;
       list.run_id = id;
       return list;
     }},
    {"list of a worker",
     [](const Id& id) -> Op {
       ListAttempts list;
       list.worker_id = id;
       return list;
     }},
    {"list of a tenant",
     [](const Id& id) -> Op {
       ListAttempts list;
       list.tenant_id = id;
       return list;
     }},
    {"list after",
     [](const Id& id) -> Op {
       ListAttempts list;
       list.after = id;
       return list;
     }},
};

/// Every way to write an id that the catalogue has.
std::vector<Id> odd_ids() {
  std::set<Id> ids;
  for (const sim::values::DimensionInfo& info : sim::values::dimensions()) {
    if (!info.is_of_ids) continue;
    for (std::uint64_t number = 0; number < sim::values::spelling_count(info.dimension); ++number) {
      ids.insert(sim::values::odd_id(info.dimension, "id", number));
    }
  }
  return {ids.begin(), ids.end()};
}

LEASECHECK_CONTRACT(Ids);

TEST_P(Ids, ABadOneIsAnInvalidArgumentWhereverItStands) {
  for (const IdArgument& argument : id_arguments) {
    for (const Id& id : sim::values::invalid_ids()) {
      SCOPED_TRACE(argument.name);
      expect_refused(argument.with(id), ErrorCode::invalid_argument);
    }
  }
}

TEST_P(Ids, AHostileOneIsNeverAnInvalidArgument) {
  for (const IdArgument& argument : id_arguments) {
    for (const Id& id : odd_ids()) {
      EXPECT_NE(perform(argument.with(id)), Outcome(std::unexpected(ErrorCode::invalid_argument)))
          << argument.name << " " << id;
      done(Reset{});
    }
  }
}

TEST_P(Ids, EveryValidOneIsKeptByteForByteAndIsItself) {
  for (const Id& id : odd_ids()) {
    AttemptSpec spec = spec_of(id);
    spec.run_id = id;
    spec.tenant_id = id;
    enqueue(spec);
  }
  for (const Id& id : odd_ids()) {
    const LeaseRecord lease = answer<LeaseRecord>(UpsertLease{id, id, later});
    EXPECT_EQ(lease.attempt_id, id);
    EXPECT_EQ(lease.worker_id, id);
    EXPECT_EQ(answer<Sequence>(AppendRunEvent{lease.lease_id, id, id, "1"}).value, 1U);
    EXPECT_EQ(events({id, 0, 1}).at(0).kind, id);
    EXPECT_EQ(attempt(id).run_id, id);
    EXPECT_EQ(ack(lease, AckOutcome::failed).status, Status::failed);
  }
  EXPECT_EQ(dead_letters().size(), odd_ids().size());
  EXPECT_EQ(snapshot().runs.size(), odd_ids().size());
}

TEST_P(Ids, AreComparedBytewiseAndNotByCase) {
  enqueue("a");
  enqueue("A");
  enqueue("a ");
  EXPECT_EQ(claim("A").attempt_id, "A");
  EXPECT_EQ(attempt("a").status, Status::queued);
  EXPECT_EQ(attempt("a ").status, Status::queued);
}

LEASECHECK_CONTRACT(Spec);

TEST_P(Spec, WithAFaultIsAnInvalidArgument) {
  const auto expect_invalid = [&](auto change) {
    AttemptSpec spec = spec_of("a1");
    spec.retry_policy = fixed_retries(1, Duration{10});
    change(spec);
    expect_refused(EnqueueAttempt{spec}, ErrorCode::invalid_argument);
  };
  for (const std::int64_t ms : {std::int64_t{0}, std::int64_t{-1}, Duration::min().count()}) {
    expect_invalid([ms](AttemptSpec& spec) { spec.timeout = Duration{ms}; });
  }
  for (const std::int64_t ms : {std::int64_t{-1}, Duration::min().count()}) {
    expect_invalid([ms](AttemptSpec& spec) { spec.retry_policy->backoff = Duration{ms}; });
    expect_invalid([ms](AttemptSpec& spec) { spec.retry_policy->max_backoff = Duration{ms}; });
  }
  constexpr std::int64_t smallest = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();
  for (const std::int64_t number :
       {smallest, std::int64_t{-1}, std::int64_t{0}, std::int64_t{2'147'483'647},
        std::int64_t{4'294'967'297}, largest}) {
    expect_invalid([number](AttemptSpec& spec) { spec.max_deliveries = number; });
    expect_invalid([number](AttemptSpec& spec) { spec.retry_policy->multiplier = number; });
    if (number == 0) continue;
    expect_invalid([number](AttemptSpec& spec) { spec.retry_policy->max_retries = number; });
  }
}

TEST_P(Spec, OnTheLastValidValueIsAccepted) {
  AttemptSpec largest = spec_of("largest");
  largest.priority = std::numeric_limits<std::int32_t>::max();
  largest.not_before = end_of_time;
  largest.timeout = Duration::max();
  largest.retry_policy = RetryPolicy{BackoffStrategy::exponential, Duration::max(), Duration::max(),
                                     2'147'483'646, 2'147'483'646};
  largest.max_deliveries = 2'147'483'646;
  enqueue(largest);
  enqueue(largest);  // and is the same one when it comes back

  AttemptSpec smallest = spec_of("smallest");
  smallest.priority = std::numeric_limits<std::int32_t>::min();
  smallest.not_before = beginning_of_time;
  smallest.timeout = Duration{1};
  smallest.retry_policy = RetryPolicy{BackoffStrategy::fixed, Duration{0}, Duration{0}, 1, 0};
  smallest.max_deliveries = 1;
  enqueue(smallest);
  enqueue(smallest);
  EXPECT_EQ(ack(claim("smallest"), AckOutcome::failed).status, Status::failed);
}

LEASECHECK_CONTRACT(OwedOrder);

TEST_P(OwedOrder, InvalidArgumentGoesBeforeNotFound) {
  expect_refused(UpsertLease{"unknown", "w1", now}, ErrorCode::invalid_argument);
  expect_refused(UpsertLease{"unknown", "", later}, ErrorCode::invalid_argument);
}

TEST_P(OwedOrder, InvalidArgumentGoesBeforeNotDispatchable) {
  enqueue_and_claim("a1");
  expect_refused(UpsertLease{"a1", "w1", now}, ErrorCode::invalid_argument);
}

TEST_P(OwedOrder, InvalidArgumentGoesBeforeStaleLease) {
  expect_refused(AppendRunEvent{"unknown", "w1", "kind", "{"}, ErrorCode::invalid_argument);
  expect_refused(AppendRunEvent{"unknown", "w1", "", "1"}, ErrorCode::invalid_argument);
  expect_refused(StartAttempt{"unknown", ""}, ErrorCode::invalid_argument);
}

TEST_P(OwedOrder, InvalidArgumentGoesBeforeAlreadyExists) {
  enqueue("a1");
  AttemptSpec spec = spec_of("a1");
  spec.timeout = Duration{0};
  expect_refused(EnqueueAttempt{spec}, ErrorCode::invalid_argument);
}

TEST_P(OwedOrder, NotFoundGoesBeforeNotDispatchable) {
  expect_refused(CancelAttempt{"unknown"}, ErrorCode::not_found);
  expect_refused(ReplayDeadLetter{"unknown"}, ErrorCode::not_found);
  expect_refused(UpsertLease{"unknown", "w1", later}, ErrorCode::not_found);
}

TEST_P(OwedOrder, ForAReadingThatAnswersNothingAnUnknownIdIsNoError) {
  EXPECT_EQ(lease_of("unknown"), std::nullopt);
  EXPECT_EQ(latest_seq("unknown"), 0U);
  EXPECT_EQ(events({"unknown", 0, no_limit}).size(), 0U);
}

}  // namespace
}  // namespace leasecheck::tests
