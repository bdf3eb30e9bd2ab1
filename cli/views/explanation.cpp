#include "cli/views/explanation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>
#include <variant>
#include <vector>

#include "cli/views/conversions.hpp"
#include "cli/views/markdown_text.hpp"
#include "traces/departure.hpp"
#include "traces/disk_trace.hpp"
#include "traces/timeline.hpp"
#include "traces/views/fault.hpp"
#include "traces/views/promise.hpp"
#include "traces/wording.hpp"

namespace leasecheck::cli {
namespace {

/// One stimulus with its answer, if it is a call that got one.
struct Sentence {
  std::uint64_t number = 0;
  std::string text;
  std::vector<std::string> changes;
  bool is_bad = false;
};

struct Story {
  std::string what;      ///< "holder_only is violated by step 5"
  std::string promised;  ///< empty where no property is named
  std::string instead;
  std::string fault;  ///< empty unless violated
  std::vector<Sentence> sentences;
  std::vector<std::string> leases;
};

class Narrator {
 public:
  explicit Narrator(const traces::Trace& trace)
      : trace_(trace), line_(traces::timeline_of(trace)), say_(trace) {
    for (const traces::Step& step : trace.steps) {
      if (const auto* returned = std::get_if<traces::Return>(&step.what)) {
        answers_[returned->of] = &step;
      }
    }
  }

  [[nodiscard]] Story tell() const {
    const traces::Verdict& verdict = trace_.verdict;
    Story story{.what = traces::headline_of(trace_),
                .promised = traces::promise_of(trace_),
                .instead = say_.message(verdict.message),
                .fault = traces::fault_of(trace_),
                .sentences = {},
                .leases = {}};
    for (const traces::Step& step : trace_.steps) {
      if (!std::holds_alternative<traces::Return>(step.what)) story.sentences.push_back(tell(step));
    }
    // On the simulated disk nobody could look, so nobody knows when a lease ended.
    if (traces::is_disk_trace(trace_)) return story;
    for (const traces::LeaseSpans& lease : line_.leases) {
      if (concerned().contains(lease.attempt_id)) story.leases.push_back(tell(lease));
    }
    return story;
  }

 private:
  /// Who calls, and what clock shows another time than the true one.
  [[nodiscard]] std::string clocks(const traces::Step& step) const {
    const auto* call = std::get_if<traces::Call>(&step.what);
    if (call == nullptr) return "";
    std::string text;
    if (call->actor_clock != step.true_time) {
      text = fmt::format(" [{}'s clock: {}]", call->actor, say_.time(call->actor_clock));
    }
    if (model::reads_clock(call->action.operation) && call->action.now != step.true_time) {
      text += fmt::format(" [the repository's clock: {}]", say_.time(call->action.now));
    }
    return text;
  }

  [[nodiscard]] Sentence tell(const traces::Step& step) const {
    Sentence sentence{.number = step.number,
                      .text = fmt::format("{}  {}", say_.time(step.true_time), say_.step(step)),
                      .changes = {},
                      .is_bad = step.number == trace_.verdict.first_bad};
    const auto answer = answers_.find(step.number);
    if (answer == answers_.end()) {
      if (std::holds_alternative<traces::Call>(step.what)) sentence.text += "; nobody answers";
      return sentence;
    }
    const auto& returned = std::get<traces::Return>(answer->second->what);
    sentence.text += "; the repository " + say_.answer(returned.outcome) + clocks(step);
    sentence.is_bad |= answer->second->number == trace_.verdict.first_bad;
    sentence.changes = say_.changes(returned);
    return sentence;
  }

  /// The attempts that the violation is about: those that changed at the failing step and those
  /// whose lease its call names; all of them if that says nothing.
  [[nodiscard]] std::set<model::Id> concerned() const {
    std::set<model::Id> ids;
    for (const traces::Step& step : trace_.steps) {
      const auto* returned = std::get_if<traces::Return>(&step.what);
      if (step.number != trace_.verdict.first_bad) continue;
      const std::uint64_t call = returned != nullptr ? returned->of : step.number;
      for (const traces::LeaseSpans& lease : line_.leases) {
        const std::string name = lease.attempt_id + ".";
        const bool changed =
            returned != nullptr && std::ranges::any_of(returned->delta, [&](const auto& change) {
              return change.first.starts_with(name);
            });
        if (changed || names(call, lease)) ids.insert(lease.attempt_id);
      }
    }
    if (ids.empty()) {
      for (const traces::LeaseSpans& lease : line_.leases) ids.insert(lease.attempt_id);
    }
    return ids;
  }

  [[nodiscard]] bool names(std::uint64_t number, const traces::LeaseSpans& lease) const {
    const auto step = std::ranges::find(trace_.steps, number, &traces::Step::number);
    if (step == trace_.steps.end()) return false;
    const auto* call = std::get_if<traces::Call>(&step->what);
    return call != nullptr && std::visit(
                                  [&](const auto& operation) {
                                    if constexpr (requires { operation.lease_id; }) {
                                      return operation.lease_id == lease.lease_id;
                                    } else if constexpr (requires { operation.attempt_id; }) {
                                      return operation.attempt_id == lease.attempt_id;
                                    } else {
                                      return false;
                                    }
                                  },
                                  call->action.operation);
  }

  [[nodiscard]] std::string tell(const traces::LeaseSpans& lease) const {
    std::string text =
        fmt::format("{} of {}, to {}: granted at {} (step {})", lease.lease_id, lease.attempt_id,
                    lease.worker_id, say_.time(lease.granted.from), lease.granted.first_step);
    if (lease.granted.last_step == 0 && lease.granted.to < lease.enforced.to) {
      text += fmt::format(", its time was up at {}", say_.time(lease.granted.to));
    }
    text += lease.enforced.last_step != 0
                ? fmt::format(", ended at {} by step {}", say_.time(lease.enforced.to),
                              traces::stimulus_of(trace_, lease.enforced.last_step))
                : std::string(", still there at the end");
    for (const traces::Span& span : lease.believed) {
      text += fmt::format("; {} believes in it from {} to {}", lease.worker_id,
                          say_.time(span.from), say_.time(span.to));
    }
    return text;
  }

  const traces::Trace& trace_;
  traces::Timeline line_;
  traces::Wording say_;
  std::map<std::uint64_t, const traces::Step*> answers_;
};

/// "without it: holds", as far as that was tried.
std::string need(const Explanation& explanation, std::uint64_t step) {
  const auto found = explanation.without.find(step);
  if (found == explanation.without.end()) return "";
  const sim::WithoutIt& end = found->second;
  if (!end) return "without it: " + end.error();
  if (end->result != traces::Result::violated) {
    return "without it: " + std::string(word(end->result));
  }
  return end->property == explanation.trace.verdict.property
             ? "without it: violated all the same"
             : "without it: violated " + end->property + " instead";
}

std::string joined(const std::vector<std::string>& texts, std::string_view between) {
  std::string all;
  for (const std::string& text : texts) {
    if (!all.empty()) all += between;
    all += text;
  }
  return all;
}

}  // namespace

std::string in_text(const Explanation& explanation) {
  const Story story = Narrator(explanation.trace).tell();
  std::string text = fmt::format("{}, on {}\n", story.what, explanation.trace.head.backend);
  if (!story.promised.empty()) text += "\nPromised:  " + story.promised + "\n";
  if (!story.instead.empty()) text += "Instead:   " + story.instead + "\n";
  if (!story.fault.empty()) text += "At fault:  " + story.fault + "\n";
  text += "\nWhat happened, by true time since the run began:\n";
  for (const Sentence& sentence : story.sentences) {
    text += fmt::format("{} {:>4}  {}\n", sentence.is_bad ? "->" : "  ", sentence.number,
                        sentence.text);
    if (!sentence.changes.empty()) {
      text += fmt::format("{:9}{}\n", "", joined(sentence.changes, ", "));
    }
    if (const std::string why = need(explanation, sentence.number); !why.empty()) {
      text += fmt::format("{:9}{}\n", "", why);
    }
  }
  if (!story.leases.empty()) text += "\nLeases:\n";
  for (const std::string& lease : story.leases) text += "  " + lease + "\n";
  return text;
}

std::string in_markdown(const Explanation& explanation) {
  const Story story = Narrator(explanation.trace).tell();
  std::string text =
      "### " + markdown_text(story.what + ", on " + explanation.trace.head.backend) + "\n\n";
  for (const auto& [name, what] : {std::pair("Promised", story.promised),
                                   {"Instead", story.instead},
                                   {"At fault", story.fault}}) {
    if (!what.empty()) text += fmt::format("**{}:** {}\n\n", name, markdown_text(what));
  }
  text += "| step | what happened | what changed | |\n| ---: | --- | --- | --- |\n";
  for (const Sentence& sentence : story.sentences) {
    std::vector<std::string> changes;
    for (const std::string& change : sentence.changes) changes.push_back(markdown_text(change));
    text += fmt::format("| {} | {}{} | {} | {} |\n", sentence.number,
                        sentence.is_bad ? "**violated:** " : "", markdown_text(sentence.text),
                        joined(changes, "<br>"), markdown_text(need(explanation, sentence.number)));
  }
  text += "\n";
  for (const std::string& lease : story.leases) text += "- " + markdown_text(lease) + "\n";
  return text + "\n```mermaid\n" + mermaid_sequence(explanation.trace) + "```\n";
}

}  // namespace leasecheck::cli
