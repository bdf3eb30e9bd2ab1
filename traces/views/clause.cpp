#include "traces/views/clause.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <set>
#include <string>
#include <utility>
#include <variant>

#include "leasecheck/spec/step.hpp"

namespace leasecheck::traces {
namespace {

using namespace sentences;

using model::ErrorCode;

/// The rule of an operation.
struct RuleOf {
  std::string_view operator()(const model::Reset&) const { return "readings"; }
  std::string_view operator()(const model::ListDispatchableAttempts&) const { return "rule 1"; }
  std::string_view operator()(const model::UpsertLease&) const { return "rule 3"; }
  std::string_view operator()(const model::HeartbeatLease&) const { return "rule 4"; }
  std::string_view operator()(const model::HeartbeatLeaseWithVersion&) const { return "rule 10"; }
  std::string_view operator()(const model::ExpireLeasesAndRequeue&) const { return "rule 5"; }
  std::string_view operator()(const model::LatestSeqForRun&) const { return "rule 6"; }
  std::string_view operator()(const model::TransitionTimedOutAttempts&) const { return "rule 7"; }
  std::string_view operator()(const model::EnqueueAttempt&) const { return "rule 8"; }
  std::string_view operator()(const model::StartAttempt&) const { return "rule 9"; }
  std::string_view operator()(const model::AckAttempt&) const { return "rule 11"; }
  std::string_view operator()(const model::ReleaseLease&) const { return "rule 12"; }
  std::string_view operator()(const model::CancelAttempt&) const { return "rule 12"; }
  std::string_view operator()(const model::AppendRunEvent&) const { return "rule 13"; }
  std::string_view operator()(const model::ReplayDeadLetter&) const { return "rule 14"; }
  std::string_view operator()(const model::ListDeadLetters&) const { return "rule 14"; }
  std::string_view operator()(const model::EnqueueAttempts&) const { return "rule 25"; }
  std::string_view operator()(const model::HeartbeatLeases&) const { return "rule 25"; }
  std::string_view operator()(const model::AckAttempts&) const { return "rule 25"; }
  std::string_view operator()(const model::ClaimAttempts&) const { return "rule 26"; }
  std::string_view operator()(const model::PruneAttempts&) const { return "rule 28"; }
  std::string_view operator()(const model::ListAttempts&) const { return "rule 29"; }
  /// Every other operation reads.
  template <class Operation>
  std::string_view operator()(const Operation&) const {
    return "rule 15";
  }
};

class BrokenClause {
 public:
  explicit BrokenClause(const Departure& departure)
      : departure_(departure),
        asked_(departure.by_contract.delta),
        seen_(departure.recorded->delta) {}

  Clause of(const model::Operation& operation) const {
    const model::Outcome& expected = departure_.by_contract.outcome;
    const bool is_refused_alike = !expected && expected == departure_.recorded->outcome;
    if (is_refused_alike) return refused;
    if (is_only_of("finished_at")) return finish;
    if (is_only_of("latest_seq")) return prune_runs;
    if (is_only_of("version_floor")) return version_floor;
    return std::visit([this](const auto& op) { return (*this)(op); }, operation);
  }

  Clause operator()(const model::Reset&) const { return reset; }
  Clause operator()(const model::EnqueueAttempts&) const { return unless_refused(several); }
  Clause operator()(const model::HeartbeatLeases&) const { return unless_refused(several); }
  Clause operator()(const model::AckAttempts&) const { return unless_refused(several); }
  Clause operator()(const model::ClaimAttempts&) const { return unless_refused(claims); }
  Clause operator()(const model::PruneAttempts&) const { return prune; }
  Clause operator()(const model::ListAttempts&) const { return unless_refused(page); }

  Clause operator()(const model::ListDispatchableAttempts& list) const {
    using Listed = std::vector<model::DispatchRecord>;
    constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (list.limit == 0 || list.limit > most) return limits;
    const auto* seen = answer<Listed>(departure_.recorded->outcome);
    const auto* asked = answer<Listed>(departure_.by_contract.outcome);
    if (seen == nullptr || asked == nullptr) return listed;
    const bool are_all_due = std::ranges::all_of(*seen, [&](const model::DispatchRecord& record) {
      const auto attempt = departure_.before.attempts.find(record.attempt_id);
      return attempt != departure_.before.attempts.end() &&
             model::is_dispatchable(attempt->second, list.at);
    });
    if (!are_all_due) return dispatchable;
    if (seen->size() == asked->size()) return order;
    return seen->empty() ? dispatchable : listed;
  }

  Clause operator()(const model::UpsertLease&) const {
    switch (owed_error()) {
      case ErrorCode::not_dispatchable:
        return claim_refused;
      case ErrorCode::invalid_argument:
        return claim_expired;
      case ErrorCode::not_found:
        return owed(ErrorCode::not_found);
      default:
        break;
    }
    if (!departure_.recorded->outcome) return dispatchable;
    const auto* seen = answer<model::LeaseRecord>(departure_.recorded->outcome);
    const auto* asked = answer<model::LeaseRecord>(departure_.by_contract.outcome);
    if (seen != nullptr && asked != nullptr && seen->lease_id != asked->lease_id) return lease_ids;
    const bool is_of_deadline = seen != nullptr && asked != nullptr &&
                                seen->execution_deadline != asked->execution_deadline &&
                                !differs("started_at");
    return is_of_deadline ? deadline : claim;
  }

  Clause operator()(const model::HeartbeatLease&) const {
    if (owed_error() == ErrorCode::stale_lease) return heartbeat_stale;
    if (owed_error() != no_error) return owed(owed_error());
    return departure_.recorded->outcome ? heartbeat : heartbeat_accepted;
  }
  Clause operator()(const model::HeartbeatLeaseWithVersion&) const {
    return is_owed_another_error(ErrorCode::stale_lease) ? owed(owed_error()) : versioned;
  }

  Clause operator()(const model::ExpireLeasesAndRequeue&) const {
    if (differences().empty()) return reap_counts;
    if (ends_others()) return reap;
    return differs("status") || differs("dead_letter") ? reap_exhausts : reap_queues;
  }

  Clause operator()(const model::TransitionTimedOutAttempts&) const {
    return differences().empty() || ends_others() ? timeout : timeout_ways;
  }

  Clause operator()(const model::LatestSeqForRun&) const { return latest; }

  Clause operator()(const model::EnqueueAttempt& op) const {
    if (is_owed_another_error(ErrorCode::already_exists)) return owed(owed_error());
    const bool is_known = departure_.before.attempts.contains(op.spec.attempt_id);
    return is_known ? enqueue_again : enqueue;
  }

  Clause operator()(const model::StartAttempt&) const { return unless_refused(start); }
  Clause operator()(const model::ReleaseLease&) const { return unless_refused(release); }
  Clause operator()(const model::AppendRunEvent&) const {
    return is_owed_another_error(ErrorCode::stale_lease) ? owed(owed_error()) : append;
  }

  Clause operator()(const model::AckAttempt& ack) const {
    const bool is_current = departure_.before.attempt_of_lease.contains(ack.lease_id);
    if (is_owed_another_error(ErrorCode::stale_lease)) return owed(owed_error());
    if (owed_error() == ErrorCode::stale_lease) return is_current ? ack_holder : ack_stale;
    if (!is_current) return ack_again;
    if (ack.outcome != model::AckOutcome::failed) return ack_final;
    const bool is_of_times = !differs("status") && !differs("attempt_no") && differs("retry_at");
    return is_of_times ? backoff : ack_failed;
  }

  Clause operator()(const model::CancelAttempt&) const {
    return is_owed_another_error(ErrorCode::not_dispatchable) ? owed(owed_error()) : cancel;
  }
  Clause operator()(const model::ReplayDeadLetter&) const {
    return is_owed_another_error(ErrorCode::not_dispatchable) ? owed(owed_error()) : replay;
  }
  Clause operator()(const model::ListDeadLetters&) const { return letters; }

  Clause operator()(const model::QueueDepth&) const { return depth; }
  Clause operator()(const model::CountByStatus&) const { return counts; }

  /// Every other operation reads.
  template <class Operation>
  Clause operator()(const Operation&) const {
    return unless_refused(reading);
  }

 private:
  /// Stands for an answer that is none; no call is owed it by the contract.
  static constexpr ErrorCode no_error = ErrorCode::corrupt;

  [[nodiscard]] ErrorCode owed_error() const {
    const model::Outcome& expected = departure_.by_contract.outcome;
    return expected ? no_error : expected.error();
  }

  [[nodiscard]] bool is_owed_another_error(ErrorCode than) const {
    return owed_error() != no_error && owed_error() != than;
  }

  [[nodiscard]] Clause unless_refused(const Clause& clause) const {
    return owed_error() == no_error ? clause : owed(owed_error());
  }

  template <class Answer>
  static const Answer* answer(const model::Outcome& outcome) {
    return outcome ? std::get_if<Answer>(&*outcome) : nullptr;
  }

  /// Fields that the contract changes otherwise, by their names.
  [[nodiscard]] std::set<std::string> differences() const {
    std::set<std::string> names;
    for (const auto* one : {&asked_, &seen_}) {
      const auto& other = one == &asked_ ? seen_ : asked_;
      for (const auto& [name, value] : *one) {
        const auto found = other.find(name);
        if (found == other.end() || found->second != value) names.insert(name);
      }
    }
    return names;
  }

  /// Whether other leases ended than by the contract, or other attempts changed.
  [[nodiscard]] bool ends_others() const {
    const auto names_it = [](const auto& delta, const std::string& row) {
      return std::ranges::any_of(delta, [&](const auto& change) {
        return change.first == row || change.first.starts_with(row + ".");
      });
    };
    return std::ranges::any_of(differences(), [&](const std::string& name) {
      const std::string row = name.substr(0, name.rfind('.'));
      return names_it(asked_, row) != names_it(seen_, row);
    });
  }

  [[nodiscard]] bool is_only_of(std::string_view field) const {
    const std::set<std::string> names = differences();
    return !names.empty() && std::ranges::all_of(names, [&](const std::string& name) {
      return name.ends_with("." + std::string(field));
    });
  }

  [[nodiscard]] bool differs(std::string_view field) const {
    return std::ranges::any_of(differences(), [&](const std::string& name) {
      return name.ends_with("." + std::string(field));
    });
  }

  const Departure& departure_;
  const std::map<std::string, std::string>& asked_;
  const std::map<std::string, std::string>& seen_;
};

}  // namespace

std::span<const Clause> all_clauses() {
  static const std::array all{given_time,
                              heartbeat_time,
                              dispatchable,
                              listed,
                              limits,
                              order,
                              claim,
                              claim_refused,
                              claim_expired,
                              deadline,
                              lease_ids,
                              heartbeat,
                              heartbeat_accepted,
                              heartbeat_stale,
                              reap,
                              reap_queues,
                              reap_exhausts,
                              reap_counts,
                              latest,
                              timeout,
                              timeout_ways,
                              enqueue,
                              enqueue_again,
                              start,
                              versioned,
                              ack_holder,
                              ack_final,
                              ack_failed,
                              backoff,
                              ack_again,
                              ack_stale,
                              release,
                              cancel,
                              append,
                              letters,
                              replay,
                              reading,
                              depth,
                              counts,
                              several,
                              claims,
                              finish,
                              prune,
                              prune_runs,
                              version_floor,
                              page,
                              reset,
                              refused,
                              owed(ErrorCode::invalid_argument),
                              owed(ErrorCode::not_found),
                              owed(ErrorCode::stale_lease),
                              owed(ErrorCode::not_dispatchable),
                              owed(ErrorCode::already_exists),
                              owed(ErrorCode::unavailable),
                              owed(ErrorCode::corrupt)};
  return all;
}

Clause clause_of_time(const model::Operation& operation) {
  const bool is_heartbeat = std::holds_alternative<model::HeartbeatLease>(operation) ||
                            std::holds_alternative<model::HeartbeatLeaseWithVersion>(operation);
  return is_heartbeat ? heartbeat_time : given_time;
}

std::string_view rule_of(const model::Operation& operation) {
  return std::visit(RuleOf{}, operation);
}

Clause broken_clause(const Departure& departure, const Call& call) {
  return BrokenClause(departure).of(call.action.operation);
}

}  // namespace leasecheck::traces
