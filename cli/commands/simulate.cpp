#include <map>
#include <memory>

#include "cli/campaign/campaign.hpp"
#include "cli/command.hpp"
#include "cli/commands/simulate_options.hpp"
#include "cli/output.hpp"

namespace leasecheck::cli {
namespace {

ExitCode run(const SimulateOptions& options) {
  const CampaignOptions campaign = campaign_of(options);
  const CampaignResult result = run_campaign(campaign);
  print(options, campaign, result);
  return after_verdict(exit_code_of(result.result), [&] {
    if (!result.not_written.empty()) throw Stop{result.not_written};
  });
}

void add_campaign_options(Command& command, SimulateOptions& options) {
  command
      .option("--seeds", options.seeds,
              "One run for each seed from A to B (else 1..100, or with --budget without an end)")
      .placeholder("A..B");
  command
      .option("--seed-from", options.seed_from,
              "Count the seeds from a number made of this text, for instance a commit id")
      .placeholder("TEXT");
  command
      .option("--shard", options.shard,
              "Only the seeds of part I of N, so that N machines share a range")
      .placeholder("I/N");
  command.option("--jobs", options.jobs, "Processes that run seeds; no result depends on how many")
      .between(1, 256)
      .placeholder("N")
      .show_default();
  command.duration("--budget", options.budget_ms,
                   "Begin no further seed after this much real time, and give up those that run "
                   "when a tenth more or two seconds are over");
  command.flag("--check-determinism", options.check_determinism,
               "Run each seed twice and compare every step and every number drawn");
  command.option("--trace-dir", options.trace_directory, "Where traces are written")
      .placeholder("DIR")
      .show_default();
  const std::map<std::string, KeepTraces> choices{
      {"none", KeepTraces::none}, {"failures", KeepTraces::failures}, {"all", KeepTraces::all}};
  command
      .choice("--trace", options.keep_traces, choices,
              "Which runs leave a trace: none, failures, all")
      .placeholder("WHICH")
      .show_default("failures");
  command.flag(
      "--keep-going", options.keep_going,
      "Go on after a violation; failures that are alike are counted together, and only the "
      "first of them is reduced");
}

}  // namespace

void add_simulate(CommandLine& program) {
  Command command =
      program.add("simulate", "Run seeded simulations with faults and judge every operation");
  auto options = std::make_shared<SimulateOptions>();
  add_subject_options(command, *options);
  add_campaign_options(command, *options);
  command.runs([options] { return run(*options); });
}

}  // namespace leasecheck::cli
