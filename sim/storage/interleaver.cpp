#include "sim/storage/interleaver.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "leasecheck/spec/step.hpp"
#include "properties/linearizability/linearizability.hpp"
#include "properties/storage_properties.hpp"
#include "properties/support/difference.hpp"
#include "properties/support/words.hpp"
#include "sim/check.hpp"
#include "sim/storage/disk_trace_recorder.hpp"

namespace leasecheck::sim {
namespace {

/// Lets others go on before every call but `open`: SQLite opens a file while it is in no
/// transaction and holds no lock that anybody could see.
class Interrupter final : public DiskWatcher {
 public:
  explicit Interrupter(TaskScheduler& scheduler) : scheduler_(scheduler) {}

  [[nodiscard]] DiskAnswer before(const DiskAccess& access) override {
    if (access.call != DiskCall::open) scheduler_.yield();
    return DiskAnswer::carry_out;
  }
  void sleep(std::chrono::microseconds duration) override { scheduler_.sleep(duration); }

 private:
  TaskScheduler& scheduler_;
};

/// What the processes of one schedule did and were answered.
class Recording {
 public:
  explicit Recording(const model::State& initial) { history_.initial = initial; }

  void carry_out(TaskId process, DatabaseProcess& database, const model::Action& action) {
    const std::uint64_t invoked = ++events_;
    Reply reply = database.call(action);
    properties::ConcurrentCall call{.action = action,
                                    .invoked = invoked,
                                    .returned = ++events_,
                                    .outcome = reply.outcome,
                                    .lease_ids = database.drawn_leases()};
    if (reply.outcome == std::unexpected(model::ErrorCode::unavailable)) {
      if (unavailable_.empty()) unavailable_ = reply.message;
      if (reply.effect_unknown) call.outcome.reset();
    }
    callers_.push_back(process);
    history_.calls.push_back(std::move(call));
  }

  [[nodiscard]] properties::History& history() { return history_; }

  /// Calls and answers are recorded in the order in which they happened.
  [[nodiscard]] Finding finding(const InterleaveCase& subject, const std::vector<TaskId>& schedule,
                                properties::StorageProperty property, std::string message) const {
    DiskTraceRecorder recorder("interleave");
    recorder.add_prior(subject.prior);
    recorder.add_event({traces::DiskEvent::Kind::schedule, to_text(schedule)});
    std::map<std::uint64_t, std::size_t> call_of_event;
    for (std::size_t i = 0; i < history_.calls.size(); ++i) {
      const properties::ConcurrentCall& call = history_.calls[i];
      call_of_event.emplace(call.invoked, i);
      if (call.returned && call.outcome) call_of_event.emplace(*call.returned, i);
    }
    std::map<std::size_t, std::uint64_t> numbers;
    for (const auto& [event, i] : call_of_event) {
      const properties::ConcurrentCall& call = history_.calls[i];
      if (event == call.invoked) {
        numbers[i] = recorder.add_call(DiskTraceRecorder::process_name(callers_[i]), call.action);
      } else {
        recorder.add_answer(numbers.at(i), *call.outcome);
      }
    }
    const std::string name(name_of(property));
    return {.property = name,
            .message = message,
            .reproduce = to_text(schedule),
            .trace = std::move(recorder).finish(name, message)};
  }

  /// What the first one said that was refused as `unavailable`; empty if nobody was.
  [[nodiscard]] const std::string& unavailable() const { return unavailable_; }

 private:
  properties::History history_;
  std::vector<TaskId> callers_;
  std::uint64_t events_ = 0;
  std::string unavailable_;
};

const model::Count* count_in(const properties::ConcurrentCall& call) {
  const bool is_answered = call.outcome && call.outcome->has_value();
  return is_answered ? std::get_if<model::Count>(&**call.outcome) : nullptr;
}

/// Where the state that is left differs from what the operations leave one after the other.
std::string difference_in_turn(const InterleaveCase& subject, const model::Snapshot& left) {
  model::State state = subject.prior.state;
  for (const SmallOperation& operation : subject.operations) {
    state = model::step(std::move(state), operation.action).state;
  }
  const auto difference = properties::first_difference(model::snapshot(state), left);
  return difference ? "; compared with one after the other, " + *difference : "";
}

std::string answers_in_words(const properties::History& history) {
  std::string words;
  for (const properties::ConcurrentCall& call : history.calls) {
    words += words.empty() ? "" : ", ";
    words += properties::words_of(call.action.operation);
    words += ' ';
    if (const auto* count = count_in(call)) {
      words += "answered " + std::to_string(count->value);
    } else {
      words += call.outcome ? properties::words_of(*call.outcome)
                            : "was refused as unavailable, its effect unknown";
    }
  }
  return words;
}

}  // namespace

std::expected<std::unique_ptr<Interleaver>, std::string> Interleaver::make(
    const OpenRepository& open, const InterleaverOptions& options) {
  std::unique_ptr<Interleaver> made(new Interleaver(open, options));
  made->disk_ = std::make_unique<Disk>(Device{}, 1);
  if (auto opened = made->open_all(); !opened) return std::unexpected(opened.error());
  made->empty_ = made->disk_->image();
  model::AttemptSpec spec;
  spec.attempt_id = spec.run_id = "elsewhere";
  const Reply moved =
      made->databases_.front()->call({model::at_ms(0), model::EnqueueAttempt{spec}});
  if (!moved.outcome) return std::unexpected(moved.message);
  made->elsewhere_ = made->disk_->image();
  return made;
}

std::expected<void, std::string> Interleaver::open_all() {
  for (std::uint32_t i = 0; i < options_.processes; ++i) {
    auto database = DatabaseProcess::open(*disk_, ids_, open_);
    if (!database) return std::unexpected(database.error().message);
    databases_.push_back(*std::move(database));
  }
  return {};
}

std::expected<void, std::string> Interleaver::begin_on(const PriorState& prior) {
  if (options_.checkpoint_pages == InterleaverOptions{}.checkpoint_pages) {
    auto forgotten = forget_caches();
    disk_->restore(image_);
    return forgotten;
  }
  databases_.clear();
  disk_->restore(empty_);
  if (auto opened = open_all(); !opened) return opened;
  return lead_to(prior);
}

std::expected<void, std::string> Interleaver::lead_to(const PriorState& prior) {
  ids_.rewind(0);
  for (const model::Action& action : prior.actions) {
    const Reply reply = databases_.front()->call(action);
    if (!reply.outcome) return std::unexpected("prior state " + prior.name + ": " + reply.message);
  }
  return {};
}

// A connection keeps its pages as long as the log's index says that nothing changed. Whether that
// is so depends on the schedule before; having been elsewhere, no connection can keep anything.
std::expected<void, std::string> Interleaver::forget_caches() {
  disk_->restore(elsewhere_);
  for (const auto& database : databases_) {
    const lease::Result<model::Snapshot> seen = database->snapshot();
    if (!seen) return std::unexpected(seen.error().message);
  }
  return {};
}

std::expected<void, std::string> Interleaver::prepare(const PriorState& prior) {
  disk_->restore(empty_);
  if (auto led = lead_to(prior); !led) return led;
  const auto reached = databases_.front()->snapshot();
  if (!reached) return std::unexpected(reached.error().message);
  if (*reached != model::snapshot(prior.state)) {
    return std::unexpected("prior state " + prior.name +
                           ": the repository is not where the model is");
  }
  image_ = disk_->image();
  return {};
}

std::expected<std::optional<Finding>, std::string> Interleaver::run(const InterleaveCase& subject,
                                                                    Strategy& strategy) {
  if (auto begun = begin_on(subject.prior); !begun) return std::unexpected(begun.error());
  ids_.rewind(subject.prior.state.leases_issued);
  TaskScheduler scheduler(strategy);
  Interrupter interrupter(scheduler);
  Recording recording(subject.prior.state);
  for (std::size_t i = 0; i < subject.operations.size(); ++i) {
    scheduler.spawn([&, i] {
      recording.carry_out(static_cast<TaskId>(i), *databases_[i], subject.operations[i].action);
    });
  }
  disk_->set_watcher(&interrupter);
  scheduler.run();
  disk_->set_watcher(nullptr);
  ++count_.schedules;
  count_.points += scheduler.points();

  const auto found = [&](properties::StorageProperty property, std::string message) {
    Finding finding =
        recording.finding(subject, scheduler.decisions(), property, std::move(message));
    finding.trace->head.config["checkpoint_pages"] = options_.checkpoint_pages;
    return finding;
  };
  if (!recording.unavailable().empty())
    return found(properties::StorageProperty::available,
                 "a process was refused as unavailable: " + recording.unavailable());
  const auto left = databases_.front()->snapshot();
  if (!left)
    return found(properties::StorageProperty::linearizable,
                 "the final snapshot: " + left.error().message);
  recording.history().final_snapshot = *left;
  const auto verdict = properties::check_linearizable(recording.history()).verdict;
  if (verdict == properties::Linearizability::linearizable) return std::nullopt;
  check(verdict != properties::Linearizability::gave_up, "a few calls have few orders");
  return found(properties::StorageProperty::linearizable,
               "no order of the operations explains it: " + answers_in_words(recording.history()) +
                   difference_in_turn(subject, *left));
}

std::expected<std::optional<Finding>, std::string> Interleaver::search(
    const InterleaveCase& subject, std::uint32_t preemptions) {
  check(subject.operations.size() == databases_.size(), "one operation for each process");
  if (auto ready = prepare(subject.prior); !ready) return std::unexpected(ready.error());
  ++count_.cases;
  BoundedStrategy strategy(preemptions);
  do {
    auto finding = run(subject, strategy);
    if (!finding || *finding) return finding;
  } while (strategy.advance());
  return std::nullopt;
}

std::expected<std::optional<Finding>, std::string> Interleaver::replay(
    const InterleaveCase& subject, const std::vector<TaskId>& schedule, Match fit) {
  check(subject.operations.size() == databases_.size(), "one operation for each process");
  if (auto ready = prepare(subject.prior); !ready) return std::unexpected(ready.error());
  ++count_.cases;
  RecordedStrategy strategy(schedule);
  auto finding = run(subject, strategy);
  if (finding && fit == Match::exact && !strategy.was_followed()) {
    return std::unexpected("the schedule does not fit " + name_of(subject));
  }
  return finding;
}

std::vector<InterleaveCase> interleave_cases(InterleaveScope scope) {
  const std::vector<SmallOperation> operations = small_operations();
  const auto named = [&operations](std::string_view name) {
    const auto found = std::ranges::find(operations, name, &SmallOperation::name);
    check(found != operations.end(), "there is an operation of this name");
    return *found;
  };
  // Who wants the same lease: its holder, those who take it away, and those who want it next.
  constexpr std::array<std::array<std::string_view, 3>, 5> at_odds{
      {{"ack_completed", "reap", "claim"},
       {"heartbeat", "reap", "claim"},
       {"time_out", "reap", "ack_failed"},
       {"claim", "claim", "cancel"},
       {"claim_several", "claim_several", "reap"}}};
  std::vector<InterleaveCase> cases;
  for (const PriorState& prior : prior_states()) {
    if (scope == InterleaveScope::triples) {
      if (prior.name != "leased" && prior.name != "queued") continue;
      for (const auto& [first, second, third] : at_odds) {
        cases.push_back({prior, {named(first), named(second), named(third)}});
      }
      continue;
    }
    for (auto left = operations.begin(); left != operations.end(); ++left) {
      for (auto right = left; right != operations.end(); ++right) {
        cases.push_back({prior, {*left, *right}});
      }
    }
  }
  return cases;
}

std::string name_of(const InterleaveCase& subject) {
  std::string name = subject.prior.name;
  for (const SmallOperation& operation : subject.operations) {
    name += (&operation == &subject.operations.front() ? '/' : '+') + operation.name;
  }
  return name;
}

}  // namespace leasecheck::sim
