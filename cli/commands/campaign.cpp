#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/campaign/shared_campaign.hpp"
#include "cli/command.hpp"
#include "cli/commands/simulate_options.hpp"
#include "cli/interruption.hpp"
#include "cli/output.hpp"
#include "cli/queue_name.hpp"
#include "cli/report/text.hpp"

namespace leasecheck::cli {
namespace {

struct SharedOptions {
  QueueName queue;
  SimulateOptions simulate;
  std::uint64_t each = 10;
  std::string worker_id;
  std::int64_t ttl_ms = 60'000;
  std::int64_t grace_ms = 5'000;
};

/// The queue of a campaign, open.
class OpenCampaign {
 public:
  OpenCampaign(const SharedOptions& options, QueueSchema schema)
      : name_(name_of(options.simulate)) {
    constexpr std::size_t longest = 255;
    if (name_.size() > longest) {
      throw Stop{fmt::format("the flags that say what is simulated have {} bytes, may have {}: {}",
                             name_.size(), longest, name_)};
    }
    auto opened = open_queue(options.queue, schema, "leasecheck", clock_, ids_);
    if (!opened) throw Stop{opened.error().message};
    repository_ = *std::move(opened);
  }
  [[nodiscard]] SharedCampaign campaign() { return {*repository_, name_}; }

 private:
  std::string name_;
  lease::SystemClock clock_;
  lease::RandomIds ids_;
  std::unique_ptr<lease::AttemptRepository> repository_;
};

std::string own_name() {
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) host.front() = '?';
  return fmt::format("{}-{}", host.data(), ::getpid());
}

ExitCode enqueue(const SharedOptions& options) {
  const SeedRange seeds = chosen_seeds(options.simulate);
  // What cannot be simulated is not for others to find out.
  static_cast<void>(campaign_of(options.simulate));
  OpenCampaign open(options, QueueSchema::migrated);
  enqueue_seeds(open.campaign(), seeds, options.each);
  if (options.simulate.common.json) {
    say(json_text({{"first_seed", std::to_string(seeds.first)},
                   {"last_seed", std::to_string(seeds.last)},
                   {"each", options.each}}));
  } else {
    say("seeds {}..{} are in {}, {} in an attempt\n", seeds.first, seeds.last,
        options.queue.shown(), options.each);
  }
  return ExitCode::held;
}

ExitCode work(const SharedOptions& options) {
  const CampaignOptions campaign = campaign_of(options.simulate);
  OpenCampaign open(options, QueueSchema::as_it_is);
  const std::uint64_t seeds_run =
      work_on_seeds(open.campaign(), campaign.seed,
                    {.worker_id = options.worker_id.empty() ? own_name() : options.worker_id,
                     .lease_ttl = lease::Duration{options.ttl_ms},
                     .grace = lease::Duration{options.grace_ms}},
                    is_interrupted);
  if (options.simulate.common.json) {
    say(json_text({{"seeds_run", seeds_run}}));
  } else {
    say("seeds run: {}\n", seeds_run);
  }
  return is_interrupted() ? ExitCode::inconclusive : ExitCode::held;
}

ExitCode report(const SharedOptions& options) {
  CampaignOptions campaign = campaign_of(options.simulate);
  OpenCampaign open(options, QueueSchema::as_it_is);
  SharedResults shared = results_in(open.campaign());
  campaign.first_seed = shared.seeds.first;
  campaign.last_seed = shared.seeds.last;
  if (shared.done < shared.ranges) {
    say_on_error(
        fmt::format("{} of {} ranges are done; {} were given up, since no process came to "
                    "their end\n",
                    shared.done, shared.ranges, shared.given_up));
  }
  const CampaignResult result = campaign_of_results(campaign, std::move(shared.results));
  print(options.simulate, campaign, result);
  return after_verdict(exit_code_of(result.result), [&] {
    if (!result.not_written.empty()) throw Stop{result.not_written};
  });
}

std::shared_ptr<SharedOptions> add_options(Command& command) {
  auto options = std::make_shared<SharedOptions>();
  command
      .option("QUEUE", options->queue.text,
              "The campaign's queue: an SQLite file, postgres:CONNINFO or postgresql://…")
      .required();
  command.option("--schema", options->queue.schema, "The schema of a queue in PostgreSQL")
      .placeholder("NAME")
      .show_default();
  add_subject_options(command, options->simulate);
  return options;
}

void add_enqueue(Command& campaign) {
  Command command = campaign.add("enqueue", "Put the seeds of a campaign into a queue");
  const auto options = add_options(command);
  command
      .option("--seeds", options->simulate.seeds, "One run for each seed from A to B (else 1..100)")
      .placeholder("A..B");
  command.option("--each", options->each, "How many seeds a machine takes at a time")
      .between(1, 100'000)
      .show_default();
  command.runs([options] { return enqueue(*options); });
}

void add_work(Command& campaign) {
  Command command =
      campaign.add("work", "Run seeds of the queue until none is left, beside any other process");
  const auto options = add_options(command);
  command
      .option("--worker-id", options->worker_id,
              "A name that no other process has (else the host's, with the number of the process)")
      .placeholder("NAME");
  command.duration(
      "--ttl", options->ttl_ms,
      "How long a machine may be silent before its seeds are another's (default: 60s)");
  command.duration("--grace", options->grace_ms, "And how much longer (default: 5s)");
  command.runs([options] { return work(*options); });
}

void add_report(Command& campaign) {
  Command command = campaign.add(
      "report", "Print what `simulate` would print of all seeds, and write the traces of failures");
  const auto options = add_options(command);
  command.option("--trace-dir", options->simulate.trace_directory, "Where traces are written")
      .placeholder("DIR")
      .show_default();
  command.flag("--keep-going", options->simulate.keep_going,
               "Go on after a violation, with the next seed");
  command.runs([options] { return report(*options); });
}

}  // namespace

void add_campaign(CommandLine& program) {
  Command command = program.add(
      "campaign",
      "One campaign of simulations by the processes of several machines: a queue of the "
      "lease library hands the seeds out and gathers the results");
  add_enqueue(command);
  add_work(command);
  add_report(command);
}

}  // namespace leasecheck::cli
