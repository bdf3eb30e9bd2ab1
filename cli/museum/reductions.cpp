#include "cli/museum/reductions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "cli/command.hpp"
#include "cli/museum/techniques.hpp"
#include "sim/oracle/shrink.hpp"
#include "traces/reduction/stimuli.hpp"
#include "traces/reduction/violation.hpp"
#include "traces/writer.hpp"

namespace leasecheck::cli {
namespace {

std::unique_ptr<sim::Subject> subject_of(const mutants::Exhibit& exhibit) {
  auto subject = make_exhibited(exhibit);
  if (!subject) throw Stop{subject.error().message, ExitCode::broken};
  return *std::move(subject);
}

traces::Trace record(const mutants::Exhibit& exhibit, std::uint64_t seed) {
  const sim::Plan plan = sim::draw_plan(seed, {});
  const auto subject = subject_of(exhibit);
  traces::Trace trace{.head = sim::head_of(plan, subject->name()), .steps = {}, .verdict = {}};
  trace.verdict = simulate_exhibit(exhibit, plan, *subject, [&trace](const traces::Step& step) {
                    trace.steps.push_back(step);
                  }).verdict;
  return trace;
}

std::string in_words(const traces::Violation& violation) {
  return fmt::format("{} by {}: {}", violation.property, violation.operation, violation.kind);
}

std::string in_words(const Agreement& agreement) {
  if (agreement.found == 0) return "not found by simulation";
  const std::string lengths = agreement.shortest == agreement.longest
                                  ? std::to_string(agreement.shortest)
                                  : fmt::format("{}-{}", agreement.shortest, agreement.longest);
  return fmt::format("{:>5} {:>8} {:>7} {:>10} {:>5} {:>8}", agreement.found, lengths,
                     agreement.proved, agreement.violations, agreement.forms,
                     agreement.in_one_form);
}

Agreement total_of(const std::vector<ReductionRow>& rows) {
  Agreement total;
  for (const ReductionRow& row : rows) {
    const Agreement agreement = agreement_of(row);
    total.found += agreement.found;
    total.proved += agreement.proved;
    total.violations += agreement.violations;
    total.forms += agreement.forms;
    total.in_one_form += agreement.in_one_form;
  }
  return total;
}

std::string percent(std::uint64_t part, std::uint64_t whole) {
  return whole == 0
             ? "-"
             : fmt::format("{}.{} of 100", 1000 * part / whole / 10, 1000 * part / whole % 10);
}

nlohmann::ordered_json to_json(const Agreement& agreement) {
  return {{"found", agreement.found},
          {"proved", agreement.proved},
          {"violations", agreement.violations},
          {"forms", agreement.forms},
          {"in_one_form", agreement.in_one_form}};
}

}  // namespace

ReducedSample reduced_sample(const mutants::Exhibit& exhibit, std::uint64_t sample,
                             std::uint64_t most_seeds, std::uint64_t most_runs) {
  for (std::uint64_t i = 1; i <= most_seeds; ++i) {
    const std::uint64_t seed = sample * most_seeds + i;
    const auto subject = subject_of(exhibit);
    const auto found = simulate_exhibit(exhibit, sim::draw_plan(seed, {}), *subject);
    if (found.verdict.result != traces::Result::violated) continue;
    const traces::Trace trace = record(exhibit, seed);
    const traces::Reduction reduction = sim::shrink(
        trace, [&exhibit] { return make_exhibited(exhibit); },
        {.most_runs = most_runs, .most_steps = std::numeric_limits<std::size_t>::max()});
    return {.is_found = true,
            .before = traces::length_of(trace),
            .after = traces::length_of(reduction.trace),
            .is_proved = reduction.shortness.is_proved,
            .violation = in_words(traces::violation_of(reduction.trace, reduction.trace.verdict)),
            .form = traces::to_text(reduction.trace)};
  }
  return {};
}

Agreement agreement_of(const ReductionRow& row) {
  Agreement agreement{.shortest = std::numeric_limits<std::uint64_t>::max()};
  std::map<std::string, std::map<std::string, std::uint64_t>> forms;  // of each violation
  for (const ReducedSample& sample : row.samples) {
    if (!sample.is_found) continue;
    ++agreement.found;
    agreement.proved += sample.is_proved ? 1U : 0U;
    agreement.shortest = std::min(agreement.shortest, sample.after);
    agreement.longest = std::max(agreement.longest, sample.after);
    ++forms[sample.violation][sample.form];
  }
  agreement.violations = forms.size();
  for (const auto& [violation, counts] : forms) {
    agreement.forms += counts.size();
    const auto most =
        std::ranges::max_element(counts, {}, &std::pair<const std::string, std::uint64_t>::second);
    agreement.in_one_form += most->second;
  }
  return agreement;
}

std::string in_words(const std::vector<ReductionRow>& rows) {
  std::string text = fmt::format("{:34} {:>5} {:>8} {:>7} {:>10} {:>5} {:>8}\n", "exhibit", "found",
                                 "stimuli", "proved", "violations", "forms", "one form");
  for (const ReductionRow& row : rows) {
    text += fmt::format("{:34} {}\n", row.exhibit->name, in_words(agreement_of(row)));
  }
  const Agreement total = total_of(rows);
  text += fmt::format(
      "{} traces of {} violations: {} proved shortest ({}), {} in the one form of their violation "
      "({})\n",
      total.found, total.violations, total.proved, percent(total.proved, total.found),
      total.in_one_form, percent(total.in_one_form, total.found));
  return text;
}

nlohmann::ordered_json to_json(const std::vector<ReductionRow>& rows) {
  nlohmann::ordered_json document;
  document["exhibits"] = nlohmann::ordered_json::array();
  for (const ReductionRow& row : rows) {
    nlohmann::ordered_json entry{{"name", row.exhibit->name}};
    entry.update(to_json(agreement_of(row)));
    entry["samples"] = nlohmann::ordered_json::array();
    std::map<std::string, std::size_t> forms;
    for (const ReducedSample& sample : row.samples) {
      if (!sample.is_found) continue;
      const std::size_t form = forms.emplace(sample.form, forms.size() + 1).first->second;
      entry["samples"].push_back({{"violation", sample.violation},
                                  {"before", sample.before},
                                  {"after", sample.after},
                                  {"proved", sample.is_proved},
                                  {"form", form}});
    }
    entry["traces"] = nlohmann::ordered_json::array();
    for (std::size_t i = 0; i < forms.size(); ++i) {
      for (const auto& [text, number] : forms) {
        if (number == i + 1) entry["traces"].push_back(text);
      }
    }
    document["exhibits"].push_back(std::move(entry));
  }
  document["total"] = to_json(total_of(rows));
  return document;
}

std::string to_text(const ReducedSample& sample) {
  return nlohmann::json{sample.is_found,  sample.before,    sample.after,
                        sample.is_proved, sample.violation, sample.form}
      .dump();
}

ReducedSample reduced_sample_from_text(const std::string& text) {
  const auto parts = nlohmann::json::parse(text);
  return {.is_found = parts[0],
          .before = parts[1],
          .after = parts[2],
          .is_proved = parts[3],
          .violation = parts[4],
          .form = parts[5]};
}

}  // namespace leasecheck::cli
