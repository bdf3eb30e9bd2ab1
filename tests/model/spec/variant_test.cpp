// What each switch of a variant changes, beside what the contract does.

#include <gtest/gtest.h>

#include <utility>

#include "leasecheck/spec/step.hpp"

namespace leasecheck::tests {
namespace {

using namespace leasecheck::model;

/// A repository of a variant, asked one thing after another.
class Asked {
 public:
  explicit Asked(const Variant& variant) { state_.variant = variant; }

  Outcome operator()(std::int64_t now, Operation operation) {
    Step taken = step(std::move(state_), {at_ms(now), std::move(operation)});
    state_ = std::move(taken.state);
    return std::move(taken.outcome);
  }

  Outcome enqueue(const Id& id, std::int32_t priority = 0) {
    AttemptSpec spec;
    spec.attempt_id = id;
    spec.run_id = "r";
    spec.priority = priority;
    return (*this)(0, EnqueueAttempt{spec});
  }
  /// "L1", "L2", … until the time 10.
  void claim(const Id& id, const Id& worker = "w", std::int64_t now = 1) {
    ASSERT_TRUE((*this)(now, UpsertLease{id, worker, at_ms(10)}).has_value());
  }
  [[nodiscard]] std::string listed() {
    std::string ids;
    const Outcome list = (*this)(100, ListDispatchableAttempts{at_ms(100), 10});
    for (const DispatchRecord& record : std::get<std::vector<DispatchRecord>>(*list)) {
      ids += record.attempt_id;
    }
    return ids;
  }
  [[nodiscard]] const Attempt& attempt(const Id& id) const { return state_.attempts.at(id); }
  [[nodiscard]] const State& state() const { return state_; }

 private:
  State state_;
};

constexpr auto completed = AckOutcome::completed;

bool is_ok(const Outcome& outcome) {
  return outcome.has_value();
}
ErrorCode refusal(const Outcome& outcome) {
  return outcome ? throw std::runtime_error("it was accepted") : outcome.error();
}

// V1. c was handed out and came back; a and b never were.
std::string order_of(DispatchOrder order) {
  Asked repository({.order = order});
  repository.enqueue("c");
  repository.enqueue("b");
  repository.enqueue("a");
  repository.claim("c");
  EXPECT_TRUE(is_ok(repository(5, ReleaseLease{"L1", "w"})));
  return repository.listed();
}

TEST(Variant, OrdersWhatIsDispatched) {
  EXPECT_EQ(order_of(DispatchOrder::ready_fifo), "bac");
  EXPECT_EQ(order_of(DispatchOrder::attempt_id), "abc");
  EXPECT_EQ(order_of(DispatchOrder::enqueue_fifo), "cba");
  EXPECT_EQ(order_of(DispatchOrder::requeue_first), "cba");
}

TEST(Variant, RequeuedFirstIsBeforeWhatWasEnqueuedEarlier) {
  Asked repository({.order = DispatchOrder::requeue_first});
  for (const char* id : {"a", "b", "c"}) repository.enqueue(id);
  repository.claim("c");
  EXPECT_TRUE(is_ok(repository(5, ReleaseLease{"L1", "w"})));
  EXPECT_EQ(repository.listed(), "cab");
}

// V2.
TEST(Variant, HasItsOwnPriorities) {
  for (const auto& [priorities, expected] :
       {std::pair{Priorities::higher_first, "bca"}, std::pair{Priorities::lower_first, "acb"},
        std::pair{Priorities::none, "abc"}}) {
    Asked repository({.priorities = priorities});
    repository.enqueue("a", -1);
    repository.enqueue("b", 1);
    repository.enqueue("c");
    EXPECT_EQ(repository.listed(), expected);
  }
}

TEST(Variant, WithoutAnOrderDoesWhatWasChosen) {
  State state;
  state.variant.order = DispatchOrder::none;
  for (const char* id : {"a", "b", "c"}) {
    AttemptSpec spec;
    spec.attempt_id = spec.run_id = id;
    state = step(std::move(state), {at_ms(0), EnqueueAttempt{spec}}).state;
  }
  const Action list{at_ms(1), ListDispatchableAttempts{at_ms(1), 2}};
  const auto choose = [](std::vector<Id> ids) {
    std::vector<DispatchRecord> records;
    for (Id& id : ids) records.push_back({.attempt_id = id, .run_id = id, .retry_at = {}});
    return Outcome(std::move(records));
  };
  const auto is_taken = [&](const std::vector<Id>& ids) {
    const Outcome answer = step_as_chosen(state, list, choose(ids)).outcome;
    return answer == choose(ids);
  };
  EXPECT_TRUE(is_taken({"c", "a"}));
  EXPECT_TRUE(is_taken({"b", "c"}));
  EXPECT_FALSE(is_taken({"c"})) << "there are more";
  EXPECT_FALSE(is_taken({"c", "c"}));
  EXPECT_FALSE(is_taken({"c", "d"}));
  EXPECT_FALSE(is_taken({"c", "b", "a"})) << "so many were not asked for";
  const Action claim{at_ms(1), ClaimAttempts{"w", 2, Duration{5}}};
  const Step claimed = step_as_chosen(state, claim, [&] {
    std::vector<Claim> claims(2);
    claims[0].attempt.attempt_id = "c";
    claims[1].attempt.attempt_id = "b";
    return Outcome(std::move(claims));
  }());
  EXPECT_TRUE(claimed.state.attempts.at("b").lease.has_value());
  EXPECT_TRUE(claimed.state.attempts.at("c").lease.has_value());
  EXPECT_FALSE(claimed.state.attempts.at("a").lease.has_value());
}

TEST(Variant, RefusesAnInvalidClaimInEveryOrder) {
  State state;
  state.variant.order = DispatchOrder::none;
  AttemptSpec spec;
  spec.attempt_id = spec.run_id = "a";
  state = step(std::move(state), {at_ms(0), EnqueueAttempt{spec}}).state;
  const auto answered = [&state](const ClaimAttempts& claim) {
    std::vector<Claim> claims(1);
    claims[0].attempt.attempt_id = "a";
    return step_as_chosen(state, {at_ms(1), claim}, Outcome(std::move(claims))).outcome;
  };
  EXPECT_TRUE(answered({"w", 1, Duration{5}}).has_value());
  const Outcome refused = std::unexpected(ErrorCode::invalid_argument);
  EXPECT_EQ(answered({"", 1, Duration{5}}), refused);
  EXPECT_EQ(answered({"w", 1, Duration{0}}), refused);
}

// V3.
TEST(Variant, AnswersAKnownId) {
  Asked contract({});
  Asked refusing({.known_id = KnownId::refused});
  Asked ignoring({.known_id = KnownId::ignored});
  for (Asked* each : {&contract, &refusing, &ignoring}) each->enqueue("a", 1);
  EXPECT_TRUE(is_ok(contract.enqueue("a", 1)));
  EXPECT_EQ(refusal(contract.enqueue("a", 2)), ErrorCode::already_exists);
  EXPECT_EQ(refusal(refusing.enqueue("a", 1)), ErrorCode::already_exists);
  EXPECT_TRUE(is_ok(ignoring.enqueue("a", 2)));
  EXPECT_EQ(ignoring.attempt("a").spec.priority, 1) << "the first one stays";
}

// V4.
TEST(Variant, MayLetHeartbeatsSet) {
  for (const auto& [heartbeats, expected] :
       {std::pair{Heartbeats::raise, 10}, std::pair{Heartbeats::set, 7}}) {
    Asked repository({.heartbeats = heartbeats});
    repository.enqueue("a");
    repository.claim("a");
    EXPECT_TRUE(is_ok(repository(2, HeartbeatLease{"L1", at_ms(2), at_ms(7)})));
    EXPECT_EQ(repository.attempt("a").lease->expires_at, at_ms(expected));
  }
}

// V5. The lease ends at 10.
TEST(Variant, MayRefuseALateHolder) {
  const std::vector<Operation> of_a_holder{
      HeartbeatLease{"L1", at_ms(11), at_ms(20)},
      HeartbeatLeaseWithVersion{"L1", "w", 1, at_ms(11), at_ms(20)},
      StartAttempt{"L1", "w"},
      AppendRunEvent{"L1", "w", "k", "1"},
      AckAttempt{"L1", "w", completed},
      ReleaseLease{"L1", "w"}};
  for (const Operation& operation : of_a_holder) {
    Asked contract({});
    Asked strict({.late_holder = LateHolder::refused});
    for (Asked* each : {&contract, &strict}) {
      each->enqueue("a");
      each->claim("a");
    }
    EXPECT_TRUE(is_ok(contract(11, operation))) << name_of(operation);
    EXPECT_EQ(refusal(strict(11, operation)), ErrorCode::stale_lease) << name_of(operation);
  }
  Asked strict({.late_holder = LateHolder::refused});
  strict.enqueue("a");
  strict.claim("a");
  EXPECT_TRUE(is_ok(strict(10, AckAttempt{"L1", "w", completed}))) << "not yet";
}

// V6.
TEST(Variant, SaysWhoseAckIsTaken) {
  const auto ack = [](AckHolder holder, const Id& lease, const Id& worker) {
    Asked repository({.ack_holder = holder});
    repository.enqueue("a");
    repository.claim("a", "w");
    EXPECT_TRUE(is_ok(repository(2, ReleaseLease{"L1", "w"})));
    repository.claim("a", "w", 3);  // which is L2
    return repository(4, AckAttempt{lease, worker, completed});
  };
  using enum AckHolder;
  EXPECT_TRUE(is_ok(ack(lease_and_worker, "L2", "w")));
  EXPECT_EQ(refusal(ack(lease_and_worker, "L2", "other")), ErrorCode::stale_lease);
  EXPECT_TRUE(is_ok(ack(lease, "L2", "other")));
  EXPECT_EQ(refusal(ack(lease, "L1", "w")), ErrorCode::stale_lease);
  EXPECT_TRUE(is_ok(ack(worker, "L1", "w")));
  EXPECT_EQ(refusal(ack(worker, "L2", "other")), ErrorCode::stale_lease);
  EXPECT_TRUE(is_ok(ack(anyone, "L1", "other")));
  EXPECT_EQ(refusal(ack(anyone, "L7", "w")), ErrorCode::not_found);
}

// V7 and V8.
TEST(Variant, AnswersAcksThatAreNotTheHolders) {
  const auto again = [](const Variant& variant, AckOutcome outcome) {
    Asked repository(variant);
    repository.enqueue("a");
    repository.claim("a");
    EXPECT_TRUE(is_ok(repository(2, AckAttempt{"L1", "w", completed})));
    const State before = repository.state();
    const Outcome answer = repository(3, AckAttempt{"L1", "w", outcome});
    EXPECT_EQ(repository.state(), before) << "nothing changes";
    return answer;
  };
  const Outcome as_first = AckResult{Status::completed, 1, {}};
  EXPECT_EQ(again({}, completed), as_first);
  EXPECT_EQ(refusal(again({}, AckOutcome::failed)), ErrorCode::stale_lease);
  EXPECT_EQ(refusal(again({.repeated_ack = RepeatedAck::refused}, completed)),
            ErrorCode::stale_lease);
  EXPECT_EQ(again({.stale_ack = StaleAck::ignored}, AckOutcome::failed), as_first);
}

TEST(Variant, SurvivesAResetWithoutTheLeasesThatAnAckMayName) {
  Asked repository({.ack_holder = AckHolder::anyone});
  repository.enqueue("a");
  repository.claim("a");
  EXPECT_TRUE(is_ok(repository(2, Reset{})));
  EXPECT_EQ(refusal(repository(2, AckAttempt{"L1", "w", completed})), ErrorCode::not_found);
  repository.enqueue("a");
  repository.claim("a", "w", 3);
  EXPECT_EQ(refusal(repository(4, AckAttempt{"L1", "w", completed})), ErrorCode::not_found);
  EXPECT_TRUE(is_ok(repository(4, AckAttempt{"L2", "other", completed})));
}

}  // namespace
}  // namespace leasecheck::tests
