#include "cli/report/taken_edges.hpp"

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <utility>
#include <variant>

#include "cli/exit_code.hpp"
#include "cli/report/file_reader.hpp"
#include "leasecheck/spec/operation_case.hpp"
#include "traces/json.hpp"
#include "traces/reader.hpp"

namespace leasecheck::cli {
namespace {

using traces::Json;

/// What a trace says of its attempts, step by step.
class Following {
 public:
  Following(const graph::Lens& lens, const traces::Trace& trace) : lens_(lens) {
    if (trace.head.deployment) options_.grace = trace.head.deployment->grace;
  }

  /// Calls `visit(name)` for every edge that an attempt goes along between the call and its answer.
  template <class Visit>
  void answer(const model::Action& action, const traces::Return& returned, Visit visit) {
    if (const auto* enqueued = std::get_if<model::EnqueueAttempt>(&action.operation)) {
      on_timeout_.try_emplace(enqueued->spec.attempt_id, enqueued->spec.on_timeout);
    } else if (const auto* several = std::get_if<model::EnqueueAttempts>(&action.operation)) {
      for (const model::AttemptSpec& spec : several->attempts) {
        on_timeout_.try_emplace(spec.attempt_id, spec.on_timeout);
      }
    }
    let_time_pass(action.now, visit);
    std::set<std::string> changed;
    for (const auto& [name, value] : returned.delta) change(name, value, changed);
    for (const std::string& attempt : changed) {
      const auto found = records_.find(attempt);
      if (found == records_.end()) {
        leave(attempt, action.operation, visit);
        continue;
      }
      if (!found->second.contains("status")) continue;
      const std::string to = class_of(attempt, action.now);
      const std::string from = std::exchange(class_of_[attempt], to);
      visit(model::move_name(from.empty() ? class_of_absent() : from, to,
                             model::mover_of(action.operation),
                             case_of(action.operation, attempt, status_of(attempt))));
    }
  }

 private:
  using Record = std::map<std::string, Json>;

  template <class Visit>
  void leave(const std::string& attempt, const model::Operation& operation, Visit visit) {
    const auto gone = gone_.extract(attempt);
    const auto known = class_of_.extract(attempt);
    const bool is_move = !gone.empty() && !known.empty();
    if (!is_move || std::holds_alternative<model::Reset>(operation)) return;
    visit(model::move_name(known.mapped(), class_of_absent(), model::mover_of(operation),
                           case_of(operation, attempt, gone.mapped())));
  }

  template <class Visit>
  void let_time_pass(model::Time now, Visit visit) {
    for (auto& [attempt, before] : class_of_) {
      const std::string is = class_of(attempt, now);
      if (is == before) continue;
      visit(model::move_name(before, is, graph::time_passes, ""));
      before = is;
    }
  }

  // "a1.status" of an attempt, "L1.worker_id" of a lease, "L1" alone of one that ended.
  void change(const std::string& name, const std::string& text, std::set<std::string>& changed) {
    const auto value = traces::parse_json(text);
    if (!value) return;
    const auto dot = name.rfind('.');
    if (dot == std::string::npos) {
      note(name, changed);
      gone_[name] = status_of(name);
      records_.erase(name);
      return;
    }
    const std::string owner = name.substr(0, dot);
    records_[owner][name.substr(dot + 1)] = *value;
    note(owner, changed);
  }

  /// Notes the attempt that a record is of.
  void note(const std::string& owner, std::set<std::string>& changed) {
    const std::optional<std::string> attempt = text(owner, "attempt_id");
    changed.insert(attempt.value_or(owner));
  }

  [[nodiscard]] const Json* field(const std::string& owner, const std::string& name) const {
    const auto record = records_.find(owner);
    if (record == records_.end()) return nullptr;
    const auto found = record->second.find(name);
    return found == record->second.end() ? nullptr : &found->second;
  }

  [[nodiscard]] std::optional<std::string> text(const std::string& owner,
                                                const std::string& name) const {
    const Json* found = field(owner, name);
    if (found == nullptr || !found->is_string()) return std::nullopt;
    return found->get<std::string>();
  }

  [[nodiscard]] model::Status status_of(const std::string& attempt) const {
    const std::string found = text(attempt, "status").value_or("");
    for (std::size_t i = 0; i < model::status_count; ++i) {
      const auto status = static_cast<model::Status>(i);
      if (model::word(status) == found) return status;
    }
    return model::Status::queued;
  }

  [[nodiscard]] std::string class_of(const std::string& attempt, model::Time now) const {
    model::Attempt seen;
    seen.status = status_of(attempt);
    for (const auto& [name, record] : records_) {
      if (name == attempt || text(name, "attempt_id") != attempt) continue;
      const auto worker = text(name, "worker_id");
      const Json* expiry = field(name, "lease_expires_at");
      if (!worker || expiry == nullptr || !expiry->is_number_integer()) continue;
      const model::Time expires_at = model::at_ms(expiry->get<std::int64_t>());
      seen.lease = {.lease_id = name,
                    .worker_id = *worker,
                    .expires_at = model::saturating_add(
                        expires_at, model::saturating_multiply(now.time_since_epoch(), -1))};
    }
    return lens_.class_of(&seen, options_);
  }

  [[nodiscard]] std::string class_of_absent() const { return lens_.class_of(nullptr, options_); }

  [[nodiscard]] std::string_view case_of(const model::Operation& operation,
                                         const std::string& attempt, model::Status after) const {
    const auto found = on_timeout_.find(attempt);
    return model::case_of(
        operation, found == on_timeout_.end() ? model::OnTimeout::retry : found->second, after);
  }

  const graph::Lens& lens_;
  graph::WalkOptions options_;
  std::map<std::string, Record> records_;  // attempts and leases
  std::map<std::string, std::string> class_of_;
  std::map<std::string, model::Status> gone_;  // the last status of what a delta says is gone
  std::map<std::string, model::OnTimeout> on_timeout_;
};

std::string without_case(const std::string& name) {
  return name.substr(0, name.find(" ["));
}

/// Adds up every object of counts that is named "transitions".
void collect(const Json& json, graph::EdgeCounts& counts) {
  if (!json.is_structured()) return;
  for (const auto& [name, member] : json.items()) {
    if (name != "transitions" || !member.is_object()) {
      collect(member, counts);
      continue;
    }
    for (const auto& [move, count] : member.items()) {
      if (count.is_number_unsigned()) counts[move] += count.get<std::uint64_t>();
    }
  }
}

}  // namespace

void TakenEdges::read(const std::string& file) {
  if (std::filesystem::path(file).extension() == ".json") return add_report(file);
  const auto trace = traces::read_file(file);
  if (!trace) throw Stop{trace.error().message};
  add(*trace, file);
}

void TakenEdges::add(const traces::Trace& trace, const std::string& file) {
  ++traces_;
  Following following(lens_, trace);
  std::map<std::uint64_t, const model::Action*> calls;
  for (const traces::Step& step : trace.steps) {
    if (const auto* call = std::get_if<traces::Call>(&step.what)) {
      calls[step.number] = &call->action;
    } else if (const auto* returned = std::get_if<traces::Return>(&step.what)) {
      const auto call = calls.find(returned->of);
      if (call == calls.end()) continue;
      following.answer(*call->second, *returned, [&](const std::string& name) {
        add(name, {.count = 1, .file = file, .step = step.number});
      });
    }
  }
}

void TakenEdges::add_report(const std::string& file) {
  if (lens_.name != graph::attempt_lens.name) {
    throw Stop{file + ": a report counts statuses, so that only --lens attempt can show it"};
  }
  const auto text = read_text_file(file, largest_report);
  if (!text) throw Stop{text.error()};
  const auto document = traces::parse_json(*text);
  if (!document) throw Stop{file + ": " + document.error()};
  graph::EdgeCounts counts;
  collect(*document, counts);
  if (counts.empty()) {
    throw Stop{file +
               ": expected a report of `check` or `simulate --json`, with counts named "
               "\"transitions\""};
  }
  ++reports_;
  for (const auto& [name, count] : counts) add(name, {.count = count, .file = file, .step = 0});
}

void TakenEdges::add(const std::string& name, const TakenEdge& taken) {
  const auto [entry, is_new] = edges_.try_emplace(name, taken);
  if (!is_new) entry->second.count += taken.count;
}

std::map<std::string, TakenEdge> TakenEdges::edges() const {
  if (!is_without_cases()) return edges_;
  TakenEdges plain(lens_);
  for (const auto& [name, taken] : edges_) plain.add(without_case(name), taken);
  return plain.edges_;
}

graph::EdgeCounts TakenEdges::counts() const {
  graph::EdgeCounts counts;
  for (const auto& [name, taken] : edges()) counts[name] = taken.count;
  return counts;
}

}  // namespace leasecheck::cli
