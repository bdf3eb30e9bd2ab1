// What an operator does. Each asks on a terminal, or takes --yes.

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>
#include <vector>

#include "cli/leasectl/queue.hpp"
#include "cli/output.hpp"
#include "cli/report/text.hpp"

namespace leasecheck::leasectl {
namespace {

using cli::say;

struct ChangeOptions : Options {
  std::vector<std::string> attempts;
  bool yes = false;
};

void add_change_options(cli::Command& command, ChangeOptions& options) {
  add_options(command, options);
  command.flag("--yes", options.yes, "Do not ask");
}

/// Throws: Stop, unless somebody agrees.
void confirm(const ChangeOptions& options, const std::string& question) {
  if (options.yes) return;
  if (isatty(STDIN_FILENO) == 0) {
    throw cli::Stop{question + " Nobody can be asked here: --yes agrees"};
  }
  cli::say_on_error(question + " [y/N] ");
  std::string answer;
  std::getline(std::cin, answer);
  if (answer != "y" && answer != "yes") {
    throw cli::Stop{"nothing was changed", cli::ExitCode::violated};
  }
}

/// Calls `change(id)` for each attempt. One that is refused keeps nobody from the others.
template <typename Change>
cli::ExitCode change_each(const ChangeOptions& options, const std::string& done, Change change) {
  nlohmann::ordered_json report = nlohmann::ordered_json::array();
  cli::ExitCode end = cli::ExitCode::held;
  for (const std::string& id : options.attempts) {
    const lease::Result<void> result = change(lease::AttemptId(id));
    if (options.json) {
      report.push_back({{"attempt_id", id}, {"result", result ? done : "refused"}});
      if (!result) report.back()["error"] = lease::to_string(result.error().code);
    } else if (result) {
      say("{} {}\n", done, id);
    }
    if (result) continue;
    const bool is_refused = result.error().code == lease::ErrorCode::not_found ||
                            result.error().code == lease::ErrorCode::not_dispatchable ||
                            result.error().code == lease::ErrorCode::invalid_argument;
    if (!is_refused) stop(result.error());
    cli::complain(result.error().message);
    end = cli::ExitCode::violated;
  }
  if (options.json) say(cli::json_text(std::move(report)));
  return end;
}

std::string how_many(const ChangeOptions& options) {
  return options.attempts.size() == 1 ? options.attempts.front()
                                      : fmt::format("{} attempts", options.attempts.size());
}

}  // namespace

void add_replay(cli::CommandLine& program) {
  cli::Command command = program.add("replay", "Queue dead attempts again, as if new");
  auto options = std::make_shared<ChangeOptions>();
  add_change_options(command, *options);
  command.option("ATTEMPT", options->attempts, "Their ids").required();
  command.runs([options] {
    Queue queue(*options);
    confirm(*options, fmt::format("Replay {}?", how_many(*options)));
    return change_each(*options, "replayed", [&](const lease::AttemptId& id) {
      return queue->replay_dead_letter(id, queue.now());
    });
  });
}

void add_cancel(cli::CommandLine& program) {
  cli::Command command =
      program.add("cancel", "End attempts; a worker is told when it asks for its lease");
  auto options = std::make_shared<ChangeOptions>();
  add_change_options(command, *options);
  command.option("ATTEMPT", options->attempts, "Their ids").required();
  command.runs([options] {
    Queue queue(*options);
    confirm(*options, fmt::format("Cancel {}?", how_many(*options)));
    return change_each(*options, "cancelled", [&](const lease::AttemptId& id) {
      return queue->cancel_attempt(id, queue.now());
    });
  });
}

void add_prune(cli::CommandLine& program) {
  struct PruneOptions : ChangeOptions {
    std::int64_t older_than_ms = 0;
    std::uint64_t batch = 500;
    bool with_dead_letters = false;
  };
  cli::Command command =
      program.add("prune", "Delete attempts that finished some time ago, with their events");
  auto options = std::make_shared<PruneOptions>();
  add_change_options(command, *options);
  command.duration("--older-than", options->older_than_ms, "Finished so long ago")
      .placeholder("DURATION")
      .required();
  command.flag("--with-dead-letters", options->with_dead_letters,
               "Those that failed for good too, with their dead letters");
  command.option("--batch", options->batch, "How many in one transaction, which others wait for")
      .placeholder("N")
      .show_default();
  command.runs([options] {
    Queue queue(*options);
    const lease::Time before =
        lease::saturating_add(queue.now(), -lease::Duration{options->older_than_ms});
    confirm(*options, fmt::format("Delete what finished before {}?", lease::to_string(before)));
    const std::uint64_t batch = std::max<std::uint64_t>(options->batch, 1);
    std::uint64_t pruned = 0;
    while (true) {
      const std::uint64_t some =
          value_of(queue->prune_attempts({before, batch, options->with_dead_letters}));
      pruned += some;
      if (some < batch) break;
    }
    if (options->json) {
      say(cli::json_text({{"pruned", pruned}}));
    } else {
      say("pruned {}\n", pruned);
    }
    return cli::ExitCode::held;
  });
}

void add_migrate(cli::CommandLine& program) {
  cli::Command command = program.add(
      "migrate", "Take a queue to this version's schema; older programs cannot write to it then");
  auto options = std::make_shared<ChangeOptions>();
  add_change_options(command, *options);
  command.runs([options] {
    confirm(*options, fmt::format("Migrate {}?", options->queue.shown()));
    Queue queue(*options, cli::QueueSchema::migrated);
    if (options->json) {
      say(cli::json_text({{"queue", options->queue.shown()}, {"result", "migrated"}}));
    } else {
      say("{} has this version's schema\n", options->queue.shown());
    }
    return cli::ExitCode::held;
  });
}

}  // namespace leasecheck::leasectl
