#include "cli/campaign.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "cli/command.hpp"
#include "cli/progress.hpp"
#include "sim/world.hpp"
#include "traces/writer.hpp"

namespace leasecheck::cli {
namespace {

sim::RunResult broken_run(const std::string& message) {
  sim::RunResult result;
  result.verdict.result = traces::Result::broken;
  result.verdict.message = message;
  return result;
}

sim::RunResult run_seed(const CampaignOptions& options, std::uint64_t seed,
                        sim::Referee::StepSink sink = {}) {
  auto subject = options.backend.make();
  if (!subject) throw Stop{subject.error().message};
  return sim::simulate(sim::draw_plan(seed, options.plan), **subject, std::move(sink));
}

struct Recorded {
  sim::RunResult run;
  std::string file;
};

Recorded record_seed(const CampaignOptions& options, std::uint64_t seed) {
  const std::string file =
      (options.trace_directory / fmt::format("seed-{}.jsonl", seed)).lexically_normal().string();
  auto writer = traces::Writer::open(
      file, sim::head_of(sim::draw_plan(seed, options.plan), options.backend.name));
  if (!writer) throw Stop{writer.error()};
  const auto write = [&writer](const traces::Step& step) {
    if (auto written = writer->write(step); !written) throw Stop{written.error()};
  };
  Recorded recorded{.run = run_seed(options, seed, write), .file = file};
  if (auto finished = writer->finish(recorded.run.verdict); !finished) throw Stop{finished.error()};
  return recorded;
}

bool is_same(const traces::Verdict& left, const traces::Verdict& right) {
  return left.result == right.result && left.property == right.property &&
         left.first_bad == right.first_bad && left.message == right.message;
}

// The run of one seed, recorded where it is wanted.
Recorded run_and_record(const CampaignOptions& options, std::uint64_t seed) {
  if (options.traces == Traces::all) return record_seed(options, seed);
  sim::RunResult run = run_seed(options, seed);
  if (run.verdict.result != traces::Result::violated || options.traces == Traces::none) {
    return {.run = std::move(run), .file = {}};
  }
  Recorded recorded = record_seed(options, seed);
  if (!is_same(recorded.run.verdict, run.verdict)) {
    return {.run = broken_run(fmt::format("seed {} gave \"{}\" and then \"{}\": the subject does "
                                          "not answer the same twice",
                                          seed, run.verdict.message, recorded.run.verdict.message)),
            .file = {}};
  }
  return recorded;
}

void take_in(CampaignResult& result, std::uint64_t seed, Recorded recorded) {
  ++result.seeds_run;
  result.last_seed = seed;
  result.tally.add(recorded.run.tally);
  const traces::Verdict& verdict = recorded.run.verdict;
  if (verdict.result == traces::Result::held) return;
  result.result = std::max(result.result, verdict.result);
  result.failures.push_back(
      {.seed = seed, .verdict = verdict, .trace_file = std::move(recorded.file)});
}

}  // namespace

CampaignResult run_campaign(const CampaignOptions& options) {
  const auto began = std::chrono::steady_clock::now();
  const auto is_spent = [&] {
    return options.budget && std::chrono::steady_clock::now() - began >= *options.budget;
  };
  Progress progress;
  CampaignResult result;
  for (std::uint64_t seed = options.first_seed; !is_spent(); ++seed) {
    take_in(result, seed, run_and_record(options, seed));
    progress.show(fmt::format("simulate: seed {} of {}..{}, {} operations, {} failures", seed,
                              options.first_seed, options.last_seed, result.tally.operations,
                              result.failures.size()));
    const bool goes_on = result.failures.empty() ||
                         (options.keep_going && result.result == traces::Result::violated);
    if (!goes_on || seed == options.last_seed) break;
  }
  return result;
}

std::vector<std::string> vacuous_properties(const sim::Tally& tally) {
  std::vector<std::string> names;
  for (const auto& [name, count] : tally.premises) {
    const auto left_out = tally.not_promised.find(name);
    const bool is_promised = left_out == tally.not_promised.end() || left_out->second < tally.runs;
    if (count == 0 && is_promised) names.push_back(name);
  }
  return names;
}

}  // namespace leasecheck::cli
