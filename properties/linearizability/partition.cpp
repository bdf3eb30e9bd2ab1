#include <map>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include "leasecheck/spec/operation_traits.hpp"
#include "properties/linearizability/history.hpp"

namespace leasecheck::properties {
namespace {

/// Sets of names that are joined until no call reaches from one into another.
class Sets {
 public:
  std::string representative(const std::string& name) {
    std::string& parent = parents_.try_emplace(name, name).first->second;
    if (parent == name) return name;
    return parent = representative(parent);
  }
  void join(const std::string& left, const std::string& right) {
    const std::string root = representative(left);
    parents_[representative(right)] = root;
  }

 private:
  std::map<std::string, std::string> parents_;
};

// Attempts and runs have names of their own each.
std::string name_of_attempt(const model::Id& id) {
  return "attempt " + id;
}
std::string name_of_run(const model::Id& id) {
  return "run " + id;
}

/// Which attempt or run each call is about.
class Subjects {
 public:
  explicit Subjects(const History& history) {
    for (const auto& [id, attempt] : history.initial.attempts) {
      runs_.emplace(id, attempt.spec.run_id);
      if (attempt.lease) leases_.emplace(attempt.lease->lease_id, id);
      if (attempt.last_ack) leases_.emplace(attempt.last_ack->lease_id, id);
    }
    for (const ConcurrentCall& call : history.calls) {
      if (const auto* claim = std::get_if<model::UpsertLease>(&call.action.operation)) {
        for (const model::Id& id : call.lease_ids) leases_.emplace(id, claim->attempt_id);
      }
      if (const auto* enqueued = std::get_if<model::EnqueueAttempt>(&call.action.operation)) {
        runs_.emplace(enqueued->spec.attempt_id, enqueued->spec.run_id);
      }
    }
  }

  /// Returns: nothing for a call about everything; no names for one that reaches nothing.
  std::optional<std::vector<std::string>> of(const model::Operation& operation) const {
    return std::visit(
        [this]<typename Op>(const Op& op) -> std::optional<std::vector<std::string>> {
          if constexpr (std::is_same_v<Op, model::EnqueueAttempt>) {
            return attempt(op.spec.attempt_id);
          } else if constexpr (std::is_same_v<Op, model::AppendRunEvent>) {
            return attempt_with_run(op.lease_id);
          } else if constexpr (requires { op.attempt_id; }) {
            return attempt(op.attempt_id);
          } else if constexpr (requires { op.lease_id; }) {
            return attempt_of_lease(op.lease_id);
          } else if constexpr (requires { op.run_id; } && !model::is_of_several<Op>) {
            return std::vector{name_of_run(op.run_id)};
          } else {
            return std::nullopt;
          }
        },
        operation);
  }

 private:
  static std::vector<std::string> attempt(const model::Id& id) { return {name_of_attempt(id)}; }

  std::vector<std::string> attempt_of_lease(const model::Id& lease_id) const {
    const auto found = leases_.find(lease_id);
    return found == leases_.end() ? std::vector<std::string>{} : attempt(found->second);
  }

  std::vector<std::string> attempt_with_run(const model::Id& lease_id) const {
    const auto found = leases_.find(lease_id);
    if (found == leases_.end()) return {};
    std::vector<std::string> names = attempt(found->second);
    const auto [first, last] = runs_.equal_range(found->second);
    for (auto run = first; run != last; ++run) names.push_back(name_of_run(run->second));
    return names;
  }

  std::map<model::Id, model::Id> leases_;     // lease, attempt
  std::multimap<model::Id, model::Id> runs_;  // attempt, every run that anybody enqueued it for
};

/// Keeps of states and snapshots what belongs to one set.
template <typename IsOurs>
void restrict_to(History& part, IsOurs is_ours) {
  const auto attempt = [&](const auto& row) { return !is_ours(name_of_attempt(row.attempt_id)); };
  std::erase_if(part.initial.attempts,
                [&](const auto& entry) { return !is_ours(name_of_attempt(entry.first)); });
  std::erase_if(part.initial.attempt_of_lease,
                [&](const auto& entry) { return !is_ours(name_of_attempt(entry.second)); });
  std::erase_if(part.initial.runs,
                [&](const auto& entry) { return !is_ours(name_of_run(entry.first)); });
  if (!part.final_snapshot) return;
  std::erase_if(part.final_snapshot->attempts, attempt);
  std::erase_if(part.final_snapshot->leases, attempt);
  std::erase_if(part.final_snapshot->dead_letters, attempt);
  std::erase_if(part.final_snapshot->runs,
                [&](const model::RunRecord& run) { return !is_ours(name_of_run(run.run_id)); });
}

}  // namespace

std::vector<History> partition(const History& history) {
  const Subjects subjects(history);
  Sets sets;
  std::vector<std::vector<std::string>> names;
  for (const ConcurrentCall& call : history.calls) {
    auto of_call = subjects.of(call.action.operation);
    if (!of_call) return {history};
    for (const std::string& name : *of_call) sets.join(of_call->front(), name);
    names.push_back(*std::move(of_call));
  }
  const std::string nothing;
  std::map<std::string, std::vector<ConcurrentCall>> calls_of;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string set = names[i].empty() ? nothing : sets.representative(names[i].front());
    calls_of[set].push_back(history.calls[i]);
  }
  std::vector<History> parts;
  for (auto& [set, calls] : calls_of) {
    parts.push_back({history.initial, std::move(calls), history.final_snapshot});
    restrict_to(parts.back(),
                [&](const std::string& name) { return sets.representative(name) == set; });
  }
  parts.push_back({history.initial, {}, history.final_snapshot});
  restrict_to(parts.back(), [&](const std::string& name) {
    return !calls_of.contains(sets.representative(name));
  });
  return parts;
}

}  // namespace leasecheck::properties
