#include "properties/linearizability/linearizability.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>

#include "leasecheck/spec/step.hpp"
#include "sim/random.hpp"

namespace leasecheck::properties {
namespace {

using model::at_ms;
using model::ErrorCode;
using model::Outcome;

constexpr auto linearizable = Linearizability::linearizable;
constexpr auto not_linearizable = Linearizability::not_linearizable;

model::Action claim(const std::string& attempt, const std::string& worker) {
  return {at_ms(10), model::UpsertLease{attempt, worker, at_ms(1000)}};
}
model::Action cancel(const std::string& attempt) {
  return {at_ms(20), model::CancelAttempt{attempt}};
}
model::Action get(const std::string& attempt) {
  return {at_ms(30), model::GetAttempt{attempt}};
}

const Outcome refused = std::unexpected(ErrorCode::not_dispatchable);
const Outcome done = model::Answer{model::Done{}};

model::State with_attempts(const std::vector<std::string>& ids) {
  model::State state;
  for (const std::string& id : ids) {
    model::AttemptSpec spec;
    spec.attempt_id = id;
    spec.run_id = "r";
    state = model::step(std::move(state), {at_ms(0), model::EnqueueAttempt{spec}}).state;
  }
  return state;
}

Outcome granted(const std::string& attempt, const std::string& worker, const std::string& lease) {
  return model::Answer{model::LeaseRecord{.lease_id = lease,
                                          .attempt_id = attempt,
                                          .worker_id = worker,
                                          .lease_expires_at = at_ms(1000),
                                          .heartbeat_at = at_ms(10),
                                          .version = 1,
                                          .execution_deadline = std::nullopt}};
}

ConcurrentCall known(model::Action action, std::uint64_t invoked, std::uint64_t returned,
                     Outcome outcome) {
  ConcurrentCall call{std::move(action), invoked, returned, outcome, {}};
  if (outcome && std::holds_alternative<model::LeaseRecord>(*outcome)) {
    call.lease_ids = {std::get<model::LeaseRecord>(*outcome).lease_id};
  }
  return call;
}

ConcurrentCall unknown(model::Action action, std::uint64_t invoked) {
  return {std::move(action), invoked, std::nullopt, std::nullopt, {}};
}

Linearizability verdict(std::vector<ConcurrentCall> calls,
                        std::optional<model::Snapshot> last = std::nullopt) {
  return check_linearizable({with_attempts({"a", "b"}), std::move(calls), std::move(last)}).verdict;
}

Outcome read_of(const model::State& state, const std::string& attempt) {
  return model::step(state, get(attempt)).outcome;
}

TEST(Linearizability, OneWinnerAmongTwoClaimsWhicheverItIs) {
  EXPECT_EQ(verdict({known(claim("a", "w1"), 1, 3, granted("a", "w1", "x")),
                     known(claim("a", "w2"), 2, 4, refused)}),
            linearizable);
  EXPECT_EQ(verdict({known(claim("a", "w1"), 1, 3, refused),
                     known(claim("a", "w2"), 2, 4, granted("a", "w2", "x"))}),
            linearizable);
}

TEST(Linearizability, TwoWinnersAreOneTooMany) {
  EXPECT_EQ(verdict({known(claim("a", "w1"), 1, 3, granted("a", "w1", "x")),
                     known(claim("a", "w2"), 2, 4, granted("a", "w2", "y"))}),
            not_linearizable);
}

TEST(Linearizability, NoWinnerIsOneTooFew) {
  EXPECT_EQ(
      verdict({known(claim("a", "w1"), 1, 3, refused), known(claim("a", "w2"), 2, 4, refused)}),
      not_linearizable);
}

// The same answers; one swap of an answer with an invocation makes the difference.
TEST(Linearizability, ARefusalBeforeTheGrantNeedsThemToOverlap) {
  EXPECT_EQ(verdict({known(claim("a", "w1"), 1, 3, refused),
                     known(claim("a", "w2"), 2, 4, granted("a", "w2", "x"))}),
            linearizable);
  EXPECT_EQ(verdict({known(claim("a", "w1"), 1, 2, refused),
                     known(claim("a", "w2"), 3, 4, granted("a", "w2", "x"))}),
            not_linearizable);
}

TEST(Linearizability, AReadMayBeStaleOnlyWhileTheWriteIsUnderWay) {
  const model::State before = with_attempts({"a", "b"});
  const Outcome old = read_of(before, "a");
  EXPECT_EQ(verdict({known(cancel("a"), 1, 3, done), known(get("a"), 2, 4, old)}), linearizable);
  EXPECT_EQ(verdict({known(cancel("a"), 1, 2, done), known(get("a"), 3, 4, old)}),
            not_linearizable);
}

TEST(Linearizability, TwoReadersSeeTheWriteInOneOrder) {
  const model::State before = with_attempts({"a", "b"});
  const Outcome old = read_of(before, "a");
  const Outcome now = read_of(model::step(before, cancel("a")).state, "a");
  EXPECT_EQ(verdict({known(cancel("a"), 1, 6, done), known(get("a"), 2, 3, old),
                     known(get("a"), 4, 5, now)}),
            linearizable);
  EXPECT_EQ(verdict({known(cancel("a"), 1, 6, done), known(get("a"), 2, 3, now),
                     known(get("a"), 4, 5, old)}),
            not_linearizable);
}

TEST(Linearizability, AnUnknownOutcomeMayHaveHappenedOrNotButNotBeforeItsCall) {
  const model::State before = with_attempts({"a", "b"});
  const Outcome old = read_of(before, "a");
  const Outcome now = read_of(model::step(before, cancel("a")).state, "a");
  EXPECT_EQ(verdict({unknown(cancel("a"), 1), known(get("a"), 2, 3, old)}), linearizable);
  EXPECT_EQ(verdict({unknown(cancel("a"), 1), known(get("a"), 2, 3, now)}), linearizable);
  EXPECT_EQ(
      verdict({unknown(cancel("a"), 1), known(get("a"), 2, 3, old), known(get("a"), 4, 5, now)}),
      linearizable)
      << "and as late as it likes";
  EXPECT_EQ(verdict({known(get("a"), 1, 2, now), unknown(cancel("a"), 3)}), not_linearizable);
}

TEST(Linearizability, UnavailableMeansThatNothingHappened) {
  const model::State before = with_attempts({"a", "b"});
  const model::Snapshot cancelled = model::snapshot(model::step(before, cancel("a")).state);
  const Outcome unavailable = std::unexpected(ErrorCode::unavailable);
  EXPECT_EQ(verdict({known(cancel("a"), 1, 2, unavailable)}, model::snapshot(before)),
            linearizable);
  EXPECT_EQ(verdict({known(cancel("a"), 1, 2, unavailable)}, cancelled), not_linearizable);
  EXPECT_EQ(verdict({unknown(cancel("a"), 1)}, cancelled), linearizable);
  EXPECT_EQ(verdict({unknown(cancel("a"), 1)}, model::snapshot(before)), linearizable);
}

TEST(Linearizability, TheFinalSnapshotCounts) {
  const model::State before = with_attempts({"a", "b"});
  const model::State after = model::step(before, cancel("a")).state;
  EXPECT_EQ(verdict({known(cancel("a"), 1, 2, done)}, model::snapshot(after)), linearizable);
  EXPECT_EQ(verdict({known(cancel("a"), 1, 2, done)}, model::snapshot(before)), not_linearizable);
  const model::Snapshot b_changed_too = model::snapshot(model::step(after, cancel("b")).state);
  EXPECT_EQ(verdict({known(cancel("a"), 1, 2, done)}, b_changed_too), not_linearizable)
      << "an attempt that no call was about does not change";
}

TEST(Linearizability, LeaseIdsAreTheRepositorysOwn) {
  const model::Action heartbeat{at_ms(40), model::HeartbeatLease{"x", at_ms(40), at_ms(2000)}};
  EXPECT_EQ(verdict({known(claim("a", "w1"), 1, 2, granted("a", "w1", "x")),
                     known(heartbeat, 3, 4, done)}),
            linearizable);
  EXPECT_EQ(verdict({known(claim("a", "w1"), 1, 2, granted("a", "w1", "y")),
                     known(heartbeat, 3, 4, done)}),
            not_linearizable);
  ConcurrentCall lost = unknown(claim("a", "w1"), 1);
  lost.lease_ids = {"x"};
  EXPECT_EQ(verdict({lost, known(heartbeat, 2, 3, done)}), linearizable);
}

TEST(Linearizability, GivesUpInsteadOfGuessing) {
  std::vector<ConcurrentCall> calls;
  for (std::uint64_t i = 0; i < 12; ++i) {
    calls.push_back(known(claim("a", "w" + std::to_string(i)), i, 100 + i, refused));
  }
  History history{with_attempts({"a"}), calls, std::nullopt};
  EXPECT_EQ(check_linearizable(history, {.most_steps = 5}).verdict, Linearizability::gave_up);
  EXPECT_EQ(check_linearizable(history, {.most_bytes = 100}).verdict, Linearizability::gave_up);
  EXPECT_EQ(check_linearizable(history).verdict, not_linearizable);
}

TEST(Explain, ToldApartOnlyByWhatComesLater) {
  const auto enqueue = [](const std::string& id) {
    model::AttemptSpec spec;
    spec.attempt_id = spec.run_id = id;
    return model::Action{at_ms(0), model::EnqueueAttempt{spec}};
  };
  const auto both =
      explain({model::State{}}, {{},
                                 {known(enqueue("a"), 1, 3, done), known(enqueue("b"), 2, 4, done)},
                                 model::snapshot(with_attempts({"a", "b"}))});
  // The run ids differ from those of `with_attempts`, so nothing explains this snapshot.
  EXPECT_EQ(both.verdict, not_linearizable);

  model::State a_first = model::step({}, enqueue("a")).state;
  a_first = model::step(std::move(a_first), enqueue("b")).state;
  const History enqueued{{},
                         {known(enqueue("a"), 1, 3, done), known(enqueue("b"), 2, 4, done)},
                         model::snapshot(a_first)};
  const auto either = explain({model::State{}}, enqueued);
  EXPECT_EQ(either.verdict, linearizable);
  EXPECT_EQ(either.states.size(), 2U) << "no snapshot shows who came first";

  const model::Action list{at_ms(10), model::ListDispatchableAttempts{at_ms(10), 10}};
  const auto one = explain(
      either.states,
      {{}, {known(list, 5, 6, model::step(a_first, list).outcome)}, model::snapshot(a_first)});
  EXPECT_EQ(one.states.size(), 1U) << "a list does";
}

TEST(Partition, CallsAboutDifferentAttemptsDoNotMeet) {
  History history{with_attempts({"a", "b"}),
                  {known(cancel("a"), 1, 2, done), known(cancel("b"), 3, 4, done)},
                  std::nullopt};
  EXPECT_EQ(partition(history).size(), 3U) << "one for each, and one for what nobody touched";
  history.calls.push_back(known({at_ms(0), model::CountByStatus{}}, 5, 6, done));
  EXPECT_EQ(partition(history).size(), 1U);
}

TEST(Partition, EventsJoinTheAttemptsOfARun) {
  model::State state = with_attempts({"a", "b"});
  state = model::step(std::move(state), claim("a", "w1")).state;
  state = model::step(std::move(state), claim("b", "w2")).state;
  const auto append = [](const std::string& lease, const std::string& worker) {
    return model::Action{at_ms(50), model::AppendRunEvent{lease, worker, "k", "1"}};
  };
  const auto seq = [](std::uint64_t value) { return model::Answer{model::Sequence{value}}; };
  History history{
      state,
      {known(append("L1", "w1"), 1, 3, seq(2)), known(append("L2", "w2"), 2, 4, seq(1))},
      std::nullopt};
  EXPECT_EQ(partition(history).size(), 2U);
  EXPECT_EQ(check_linearizable(history).verdict, linearizable);
  history.calls[1].outcome = seq(2);
  EXPECT_EQ(check_linearizable(history).verdict, not_linearizable);
}

/// Histories that are linearizable because that is how they are made: calls take effect in one
/// order, each within an interval drawn around its place in it.
class MadeHistory {
 public:
  explicit MadeHistory(std::uint64_t seed) : draw_(seed, "history") {
    history_.initial = with_attempts({"a", "b", "c"});
    model::State state = history_.initial;
    constexpr std::uint64_t calls = 14;
    for (std::uint64_t place = 0; place < calls; ++place) {
      model::Action action = draw_action();
      model::Step step = model::step(std::move(state), action);
      state = std::move(step.state);
      // Places are multiples of 100, and every time gets two last digits of its own.
      const std::uint64_t before = draw_.below(250);
      const std::uint64_t after = draw_.below(250);
      const std::uint64_t centre = 1000 + place * 100;
      ConcurrentCall call{std::move(action),
                          (centre - before) * calls + place,
                          (centre + after + 1) * calls + place,
                          step.outcome,
                          {}};
      if (step.outcome && std::holds_alternative<model::LeaseRecord>(*step.outcome)) {
        call.lease_ids = {std::get<model::LeaseRecord>(*step.outcome).lease_id};
      }
      if (draw_.chance(150)) {
        call.outcome.reset();
        call.returned.reset();
      }
      history_.calls.push_back(std::move(call));
    }
    history_.final_snapshot = model::snapshot(state);
  }

  History take() && { return std::move(history_); }

 private:
  model::Action draw_action() {
    const std::string attempt(1, static_cast<char>('a' + draw_.below(3)));
    const std::string lease = "L" + std::to_string(1 + draw_.below(4));
    const std::string worker = "w" + std::to_string(1 + draw_.below(2));
    switch (draw_.below(6)) {
      case 0:
      case 1:
        return claim(attempt, worker);
      case 2:
        return cancel(attempt);
      case 3:
        return {at_ms(50), model::ReleaseLease{lease, worker}};
      case 4:
        return {at_ms(60), model::HeartbeatLease{lease, at_ms(60), at_ms(2000)}};
      default:
        return get(attempt);
    }
  }

  sim::Stream draw_;
  History history_;
};

TEST(Linearizability, AcceptsEveryHistoryThatWasMadeInOneOrder) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const History history = MadeHistory(seed).take();
    EXPECT_EQ(check_linearizable(history).verdict, linearizable) << "seed " << seed;
  }
}

TEST(Linearizability, APartitionedHistoryHasTheVerdictOfTheWhole) {
  std::size_t wrong = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    History history = MadeHistory(seed).take();
    // Two answers change places: mostly nothing explains that any more.
    std::swap(history.calls[seed % 14].outcome, history.calls[(seed / 14) % 14].outcome);
    const Linearizability parted = check_linearizable(history).verdict;
    wrong += parted == not_linearizable;
    // A count that nobody answered changes nothing, but reaches everything.
    history.calls.push_back(unknown({at_ms(0), model::CountByStatus{}}, 1'000'000));
    EXPECT_EQ(check_linearizable(history).verdict, parted) << "seed " << seed;
  }
  EXPECT_GT(wrong, 100U);
}

// ---- Rule 26: claims of several may pass over what others hold --------------------------------

model::Action claim_several(std::uint64_t limit) {
  return {at_ms(10), model::ClaimAttempts{"w", limit, model::Duration{990}}};
}

ConcurrentCall claimed(std::uint64_t limit, const std::vector<std::string>& ids,
                       std::uint64_t invoked, std::uint64_t returned) {
  std::vector<model::Claim> claims;
  std::vector<model::Id> leases;
  model::State state = with_attempts(ids);
  const Outcome all = model::step(state, claim_several(ids.size())).outcome;
  claims = std::get<std::vector<model::Claim>>(*all);
  for (const model::Claim& claim : claims) leases.push_back(claim.lease.lease_id);
  return {claim_several(limit), invoked, returned, Outcome(model::Answer{claims}), leases};
}

model::Action enqueue(const std::string& id) {
  return {at_ms(0), model::EnqueueAttempt{with_attempts({id}).attempts.at(id).spec}};
}

Linearizability verdict_passing_over(const std::vector<std::string>& ids,
                                     std::vector<ConcurrentCall> calls) {
  const History history{with_attempts(ids), std::move(calls), std::nullopt};
  return check_linearizable(history, {.comparison = with_claims_passing_over(history)}).verdict;
}

TEST(ClaimsPassingOver, MayLeaveOutWhatAnOverlappingCallNames) {
  EXPECT_EQ(
      verdict_passing_over({"a", "b"}, {known(enqueue("a"), 1, 4, done), claimed(2, {"b"}, 2, 3)}),
      linearizable);
  EXPECT_EQ(verdict_passing_over({"a"}, {known(enqueue("a"), 1, 4, done), claimed(2, {}, 2, 3)}),
            linearizable);
}

TEST(ClaimsPassingOver, MayNotLeaveOutAnythingElse) {
  // It overlaps with nothing.
  EXPECT_EQ(
      verdict_passing_over({"a", "b"}, {known(enqueue("a"), 1, 2, done), claimed(2, {"b"}, 3, 4)}),
      not_linearizable);
  // What overlaps names another.
  EXPECT_EQ(
      verdict_passing_over({"a", "b"}, {known(enqueue("b"), 1, 4, done), claimed(2, {"b"}, 2, 3)}),
      not_linearizable);
  // Out of order.
  EXPECT_EQ(
      verdict_passing_over({"a", "b"}, {known(enqueue("b"), 1, 4, done), claimed(1, {"b"}, 2, 3)}),
      not_linearizable);
  EXPECT_EQ(verdict_passing_over({"a", "b"},
                                 {known(enqueue("b"), 1, 4, done), claimed(2, {"a", "b"}, 2, 3)}),
            linearizable);
}

// A call that only reads holds nothing, whether it names the attempt or concerns all.
TEST(ClaimsPassingOver, MayNotLeaveOutWhatIsOnlyRead) {
  const std::vector<model::Action> reads{
      get("a"), {at_ms(0), model::GetLeaseForAttempt{"a"}}, {at_ms(0), model::CountByStatus{}}};
  for (const model::Action& read : reads) {
    EXPECT_EQ(verdict_passing_over({"a", "b"}, {unknown(read, 1), claimed(2, {"b"}, 2, 3)}),
              not_linearizable)
        << model::name_of(read.operation);
  }
}

TEST(ClaimsPassingOver, StillGiveNothingTwice) {
  EXPECT_EQ(verdict_passing_over({"a"}, {claimed(1, {"a"}, 1, 3), claimed(1, {"a"}, 2, 4)}),
            not_linearizable);
}

}  // namespace
}  // namespace leasecheck::properties
