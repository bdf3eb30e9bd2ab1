#include "sim/oracle/model_adapter.hpp"

#include <algorithm>
#include <concepts>
#include <limits>
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

/// Before the id of a lease that an ack by attempt found ended.
constexpr std::string_view ended = "ended ";

/// The list by attempt id: priority descending, attempt_no ascending, attempt_id ascending.
void order_by_attempt_id(std::vector<DispatchRecord>& records, const model::State& state) {
  std::ranges::sort(records, {}, [&state](const DispatchRecord& record) {
    const std::int64_t priority = state.attempts.at(record.attempt_id).spec.priority;
    return std::tuple(-priority, record.attempt_no, record.attempt_id);
  });
}

}  // namespace

Follower::Follower(Profile profile)
    : profile_(std::move(profile)),
      is_whole_(profile_.absent.empty() && profile_.deviations.empty() &&
                profile_.dispatch_order == DispatchOrder::ready_fifo) {}

model::Action Follower::adapted(model::Action action) const {
  if (auto* enqueue = std::get_if<model::EnqueueAttempt>(&action.operation)) {
    leave_out(enqueue->spec, profile_.absent);
  }
  return action;
}

model::Action Follower::for_subject(model::Action action) const {
  auto* heartbeat = std::get_if<model::HeartbeatLeaseWithVersion>(&action.operation);
  if (heartbeat == nullptr || !profile_.deviates(Deviation::lease_version_restarts)) return action;
  if (const auto grant = grants_.find(heartbeat->lease_id); grant != grants_.end()) {
    // Modulo 2^64, so that two versions which differ still do.
    heartbeat->expected_version -= grant->second.version_before;
  }
  return action;
}

model::Action Follower::for_model(model::Action action, const model::State& state) const {
  auto* ack = std::get_if<model::AckAttempt>(&action.operation);
  if (ack == nullptr || !profile_.deviates(Deviation::ack_by_attempt)) return action;
  const auto grant = grants_.find(ack->lease_id);
  if (grant == grants_.end()) return action;
  const auto attempt = state.attempts.find(grant->second.attempt_id);
  if (attempt != state.attempts.end() && attempt->second.lease) {
    ack->lease_id = attempt->second.lease->lease_id;
    ack->worker_id = attempt->second.lease->worker_id;
  } else {
    // No repeat is Ok: for the contract this is an ack of a lease that nobody was ever given.
    ack->lease_id.insert(0, ended);
  }
  return action;
}

bool Follower::names_no_attempt(const model::Operation& operation) const {
  const auto* ack = std::get_if<model::AckAttempt>(&operation);
  return ack != nullptr && profile_.deviates(Deviation::ack_by_attempt) &&
         !grants_.contains(ack->lease_id) && !ack->lease_id.starts_with(ended);
}

model::Step Follower::step(model::State state, const model::Action& action) {
  if (is_whole_) return model::step(std::move(state), action);
  const auto* list = std::get_if<model::ListDispatchableAttempts>(&action.operation);
  const bool reorder = list != nullptr && profile_.dispatch_order == DispatchOrder::attempt_id;
  model::Action asked = action;
  if (reorder) {
    std::get<model::ListDispatchableAttempts>(asked.operation).limit =
        std::numeric_limits<std::uint64_t>::max();
  }
  model::Step step = model::step(std::move(state), asked);
  if (names_no_attempt(action.operation) &&
      step.outcome == std::unexpected(model::ErrorCode::stale_lease)) {
    step.outcome = std::unexpected(model::ErrorCode::not_found);
  }
  if (!step.outcome) return step;
  if (reorder) {
    auto& records = std::get<std::vector<DispatchRecord>>(*step.outcome);
    order_by_attempt_id(records, step.state);
    if (records.size() > list->limit) records.resize(list->limit);
  }
  if (std::holds_alternative<model::UpsertLease>(action.operation)) {
    const auto& lease = std::get<LeaseRecord>(*step.outcome);
    grants_[lease.lease_id] = {.attempt_id = lease.attempt_id, .version_before = lease.version - 1};
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
  }
}

template <class Record>
void Follower::complete(std::vector<Record>& observed, const std::vector<Record>& expected,
                        const std::vector<Record>& before) const {
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
    record = is_as_before && !is_as_wanted ? *past : std::move(as_wanted);
  }
}

void Follower::complete(model::Snapshot& observed, const model::Snapshot& expected,
                        const model::Snapshot& before) const {
  if (!profile_.offers("snapshot")) {
    observed = expected;
    return;
  }
  if (is_whole_) return;
  complete(observed.attempts, expected.attempts, before.attempts);
  complete(observed.dead_letters, expected.dead_letters, before.dead_letters);
  complete(observed.leases, expected.leases, before.leases);
}

}  // namespace leasecheck::sim
