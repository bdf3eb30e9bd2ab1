#include "sim/oracle/model_adapter.hpp"

#include <algorithm>
#include <concepts>
#include <string_view>
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

}  // namespace

Follower::Follower(Profile profile)
    : profile_(std::move(profile)),
      is_whole_(profile_.absent.empty() && profile_.deviations.empty()),
      is_idle_(is_whole_ && profile_.offers("snapshot")) {}

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
    const auto before = version_before_grant_.find(heartbeat.lease_id);
    if (before == version_before_grant_.end()) return;
    // Modulo 2^64, so that two versions which differ still do.
    heartbeat.expected_version -= before->second;
  };
  if (auto* one = std::get_if<model::HeartbeatLeaseWithVersion>(&action.operation)) {
    renumber(*one);
  } else if (auto* several = std::get_if<model::HeartbeatLeases>(&action.operation)) {
    std::ranges::for_each(several->heartbeats, renumber);
  }
  return action;
}

void Follower::remember(const LeaseRecord& granted) {
  version_before_grant_[granted.lease_id] = granted.version - 1;
}

model::State Follower::beginning() const {
  model::State empty;
  empty.variant = profile_.variant;
  return empty;
}

model::Outcome Follower::apply(model::IndexedModel& model, const model::Action& action,
                               const model::Outcome& observed) {
  model::Outcome outcome = profile_.variant.order == model::DispatchOrder::none
                               ? model.apply_as_chosen(action, observed)
                               : model.apply(action);
  if (!outcome || !profile_.deviates(Deviation::lease_version_restarts)) return outcome;
  if (std::holds_alternative<model::UpsertLease>(action.operation)) {
    remember(std::get<LeaseRecord>(*outcome));
  } else if (const auto* claims = std::get_if<std::vector<model::Claim>>(&*outcome)) {
    for (const model::Claim& claim : *claims) remember(claim.lease);
  }
  return outcome;
}

void Follower::complete(LeaseRecord& observed, const LeaseRecord* expected) const {
  if (profile_.deviates(Deviation::lease_version_restarts)) {
    const auto before = version_before_grant_.find(observed.lease_id);
    if (before != version_before_grant_.end()) observed.version += before->second;
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
