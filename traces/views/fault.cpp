#include "traces/views/fault.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "leasecheck/spec/operation.hpp"
#include "traces/departure.hpp"
#include "traces/disk_trace.hpp"
#include "traces/views/disk_fault.hpp"
#include "traces/wording.hpp"

namespace leasecheck::traces {
namespace {

/// Rows that the step made, and fields of others that it changed, where the contract has neither.
std::vector<std::string> must_not(const Departure& departure) {
  const auto& asked = departure.by_contract.delta;
  std::vector<std::string> rows;
  std::vector<std::string> fields;
  for (const auto& [name, value] : departure.recorded->delta) {
    if (asked.contains(name)) continue;
    const std::string row = name.substr(0, name.rfind('.'));
    if (name.ends_with(".lease_id")) rows.push_back(row);
    fields.push_back(name);
  }
  std::erase_if(fields, [&](const std::string& name) {
    return std::ranges::find(rows, name.substr(0, name.rfind('.'))) != rows.end();
  });
  // A row for a lease id that no answer named.
  for (std::string& row : rows) {
    if (row.starts_with("unissued ")) row = "a lease of which it tells nobody";
  }
  std::vector<std::string> clauses;
  if (!rows.empty()) clauses.push_back(fmt::format("must not grant {}", fmt::join(rows, ", ")));
  if (!fields.empty())
    clauses.push_back(fmt::format("must not change {}", fmt::join(fields, ", ")));
  return clauses;
}

/// What the contract asks for after the step and did not get, and what it got and must not have.
/// Returns: empty if what is known to have changed is what had to.
std::string effect(const Departure& departure, const Wording& say) {
  const auto& asked = departure.by_contract.delta;
  const auto& seen = departure.recorded->delta;
  if (asked.empty()) return "changes nothing";
  Return missing{.of = departure.call, .outcome = {}, .delta = {}, .post = 0};
  std::ranges::set_difference(asked, seen, std::inserter(missing.delta, missing.delta.end()));
  std::vector<std::string> clauses = must_not(departure);
  if (!missing.delta.empty()) {
    clauses.insert(clauses.begin(),
                   fmt::format("has to lead to this: {}", fmt::join(say.changes(missing), ", ")));
  }
  return fmt::format("{}", fmt::join(clauses, ", and "));
}

std::string demand(const Departure& departure, const Call& call, const Wording& say) {
  const std::string what_it_does = effect(departure, say);
  if (departure.by_contract.outcome == departure.recorded->outcome) {
    return fmt::format("By the contract, step {} {}.", departure.call,
                       what_it_does.empty() ? "leads to another state" : what_it_does);
  }
  const std::string answer = fmt::format("By the contract, at step {} it {}", departure.call,
                                         say.answer(departure.by_contract.outcome));
  const bool only_reads = !model::can_change_state(call.action.operation);
  if (only_reads && departure.recorded->delta.empty()) return answer + ".";
  if (what_it_does.empty()) {
    const std::string by_contract = say.answer(departure.by_contract.outcome);
    const std::string recorded = say.answer(departure.recorded->outcome);
    return by_contract == recorded
               ? answer + "; what the repository answers differs in other fields."
               : fmt::format("{}; the repository {}.", answer, recorded);
  }
  return fmt::format("{}, and the step {}.", answer, what_it_does);
}

/// Pre: every answer is the contract's.
std::string fault_around(const Trace& trace, const Wording& say) {
  const std::string contract = "Every answer of the repository is the contract's";
  const Step& bad = trace.steps[trace.verdict.first_bad - 1];
  if (const auto* returned = std::get_if<Return>(&bad.what)) {
    if (trace.verdict.property == "one_time") {
      return "the repository. Its answer and its rows are the contract's; how often it reads its "
             "clock is not.";
    }
    if (returned->outcome == std::unexpected(model::ErrorCode::unavailable)) {
      return "the repository. It refuses what nothing around it keeps it from.";
    }
    const Step& call = trace.steps[returned->of - 1];
    return fmt::format("{}. {}; {}'s call broke the rule: it {}.", actor_of(call), contract,
                       actor_of(call), say.call(std::get<Call>(call.what).action.operation));
  }
  return fmt::format(
      "not the repository. {}, so it is those around it: a worker, a reaper, or a clock that is "
      "further off than the grace window allows.",
      contract);
}

}  // namespace

std::string fault_of(const Trace& trace) {
  if (trace.verdict.result != Result::violated) return {};
  if (is_disk_trace(trace)) {
    return "the repository. What happened to its processes and files may happen at any time. " +
           demand_on_disk(trace);
  }
  const Wording say(trace);
  const std::optional<Departure> departure = first_departure(trace);
  if (!departure) return fault_around(trace, say);
  const auto& call = std::get<Call>(trace.steps[departure->call - 1].what);
  if (departure->answer == trace.verdict.first_bad) {
    return "the repository. " + demand(*departure, call, say);
  }
  // A run goes on after such an answer only if the subject says of itself that it does otherwise.
  return fmt::format(
      "the repository, or what it says that it does otherwise: from step {} on its answers are not "
      "the contract's. {}",
      departure->call, demand(*departure, call, say));
}

}  // namespace leasecheck::traces
