#include <fmt/format.h>

#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "cli/campaign/campaign.hpp"
#include "cli/campaign/campaign_report.hpp"
#include "cli/command.hpp"
#include "cli/commands/simulate_options.hpp"
#include "cli/deployment/deployment_plot.hpp"
#include "cli/deployment/sweep.hpp"
#include "cli/output.hpp"
#include "cli/report/file_writer.hpp"
#include "cli/report/text.hpp"

namespace leasecheck::cli {
namespace {

std::string title_of(const SimulateOptions& options, const CampaignOptions& campaign) {
  return fmt::format("{} on {}, {} of virtual time", options.deployment, campaign.seed.backend.name,
                     in_words(campaign.seed.plan.deployment->duration));
}

void write_plot(const SimulateOptions& options, const std::string& svg) {
  if (auto written = write_file(options.plot, svg); !written) throw Stop{written.error()};
}

ExitCode end_of(const CampaignResult& result, const std::function<void()>& write_what_is_left) {
  return after_verdict(exit_code_of(result.result), [&] {
    write_what_is_left();
    if (!result.not_written.empty()) throw Stop{result.not_written};
  });
}

ExitCode sweep(const SimulateOptions& options, const CampaignOptions& campaign) {
  const Sweep sweep = parse_sweep(options.sweep);
  const std::vector<SweptValue> rows = run_sweep(campaign, sweep);
  const CampaignResult& last = rows.back().campaign;
  const std::string title = fmt::format("{} of {}", word(sweep.what), title_of(options, campaign));
  if (options.common.json) {
    nlohmann::ordered_json document = to_json(sweep.what, rows);
    document["result"] = traces::word(last.result);
    document["backend"] = campaign.seed.backend.name;
    say(json_text(std::move(document)));
  } else {
    say("sweep {}: {}\n{}", title, traces::word(last.result), in_words(sweep.what, rows));
    if (last.result != traces::Result::held) say("{}", in_words(last));
  }
  return end_of(last, [&] {
    if (!options.plot.empty()) write_plot(options, sweep_svg(sweep.what, rows, title));
  });
}

ExitCode run(const SimulateOptions& options) {
  const CampaignOptions campaign = campaign_of(options);
  require_writable("--plot", options.plot);
  if (!options.sweep.empty()) return sweep(options, campaign);
  const CampaignResult result = run_campaign(campaign);
  print(options, campaign, result);
  return end_of(result, [&] {
    if (options.plot.empty() || !result.statistics) return;
    write_plot(options, deployment_svg(*campaign.seed.plan.deployment, *result.statistics,
                                       title_of(options, campaign)));
  });
}

void add_deployment_options(Command& command, SimulateOptions& options) {
  Option deployment = command.option(
      "--deployment", options.deployment,
      "Simulate this deployment, in its own numbers, and say what its operator wants to know; "
      "cli/deployment/deployment.schema.json says what the file may hold. --duration is taken "
      "in its place, and seed 1 if none is named");
  deployment.placeholder("FILE");
  command
      .option("--plot", options.plot,
              "Draw its queue, leases and finished attempts over virtual time, or what --sweep "
              "found, as SVG")
      .placeholder("FILE")
      .needs(deployment);
  command
      .option("--sweep", options.sweep,
              "Run it for several values of ttl, grace or heartbeat, as in grace=1s..60s or "
              "ttl=10s,30s,60s: time to recovery, work done twice, and the margin of each")
      .placeholder("WHAT=VALUES")
      .needs(deployment);
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
  add_deployment_options(command, *options);
  add_campaign_options(command, *options);
  command.runs([options] { return run(*options); });
}

}  // namespace leasecheck::cli
