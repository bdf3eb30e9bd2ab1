#include "cli/campaign/campaign.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "cli/budget.hpp"
#include "cli/campaign/progress.hpp"
#include "cli/campaign/worker_pool.hpp"
#include "cli/command.hpp"
#include "cli/interruption.hpp"
#include "cli/output.hpp"
#include "cli/report/file_writer.hpp"
#include "cli/report/text.hpp"

namespace leasecheck::cli {
namespace {

bool is_alike(const Failure& left, const Failure& right) {
  const auto key = [](const Failure& failure) {
    const bool is_violated = failure.verdict.result == traces::Result::violated;
    return std::tuple(failure.verdict.result, failure.violation, is_violated ? "" : failure.at,
                      is_violated ? "" : failure.verdict.message);
  };
  return key(left) == key(right);
}

SeedResult result_of(const SeedOptions& options, const WorkerPool::Done& done) {
  return done.answer ? seed_result_from_text(*done.answer).value()
                     : result_of_dead_seed(options, done.number, done.exit_reason);
}

// A shared queue takes no trace that is longer than an event may be.
bool lacks_its_trace(const SeedResult& seed) {
  return seed.failure && !seed.failure->trace_file.empty() &&
         std::ranges::find(seed.traces, seed.failure->trace_file, &TraceText::name) ==
             seed.traces.end();
}

/// The seeds of this shard, in order.
class Seeds {
 public:
  explicit Seeds(const CampaignOptions& options)
      : step_(options.shard.count), last_(options.last_seed), next_(options.first_seed) {
    if (options.shard.index > 1) skip(options.shard.index - 1);
  }

  [[nodiscard]] std::optional<std::uint64_t> peek() const { return next_; }
  void advance() { skip(step_); }

 private:
  void skip(std::uint64_t count) {
    const bool ends = !next_ || *next_ > last_ || last_ - *next_ < count;
    next_ = ends ? std::nullopt : std::optional(*next_ + count);
  }

  std::uint64_t step_;
  std::uint64_t last_;
  std::optional<std::uint64_t> next_;
};

class Campaign {
 public:
  explicit Campaign(const CampaignOptions& options)
      : options_(options), budget_(options.budget), to_submit_(options), to_take_(options) {}

  CampaignResult run() {
    WorkerPool pool(options_.jobs,
                    [this](std::uint64_t seed) { return to_text(run_seed(options_.seed, seed)); });
    while (!is_over_) {
      while (pool.has_room() && to_submit_.peek() && may_begin()) {
        pool.submit(*to_submit_.peek());
        to_submit_.advance();
      }
      if (!pool.is_busy()) break;
      const auto ended = pool.next([this] { return is_interrupted() || budget_.is_overdue(); });
      if (!ended) break;
      done_.emplace(ended->number, result_of(options_.seed, *ended));
      add_those_in_order();
    }
    note_what_was_not_run();
    return finished();
  }

  CampaignResult take(std::map<std::uint64_t, SeedResult> results) {
    done_ = std::move(results);
    add_those_in_order();
    if (!is_over_ && to_take_.peek()) {
      result_.undecided = fmt::format("seed {} has no result yet", *to_take_.peek());
      result_.result = std::max(result_.result, traces::Result::inconclusive);
    }
    return finished();
  }

 private:
  CampaignResult finished() {
    note_what_never_fired();
    note_what_was_never_odd();
    return std::move(result_);
  }

  [[nodiscard]] bool is_spent() const { return is_interrupted() || budget_.is_spent(); }
  // The first seed is run whatever the budget, since a campaign without any shows nothing.
  [[nodiscard]] bool may_begin() const {
    const bool is_first = to_submit_.peek() == Seeds(options_).peek();
    return is_first ? !is_interrupted() : !is_spent();
  }
  void add_those_in_order() {
    while (!is_over_ && to_take_.peek()) {
      auto next = done_.extract(*to_take_.peek());
      if (next.empty()) return;
      to_take_.advance();
      add(std::move(next.mapped()));
    }
  }

  void add(SeedResult seed) {
    if (lacks_its_trace(seed)) add_trace(seed);
    result_.last_seed = seed.seed;
    result_.tally.add(seed.tally);
    if (seed.statistics) add(*seed.statistics);
    for (const TraceText& trace : seed.traces) write(trace, seed.failure);
    if (seed.failure) {
      if (is_first_of_its_kind(*seed.failure)) reduce(seed);
      add(*std::move(seed.failure));
    }
    progress_.show(fmt::format("simulate: {} seeds, now {}; {} operations, {} failures",
                               result_.tally.runs, seed.seed, result_.tally.operations,
                               result_.failures.size()));
  }

  // Run again, in a process of its own, which the subject may kill, the seed gives its trace.
  void add_trace(SeedResult& seed) {
    WorkerPool pool(
        1, [this](std::uint64_t number) { return to_text(run_seed(options_.seed, number)); });
    pool.submit(seed.seed);
    const auto ended = pool.next([this] { return is_interrupted() || budget_.is_overdue(); });
    if (!ended) return seed.failure->trace_file.clear();
    SeedResult again = result_of(options_.seed, *ended);
    if (!again.failure || again.failure->verdict != seed.failure->verdict) {
      throw Stop{
          fmt::format("seed {}: run again, it gives another result than its queue has: {}",
                      seed.seed, again.failure ? again.failure->verdict.message : "it holds"),
          ExitCode::broken};
    }
    seed.traces = std::move(again.traces);
  }

  void add(const sim::Statistics& statistics) {
    if (!result_.statistics) result_.statistics.emplace();
    result_.statistics->add(statistics);
  }

  [[nodiscard]] bool is_first_of_its_kind(const Failure& failure) const {
    return std::ranges::none_of(
        result_.failures, [&failure](const Failure& known) { return is_alike(known, failure); });
  }

  // The whole trace is there before anything is made of it, and so is the command that replays it.
  void reduce(SeedResult& seed) {
    Failure& failure = *seed.failure;
    const auto whole = std::ranges::find(seed.traces, failure.trace_file, &TraceText::name);
    if (whole == seed.traces.end() || failure.verdict.result != traces::Result::violated) return;
    say_on_error(
        fmt::format("seed {}: {}; reducing its trace\n{}\n", seed.seed, failure.verdict.property,
                    replay_command(path_of(failure.trace_file), options_.seed.backend.name)));
    const auto reduced = reduce_failure(options_.seed, seed.seed, whole->text, [this] {
      return is_interrupted() || budget_.is_overdue();
    });
    if (!reduced) return;
    failure.not_reproducible = reduced->not_reproducible;
    if (!reduced->not_reproducible.empty()) return;
    failure.verdict = reduced->verdict;
    failure.at = reduced->at;
    failure.trace_file = reduced->trace.name;
    write(reduced->trace, seed.failure);
  }

  [[nodiscard]] std::string path_of(const std::string& trace_file) const {
    return (options_.trace_directory / trace_file).lexically_normal().string();
  }

  // A trace that cannot be written takes nothing from what was found.
  void write(const TraceText& trace, std::optional<Failure>& failure) {
    const auto written = write_file(options_.trace_directory / trace.name, trace.text);
    if (written) return;
    if (failure && failure->trace_file == trace.name) failure->trace_file.clear();
    if (result_.not_written.empty()) result_.not_written = written.error();
  }

  void add(Failure failure) {
    if (!failure.trace_file.empty()) {
      failure.trace_file = path_of(failure.trace_file);
      failure.replay = replay_command(failure.trace_file, options_.seed.backend.name);
    }
    const bool is_broken = failure.verdict.result == traces::Result::broken;
    result_.result = std::max(result_.result, failure.verdict.result);
    result_.failures.push_back(std::move(failure));
    is_over_ = !options_.keep_going || is_broken;
  }

  void note_what_was_not_run() {
    if (is_over_) return;
    for (Seeds begun = to_take_; begun.peek() != to_submit_.peek(); begun.advance()) {
      ++result_.given_up;
    }
    if (is_interrupted()) {
      result_.undecided = "interrupted";
    } else if (result_.tally.runs == 0) {
      result_.undecided = is_spent() ? "no seed came to its end within the budget"
                                     : "there was no seed to run: --seeds has none of this --shard";
    }
    if (result_.undecided.empty()) return;
    result_.result = std::max(result_.result, traces::Result::inconclusive);
  }

  void note_what_never_fired() {
    const auto& allowed = options_.seed.plan.faults;
    for (const sim::FaultInfo& kind : sim::fault_kinds()) {
      const bool is_possible = (!allowed || allowed->contains(kind.kind)) &&
                               (kind.site == sim::FaultSite::world || options_.seed.disk);
      const std::string name(kind.name);
      if (is_possible && !result_.tally.faults.contains(name)) result_.never_fired.push_back(name);
    }
  }

  void note_what_was_never_odd() {
    const auto& allowed = options_.seed.plan.may_be_odd;
    for (const auto& info : sim::values::dimensions()) {
      const bool is_possible = !allowed || allowed->contains(info.dimension);
      const std::string name(info.name);
      if (is_possible && !result_.tally.values.contains(name)) result_.never_odd.push_back(name);
    }
  }

  const CampaignOptions& options_;
  Budget budget_;
  Seeds to_submit_;
  Seeds to_take_;
  std::map<std::uint64_t, SeedResult> done_;  ///< and not taken in yet
  Progress progress_;
  CampaignResult result_;
  bool is_over_ = false;
};

}  // namespace

CampaignResult run_campaign(const CampaignOptions& options) {
  return Campaign(options).run();
}

CampaignResult campaign_of_results(const CampaignOptions& options,
                                   std::map<std::uint64_t, SeedResult> results) {
  return Campaign(options).take(std::move(results));
}

std::vector<FailureGroup> group(const std::vector<Failure>& failures) {
  std::vector<FailureGroup> groups;
  for (const Failure& failure : failures) {
    const auto same = std::ranges::find_if(
        groups, [&](const FailureGroup& known) { return is_alike(known.first, failure); });
    if (same == groups.end()) {
      groups.push_back({failure, {failure.seed}});
    } else {
      same->seeds.push_back(failure.seed);
    }
  }
  return groups;
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
