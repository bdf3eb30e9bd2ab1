// What an operator looks at.

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "cli/leasectl/queue.hpp"
#include "cli/output.hpp"
#include "cli/report/text.hpp"

namespace leasecheck::leasectl {
namespace {

using Json = nlohmann::ordered_json;
using cli::say;

Json time_json(const std::optional<lease::Time>& time) {
  return time ? Json(lease::to_string(*time)) : Json();
}

Json to_json(const lease::AttemptRecord& attempt) {
  return {{"attempt_id", attempt.attempt_id.str()},
          {"run_id", attempt.run_id.str()},
          {"status", lease::to_string(attempt.status)},
          {"attempt_no", attempt.attempt_no},
          {"priority", attempt.priority},
          {"ready_at", lease::to_string(attempt.ready_at)},
          {"retry_at", time_json(attempt.retry_at)},
          {"started_at", time_json(attempt.started_at)},
          {"delivery_count", attempt.delivery_count},
          {"version", attempt.version},
          {"finished_at", time_json(attempt.finished_at)}};
}

Json to_json(const lease::LeaseRecord& lease) {
  return {{"lease_id", lease.lease_id.str()},
          {"worker_id", lease.worker_id.str()},
          {"lease_expires_at", lease::to_string(lease.lease_expires_at)},
          {"heartbeat_at", lease::to_string(lease.heartbeat_at)},
          {"version", lease.version},
          {"execution_deadline", time_json(lease.execution_deadline)}};
}

Json to_json(const lease::DeadLetter& letter) {
  return {{"attempt_id", letter.attempt_id.str()},
          {"run_id", letter.run_id.str()},
          {"attempt_no", letter.attempt_no},
          {"reason", lease::to_string(letter.reason)},
          {"dead_at", lease::to_string(letter.dead_at)}};
}

/// Every column as wide as its widest cell.
void print_table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += i + 1 == row.size() ? row[i] : fmt::format("{:<{}}  ", row[i], widths[i]);
    }
    say("{}\n", line);
  }
}

template <typename Record>
void print_json(const std::vector<Record>& records) {
  Json list = Json::array();
  for (const Record& record : records) list.push_back(to_json(record));
  say(cli::json_text(std::move(list)));
}

/// What the leases of one worker say.
struct Held {
  std::uint64_t leases = 0;
  std::uint64_t expired = 0;
  std::uint64_t late = 0;  ///< that end suspiciously late
};

std::map<std::string, Held> held_by_worker(Queue& queue, lease::Duration late_after) {
  std::map<std::string, Held> workers;
  constexpr std::uint64_t page = 1000;
  const lease::Time now = queue.now();
  for (const lease::Status status : {lease::Status::leased, lease::Status::running}) {
    lease::AttemptFilter filter;
    filter.status = status;
    std::optional<lease::AttemptId> after;
    while (true) {
      const auto listed = value_of(queue->list_attempts(filter, after, page));
      for (const auto& record : listed) {
        const auto lease = value_of(queue->get_lease_for_attempt(record.attempt_id));
        if (!lease) continue;
        Held& held = workers[lease->worker_id.str()];
        ++held.leases;
        if (lease->lease_expires_at <= now) ++held.expired;
        if (lease->lease_expires_at > lease::saturating_add(now, late_after)) ++held.late;
      }
      if (listed.size() < page) break;
      after = listed.back().attempt_id;
    }
  }
  return workers;
}

void print_stats(Queue& queue, const Options& options, lease::Duration late_after) {
  const auto counts = value_of(queue->counts_by_status());
  const std::uint64_t depth = value_of(queue->queue_depth(queue.now()));
  const auto workers = held_by_worker(queue, late_after);
  if (options.json) {
    Json document{{"dispatchable", depth}};
    for (std::size_t i = 0; i < lease::status_count; ++i) {
      const auto status = static_cast<lease::Status>(i);
      document["attempts"][lease::to_string(status)] = counts[status];
    }
    document["workers"] = Json::array();
    for (const auto& [worker, held] : workers) {
      document["workers"].push_back({{"worker_id", worker},
                                     {"leases", held.leases},
                                     {"expired", held.expired},
                                     {"late", held.late}});
    }
    say(cli::json_text(std::move(document)));
    return;
  }
  say("{} dispatchable now\n", depth);
  for (std::size_t i = 0; i < lease::status_count; ++i) {
    const auto status = static_cast<lease::Status>(i);
    say("{:<14} {}\n", lease::to_string(status), counts[status]);
  }
  if (workers.empty()) return;
  std::vector<std::vector<std::string>> rows{{"worker", "leases", "expired", "late"}};
  for (const auto& [worker, held] : workers) {
    rows.push_back({worker, std::to_string(held.leases), std::to_string(held.expired),
                    std::to_string(held.late)});
  }
  say("\n");
  print_table(rows);
}

struct ListOptions : Options {
  std::string status;
  std::string run;
  std::string worker;
  std::string tenant;
  std::string after;
  std::uint64_t limit = 100;
};

std::optional<lease::Status> status_of(const std::string& word) {
  for (std::size_t i = 0; i < lease::status_count; ++i) {
    const auto status = static_cast<lease::Status>(i);
    if (lease::to_string(status) == word) return status;
  }
  return std::nullopt;
}

void print_list(Queue& queue, const ListOptions& options) {
  lease::AttemptFilter filter;
  filter.status = status_of(options.status);
  if (!options.run.empty()) filter.run_id = lease::RunId(options.run);
  if (!options.worker.empty()) filter.worker_id = lease::WorkerId(options.worker);
  if (!options.tenant.empty()) filter.tenant_id = lease::TenantId(options.tenant);
  std::optional<lease::AttemptId> after;
  if (!options.after.empty()) after = lease::AttemptId(options.after);
  const auto listed = value_of(queue->list_attempts(filter, after, options.limit));
  if (options.json) return print_json(listed);
  std::vector<std::vector<std::string>> rows{
      {"attempt", "run", "status", "no", "deliveries", "priority", "ready at"}};
  for (const auto& attempt : listed) {
    rows.push_back({attempt.attempt_id.str(), attempt.run_id.str(),
                    std::string(lease::to_string(attempt.status)),
                    std::to_string(attempt.attempt_no), std::to_string(attempt.delivery_count),
                    std::to_string(attempt.priority), lease::to_string(attempt.ready_at)});
  }
  print_table(rows);
  if (listed.size() == options.limit && !listed.empty()) {
    say("\nthere may be more: --after '{}'\n", listed.back().attempt_id.str());
  }
}

void print_attempt(Queue& queue, const Options& options, const std::string& id) {
  const auto attempt = value_of(queue->get_attempt(lease::AttemptId(id)));
  const auto lease = value_of(queue->get_lease_for_attempt(lease::AttemptId(id)));
  Json document = to_json(attempt);
  document["lease"] = lease ? to_json(*lease) : Json();
  if (options.json) {
    say(cli::json_text(std::move(document)));
    return;
  }
  const auto print = [](const Json& fields, const std::string& indent) {
    for (const auto& [name, value] : fields.items()) {
      if (value.is_null() || value.is_object()) continue;
      say("{}{:<18} {}\n", indent, name,
          value.is_string() ? value.get<std::string>() : value.dump());
    }
  };
  print(document, "");
  if (lease) {
    say("lease\n");
    print(document["lease"], "  ");
  }
}

}  // namespace

void add_stats(cli::CommandLine& program) {
  struct StatsOptions : Options {
    std::int64_t late_after_ms = 3'600'000;
  };
  cli::Command command = program.add("stats", "Count attempts by status, and leases by worker");
  auto options = std::make_shared<StatsOptions>();
  add_options(command, *options);
  command
      .duration("--late-after", options->late_after_ms,
                "Call a lease late that ends after this: a clock may have been ahead")
      .placeholder("DURATION")
      .show_default("1h");
  command.runs([options] {
    Queue queue(*options);
    print_stats(queue, *options, lease::Duration{options->late_after_ms});
    return cli::ExitCode::held;
  });
}

void add_list(cli::CommandLine& program) {
  cli::Command command = program.add("list", "List attempts by their ids");
  auto options = std::make_shared<ListOptions>();
  add_options(command, *options);
  command.option("--status", options->status, "Only those of this status")
      .one_of({"queued", "leased", "running", "retry_backoff", "completed", "failed", "cancelled"});
  command.option("--run", options->run, "Only those of this run");
  command.option("--worker", options->worker, "Only those that this worker has leased");
  command.option("--tenant", options->tenant, "Only those of this tenant");
  command.option("--after", options->after, "Begin after this attempt");
  command.option("--limit", options->limit, "How many at most").placeholder("N").show_default();
  command.runs([options] {
    Queue queue(*options);
    print_list(queue, *options);
    return cli::ExitCode::held;
  });
}

void add_show(cli::CommandLine& program) {
  struct ShowOptions : Options {
    std::string attempt;
  };
  cli::Command command = program.add("show", "Show an attempt and its lease");
  auto options = std::make_shared<ShowOptions>();
  add_options(command, *options);
  command.option("ATTEMPT", options->attempt, "Its id").required();
  command.runs([options] {
    Queue queue(*options);
    print_attempt(queue, *options, options->attempt);
    return cli::ExitCode::held;
  });
}

void add_dead_letters(cli::CommandLine& program) {
  struct LetterOptions : Options {
    std::uint64_t limit = 100;
  };
  cli::Command command =
      program.add("dead-letters", "List attempts that have failed for good, the oldest first");
  auto options = std::make_shared<LetterOptions>();
  add_options(command, *options);
  command.option("--limit", options->limit, "How many at most").placeholder("N").show_default();
  command.runs([options] {
    Queue queue(*options);
    const auto letters = value_of(queue->list_dead_letters(options->limit));
    if (options->json) {
      print_json(letters);
      return cli::ExitCode::held;
    }
    std::vector<std::vector<std::string>> rows{{"attempt", "run", "no", "reason", "dead at"}};
    for (const auto& letter : letters) {
      rows.push_back(
          {letter.attempt_id.str(), letter.run_id.str(), std::to_string(letter.attempt_no),
           std::string(lease::to_string(letter.reason)), lease::to_string(letter.dead_at)});
    }
    print_table(rows);
    return cli::ExitCode::held;
  });
}

}  // namespace leasecheck::leasectl
