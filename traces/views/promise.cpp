#include "traces/views/promise.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <variant>

#include "properties/property.hpp"
#include "properties/storage_properties.hpp"
#include "traces/departure.hpp"
#include "traces/disk_trace.hpp"
#include "traces/views/clause.hpp"

namespace leasecheck::traces {
namespace {

std::string claim_of(std::string_view property) {
  if (const auto* of_a_run = properties::find_property(property)) {
    return fmt::format("{} (rule {})", of_a_run->claim, of_a_run->rules);
  }
  const auto of_storage = properties::storage_properties();
  const auto found = std::ranges::find(of_storage, property, &properties::StorageClaim::name);
  return found == of_storage.end() ? "" : fmt::format("{} ({})", found->claim, found->source);
}

}  // namespace

std::string headline_of(const Trace& trace) {
  const Verdict& verdict = trace.verdict;
  if (verdict.property.empty()) return std::string(word(verdict.result));
  const std::string said = fmt::format("{} is {}", verdict.property, word(verdict.result));
  if (verdict.first_bad == 0) return said;
  return fmt::format("{} by step {}", said, stimulus_of(trace, verdict.first_bad));
}

std::string promise_of(const Trace& trace) {
  const Verdict& verdict = trace.verdict;
  if (verdict.result != Result::violated) return {};
  if (!is_disk_trace(trace)) {
    const auto departure = first_departure(trace);
    if (departure && departure->answer == verdict.first_bad) {
      const auto& call = std::get<Call>(trace.steps[departure->call - 1].what);
      const bool is_of_time =
          verdict.property == "one_time" && !model::reads_clock(call.action.operation);
      const Clause clause =
          is_of_time ? clause_of_time(call.action.operation) : broken_clause(*departure, call);
      // What stands under a heading is said of every operation, and so of the rule of this one.
      const std::string rule = clause.source.starts_with("rule ")
                                   ? ""
                                   : fmt::format("{}, ", rule_of(call.action.operation));
      return fmt::format("{} ({}{})", clause.text, rule, clause.source);
    }
  }
  return claim_of(verdict.property);
}

}  // namespace leasecheck::traces
