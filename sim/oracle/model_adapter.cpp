#include "sim/oracle/model_adapter.hpp"

#include <algorithm>
#include <concepts>
#include <limits>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "leasecheck/spec/fields.hpp"

namespace leasecheck::sim {
namespace {

using model::AttemptRecord;
using model::DeadLetter;
using model::DispatchRecord;
using model::LeaseRecord;

/// Visits two records of a kind and takes over the fields that are absent.
template <class Record>
struct TakeAbsent {
  const Names& absent;

  template <class T>
  void operator()(std::string_view name, T& into, const T& from) const {
    if (absent.contains(full_name<Record>(name))) into = from;
  }
};

template <class Record>
void fill_in(Record& observed, const Record& expected, const Names& absent) {
  const TakeAbsent<Record> visit{absent};
  fields(visit, observed, expected);
}

/// The record of the same attempt, or null. `records` are few, or in no order that could be used.
template <class Record>
const Record* same_attempt(const std::vector<Record>& records, const model::Id& attempt_id) {
  const auto found = std::ranges::find(records, attempt_id, &Record::attempt_id);
  return found == records.end() ? nullptr : &*found;
}

template <class Record>
void fill_in(std::vector<Record>& observed, const std::vector<Record>& expected,
             const Names& absent) {
  for (Record& record : observed) {
    if (const Record* same = same_attempt(expected, record.attempt_id)) {
      fill_in(record, *same, absent);
    }
  }
}

void leave_out(model::AttemptSpec& spec, const Names& absent) {
  fill_in(spec, model::AttemptSpec{}, absent);
  if (absent.contains("spec.on_timeout")) return;
  const auto can_be_told = [&absent](model::OnTimeout value) {
    return !absent.contains(on_timeout_choice(value));
  };
  const auto* const choice = std::ranges::find_if(on_timeout_choices, can_be_told);
  if (!can_be_told(spec.on_timeout) && choice != on_timeout_choices.end()) {
    spec.on_timeout = *choice;
  }
}

/// Whether two answers refuse the same items, if they have any, for the same reasons.
constexpr auto are_refused_alike = []<class One, class Other>(const One& one, const Other& other) {
  if constexpr (std::same_as<One, Other> && requires { one.front().error; }) {
    return std::ranges::equal(one, other, {}, &One::value_type::error, &One::value_type::error);
  }
  return true;
};

/// Before the id of a lease that an ack by attempt found ended, or whose attempt it found pruned.
constexpr std::string_view ended = "ended ";
constexpr std::string_view pruned = "pruned ";

/// What is dispatchable at a time, the first `limit` by priority descending, attempt_no ascending,
/// attempt_id ascending.
std::vector<DispatchRecord> list_by_attempt_id(const model::State& state, model::Time at,
                                               std::uint64_t limit) {
  constexpr std::uint64_t all = std::numeric_limits<std::uint64_t>::max();
  const model::Step listed =
      model::step(state, {.now = at, .operation = model::ListDispatchableAttempts{at, all}});
  auto records = std::get<std::vector<DispatchRecord>>(listed.outcome.value());
  std::ranges::sort(records, {}, [&state](const DispatchRecord& record) {
    const std::int64_t priority = state.attempts.at(record.attempt_id).spec.priority;
    return std::tuple(-priority, record.attempt_no, record.attempt_id);
  });
  if (records.size() > limit) records.resize(limit);
  return records;
}

/// What the model does and answers where the list and a claim of several are by attempt id.
model::Step step_by_attempt_id(model::State state, const model::Action& action) {
  if (const auto* list = std::get_if<model::ListDispatchableAttempts>(&action.operation)) {
    auto records = list_by_attempt_id(state, list->at, list->limit);
    return {.state = std::move(state), .outcome = std::move(records)};
  }
  const auto* several = std::get_if<model::ClaimAttempts>(&action.operation);
  model::Step step = model::step(state, action);
  if (several == nullptr || !step.outcome) return step;
  std::vector<model::Claim> claims;
  step.state = std::move(state);
  for (DispatchRecord& record : list_by_attempt_id(step.state, action.now, several->limit)) {
    const model::Time expires_at = model::saturating_add(action.now, several->lease_ttl);
    model::Step claimed = model::step(
        std::move(step.state),
        {action.now, model::UpsertLease{record.attempt_id, several->worker_id, expires_at}});
    claims.push_back({std::move(record), std::get<LeaseRecord>(claimed.outcome.value())});
    step.state = std::move(claimed.state);
  }
  step.outcome = std::move(claims);
  return step;
}

}  // namespace

Follower::Follower(Profile profile)
    : profile_(std::move(profile)),
      is_whole_(profile_.absent.empty() && profile_.deviations.empty() &&
                profile_.dispatch_order == DispatchOrder::ready_fifo) {}

model::Action Follower::adapted(model::Action action) const {
  if (auto* enqueue = std::get_if<model::EnqueueAttempt>(&action.operation)) {
    leave_out(enqueue->spec, profile_.absent);
  } else if (auto* several = std::get_if<model::EnqueueAttempts>(&action.operation)) {
    for (model::AttemptSpec& spec : several->attempts) leave_out(spec, profile_.absent);
  }
  return action;
}

model::Action Follower::for_subject(model::Action action) const {
  if (!profile_.deviates(Deviation::lease_version_restarts)) return action;
  const auto renumber = [this](model::HeartbeatLeaseWithVersion& heartbeat) {
    if (const auto grant = grants_.find(heartbeat.lease_id); grant != grants_.end()) {
      // Modulo 2^64, so that two versions which differ still do.
      heartbeat.expected_version -= grant->second.version_before;
    }
  };
  if (auto* one = std::get_if<model::HeartbeatLeaseWithVersion>(&action.operation)) {
    renumber(*one);
  } else if (auto* several = std::get_if<model::HeartbeatLeases>(&action.operation)) {
    std::ranges::for_each(several->heartbeats, renumber);
  }
  return action;
}

model::Action Follower::for_model(model::Action action, const model::State& state) const {
  if (!profile_.deviates(Deviation::ack_by_attempt)) return action;
  std::set<model::Id> acked;
  const auto name_holder = [&](model::AckAttempt& ack) {
    const auto grant = grants_.find(ack.lease_id);
    if (grant == grants_.end()) return;
    const auto attempt = state.attempts.find(grant->second.attempt_id);
    if (attempt == state.attempts.end()) {
      ack.lease_id.insert(0, pruned);
    } else if (attempt->second.lease && acked.insert(attempt->first).second) {
      ack.lease_id = attempt->second.lease->lease_id;
      ack.worker_id = attempt->second.lease->worker_id;
    } else {
      // No repeat is Ok: for the contract this is an ack of a lease that nobody was ever given.
      ack.lease_id.insert(0, ended);
    }
  };
  if (auto* one = std::get_if<model::AckAttempt>(&action.operation)) {
    name_holder(*one);
  } else if (auto* several = std::get_if<model::AckAttempts>(&action.operation)) {
    std::ranges::for_each(several->acks, name_holder);
  }
  return action;
}

bool Follower::names_no_attempt(const model::AckAttempt& ack) const {
  return profile_.deviates(Deviation::ack_by_attempt) && !grants_.contains(ack.lease_id) &&
         !ack.lease_id.starts_with(ended);
}

void Follower::refuse_as_not_found(model::Outcome& outcome,
                                   const model::Operation& operation) const {
  if (const auto* one = std::get_if<model::AckAttempt>(&operation)) {
    const bool is_stale = outcome == std::unexpected(model::ErrorCode::stale_lease);
    if (is_stale && names_no_attempt(*one)) outcome = std::unexpected(model::ErrorCode::not_found);
  }
  const auto* several = std::get_if<model::AckAttempts>(&operation);
  if (several == nullptr || !outcome) return;
  auto& results = std::get<model::ItemResults<model::AckResult>>(*outcome);
  for (std::size_t i = 0; i < results.size(); ++i) {
    auto& error = results[i].error;
    const bool is_stale = error && error->code == model::ErrorCode::stale_lease;
    if (is_stale && names_no_attempt(several->acks[i])) error->code = model::ErrorCode::not_found;
  }
}

void Follower::remember(const LeaseRecord& granted) {
  grants_[granted.lease_id] = {.attempt_id = granted.attempt_id,
                               .version_before = granted.version - 1};
}

model::Step Follower::step(model::State state, const model::Action& action) {
  if (is_whole_) return model::step(std::move(state), action);
  model::Step step = profile_.dispatch_order == DispatchOrder::attempt_id
                         ? step_by_attempt_id(std::move(state), action)
                         : model::step(std::move(state), action);
  refuse_as_not_found(step.outcome, action.operation);
  if (!step.outcome) return step;
  if (std::holds_alternative<model::UpsertLease>(action.operation)) {
    remember(std::get<LeaseRecord>(*step.outcome));
  } else if (const auto* claims = std::get_if<std::vector<model::Claim>>(&*step.outcome)) {
    for (const model::Claim& claim : *claims) remember(claim.lease);
  }
  return step;
}

void Follower::complete(LeaseRecord& observed, const LeaseRecord* expected) const {
  if (profile_.deviates(Deviation::lease_version_restarts)) {
    const auto grant = grants_.find(observed.lease_id);
    if (grant != grants_.end()) observed.version += grant->second.version_before;
  }
  if (expected != nullptr) fill_in(observed, *expected, profile_.absent);
}

void Follower::complete(std::vector<model::Claim>& observed,
                        const std::vector<model::Claim>& expected) const {
  for (std::size_t i = 0; i < std::min(observed.size(), expected.size()); ++i) {
    if (observed[i].attempt.attempt_id != expected[i].attempt.attempt_id) continue;
    fill_in(observed[i].attempt, expected[i].attempt, profile_.absent);
    complete(observed[i].lease, &expected[i].lease);
  }
}

void Follower::complete(model::ItemResults<LeaseRecord>& observed,
                        const model::ItemResults<LeaseRecord>& expected) const {
  for (std::size_t i = 0; i < std::min(observed.size(), expected.size()); ++i) {
    if (!observed[i].ok) continue;
    complete(*observed[i].ok, expected[i].ok ? &*expected[i].ok : nullptr);
  }
}

void Follower::complete(model::Outcome& observed, const model::Outcome& expected) const {
  if (is_whole_ || !observed) return;
  const auto expected_as = [&expected]<class Answer>(const Answer&) {
    return expected ? std::get_if<Answer>(&*expected) : nullptr;
  };
  if (auto* lease = std::get_if<LeaseRecord>(&*observed)) {
    complete(*lease, expected_as(*lease));
  } else if (auto* found = std::get_if<std::optional<LeaseRecord>>(&*observed)) {
    const auto* wanted = expected_as(*found);
    if (*found) complete(**found, wanted != nullptr && *wanted ? &**wanted : nullptr);
  } else if (auto* attempt = std::get_if<AttemptRecord>(&*observed)) {
    if (const auto* wanted = expected_as(*attempt)) fill_in(*attempt, *wanted, profile_.absent);
  } else if (auto* records = std::get_if<std::vector<DispatchRecord>>(&*observed)) {
    if (const auto* wanted = expected_as(*records)) fill_in(*records, *wanted, profile_.absent);
  } else if (auto* letters = std::get_if<std::vector<DeadLetter>>(&*observed)) {
    if (const auto* wanted = expected_as(*letters)) fill_in(*letters, *wanted, profile_.absent);
  } else if (auto* attempts = std::get_if<std::vector<AttemptRecord>>(&*observed)) {
    if (const auto* wanted = expected_as(*attempts)) fill_in(*attempts, *wanted, profile_.absent);
  } else if (auto* claims = std::get_if<std::vector<model::Claim>>(&*observed)) {
    if (const auto* wanted = expected_as(*claims)) complete(*claims, *wanted);
  } else if (auto* refreshed = std::get_if<model::ItemResults<LeaseRecord>>(&*observed)) {
    if (const auto* wanted = expected_as(*refreshed)) complete(*refreshed, *wanted);
  }
}

Follower::Answered Follower::answered(const model::Outcome& observed,
                                      const model::Outcome& expected) const {
  if (observed == expected) return Answered::as_expected;
  if (!observed || !expected || !profile_.offers("snapshot")) return Answered::otherwise;
  return std::visit(are_refused_alike, *observed, *expected) ? Answered::as_expected
                                                             : Answered::otherwise;
}

template <class Record>
Follower::Filled Follower::complete(std::vector<Record>& observed,
                                    const std::vector<Record>& expected,
                                    const std::vector<Record>& before, Answered answered) const {
  Filled how = Filled::surely;
  const auto filled = [this](Record record, const Record* from) {
    if constexpr (std::same_as<Record, LeaseRecord>) {
      complete(record, from);
    } else if (from != nullptr) {
      fill_in(record, *from, profile_.absent);
    }
    return record;
  };
  for (Record& record : observed) {
    const Record* const wanted = same_attempt(expected, record.attempt_id);
    const Record* const past = same_attempt(before, record.attempt_id);
    Record as_wanted = filled(record, wanted);
    const bool is_as_wanted = wanted != nullptr && as_wanted == *wanted;
    const bool is_as_before = past != nullptr && filled(record, past) == *past;
    const bool has_moved = is_as_wanted && answered == Answered::as_expected;
    if (!is_as_before && !is_as_wanted) how = Filled::by_guess;
    record = is_as_before && !has_moved ? *past : std::move(as_wanted);
  }
  return how;
}

Follower::Filled Follower::complete(model::Snapshot& observed, const model::Snapshot& expected,
                                    const model::Snapshot& before, Answered answered) const {
  const model::Snapshot& unseen = answered == Answered::as_expected ? expected : before;
  if (!profile_.offers("snapshot")) {
    observed = unseen;
    return Filled::surely;
  }
  if (is_whole_) return Filled::surely;
  const Filled how = std::max(
      {complete(observed.attempts, expected.attempts, before.attempts, answered),
       complete(observed.dead_letters, expected.dead_letters, before.dead_letters, answered),
       complete(observed.leases, expected.leases, before.leases, answered)});
  fill_in(observed, unseen, profile_.absent);
  for (model::RunRecord& run : observed.runs) {
    const auto same = std::ranges::find(unseen.runs, run.run_id, &model::RunRecord::run_id);
    if (same != unseen.runs.end()) fill_in(run, *same, profile_.absent);
  }
  return how;
}

}  // namespace leasecheck::sim
