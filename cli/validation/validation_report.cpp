#include "cli/validation/validation_report.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/report/text.hpp"
#include "traces/codec.hpp"
#include "traces/phrases.hpp"
#include "traces/wording.hpp"

namespace leasecheck::cli {
namespace {

using traces::Json;

std::string lease_in_words(const properties::PossibleState& state, const model::Id& attempt_id,
                           const traces::Wording& wording) {
  for (const model::LeaseRecord& lease : state.leases) {
    if (lease.attempt_id != attempt_id) continue;
    return fmt::format(", lease {} of {} until {}", lease.lease_id, lease.worker_id,
                       wording.time(lease.lease_expires_at));
  }
  return {};
}

std::string attempts_in_words(const properties::PossibleState& state,
                              const traces::Wording& wording) {
  std::string text;
  for (const model::AttemptRecord& attempt : state.attempts) {
    text += fmt::format("{}{} is {}, attempt number {}, version {}", text.empty() ? "" : "; ",
                        attempt.attempt_id, model::word(attempt.status), attempt.attempt_no,
                        attempt.version);
    if (attempt.retry_at) text += ", to be retried at " + wording.time(*attempt.retry_at);
    text += lease_in_words(state, attempt.attempt_id, wording);
  }
  return text.empty() ? "there is no such attempt, or the call is about all" : text;
}

std::string seen_in_words(const properties::LoggedCall& call, const traces::Wording& wording) {
  return call.outcome ? wording.answer(*call.outcome) : "accepts it";
}

Json answer_of(const properties::LoggedCall& call) {
  return call.outcome ? traces::outcome_to_json(*call.outcome) : Json("accepted");
}

std::string not_checked(const ValidationReport& report) {
  std::string text;
  if (!report.are_times_known) {
    text +=
        "not compared: ready_at, finished_at and dead_at, since the log does not say when "
        "operations took effect\n";
  }
  if (report.is_partial) {
    text +=
        "not compared: what counts or lists whatever attempts there are, from where a call about "
        "them has no answer or an answer no explanation\n";
  }
  if (report.tally.compared_as_chosen > 0) {
    text += fmt::format("not compared: the order of dispatch in {} of {} lists and claims\n",
                        grouped(report.tally.compared_as_chosen),
                        grouped(report.tally.compared_as_chosen + report.tally.compared_in_order));
  }
  if (report.tally.passed_over > 0) {
    text += fmt::format(
        "not compared: {} about attempts that findings are about\n",
        traces::counted(static_cast<std::int64_t>(report.tally.passed_over), "call", "calls"));
  }
  for (const std::string& operation : report.unlogged) {
    text += fmt::format("not in the log, and added where an answer needs it: {}\n", operation);
  }
  return text;
}

std::string answers_in_words(const properties::ValidationTally& tally) {
  std::string text;
  for (const auto& [operation, answers] : tally.outcomes) {
    text += fmt::format("  {:<30}", operation);
    for (const auto& [answer, count] : answers) {
      text += fmt::format("  {} {}", grouped(count), answer);
    }
    text += "\n";
  }
  return text;
}

}  // namespace

traces::Result result_of(const properties::ValidationTally& tally) {
  if (tally.findings > 0) return traces::Result::violated;
  const bool is_decided = tally.given_up == 0 && tally.calls > tally.unanswered;
  return is_decided ? traces::Result::held : traces::Result::inconclusive;
}

std::string in_words(const properties::Finding& finding, model::Time begin) {
  const traces::Wording wording(begin);
  const properties::LoggedCall& call = finding.call;
  std::string text =
      fmt::format("{}: {}\n  {} {}\n  the repository {}\n", call.place,
                  finding.was_given_up ? "an order of effects was looked for too long"
                                       : "no order of effects explains this answer",
                  call.actor.empty() ? "somebody" : call.actor, wording.call(call.action.operation),
                  seen_in_words(call, wording));
  for (const properties::PossibleState& state : finding.states) {
    text += fmt::format("  by the contract it {}: {}\n", wording.answer(state.expected),
                        attempts_in_words(state, wording));
  }
  return text;
}

nlohmann::ordered_json to_json(const properties::Finding& finding) {
  const properties::LoggedCall& call = finding.call;
  nlohmann::ordered_json states = nlohmann::ordered_json::array();
  for (const properties::PossibleState& state : finding.states) {
    nlohmann::ordered_json attempts = nlohmann::ordered_json::array();
    for (const auto& attempt : state.attempts) attempts.push_back(traces::record_to_json(attempt));
    nlohmann::ordered_json leases = nlohmann::ordered_json::array();
    for (const auto& lease : state.leases) leases.push_back(traces::record_to_json(lease));
    states.push_back({{"expected", traces::outcome_to_json(state.expected)},
                      {"attempts", std::move(attempts)},
                      {"leases", std::move(leases)}});
  }
  return {{"place", traces::text_to_json(call.place)},
          {"result", traces::word(finding.was_given_up ? traces::Result::inconclusive
                                                       : traces::Result::violated)},
          {"actor", traces::text_to_json(call.actor)},
          {"op", model::name_of(call.action.operation)},
          {"args", traces::operation_args_to_json(call.action.operation)},
          {"earliest", call.earliest.time_since_epoch().count()},
          {"latest", call.latest.time_since_epoch().count()},
          {"answered", answer_of(call)},
          {"possible_states", std::move(states)}};
}

std::string in_words(const ValidationReport& report) {
  const properties::ValidationTally& tally = report.tally;
  std::string text =
      fmt::format("{} in {}: {}, {} without an answer, {} at the same time at most\n",
                  traces::counted(static_cast<std::int64_t>(report.lines), "line", "lines"),
                  traces::counted(std::ssize(report.files), "file", "files"),
                  traces::counted(static_cast<std::int64_t>(tally.calls), "call", "calls"),
                  grouped(tally.unanswered), grouped(tally.most_open));
  text += answers_in_words(tally) + not_checked(report);
  if (report.torn_lines > 0) {
    text += fmt::format(
        "{} cut short, the last of writers that were killed\n",
        traces::counted(static_cast<std::int64_t>(report.torn_lines), "line was", "lines were"));
  }
  switch (result_of(tally)) {
    case traces::Result::violated:
      return text + fmt::format("violated: {} without an explanation\n",
                                traces::counted(static_cast<std::int64_t>(tally.findings), "answer",
                                                "answers"));
    case traces::Result::held:
      return text + "held: an order of effects explains every answer\n";
    case traces::Result::inconclusive:
    case traces::Result::broken:
      break;
  }
  return text + (tally.given_up > 0
                     ? fmt::format("inconclusive: looking for an order took too long {} times\n",
                                   grouped(tally.given_up))
                     : std::string("inconclusive: no call of the log has an answer\n"));
}

nlohmann::ordered_json to_json(const ValidationReport& report) {
  const properties::ValidationTally& tally = report.tally;
  return {{"result", traces::word(result_of(tally))},
          {"files", report.files},
          {"lines", report.lines},
          {"torn_lines", report.torn_lines},
          {"calls", tally.calls},
          {"unanswered", tally.unanswered},
          {"findings", tally.findings},
          {"given_up", tally.given_up},
          {"passed_over", tally.passed_over},
          {"times_compared", report.are_times_known},
          {"counts_compared", !report.is_partial},
          {"compared_in_order", tally.compared_in_order},
          {"compared_as_chosen", tally.compared_as_chosen},
          {"unlogged", report.unlogged},
          {"most_open", tally.most_open},
          {"most_states", tally.most_states},
          {"outcomes", tally.outcomes},
          {"transitions", tally.moves}};
}

}  // namespace leasecheck::cli
