#include "sim/storage/crash_matrix.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <limits>
#include <utility>

#include "leasecheck/spec/step.hpp"
#include "properties/support/difference.hpp"
#include "sim/check.hpp"
#include "sim/concurrency/case_trace_recorder.hpp"
#include "sim/interruption.hpp"

namespace leasecheck::sim {
namespace {

constexpr std::uint64_t first_seed = 1;
constexpr std::uint64_t seed_after_the_crash = 2;  // another life draws other numbers

using Snapshot = model::Snapshot;

/// Lets one thing happen before call number `call`.
class AtCall final : public DiskWatcher {
 public:
  AtCall(std::uint64_t call, std::function<DiskAnswer(const DiskAccess&)> what)
      : call_(call), what_(std::move(what)) {}

  [[nodiscard]] DiskAnswer before(const DiskAccess& access) override {
    if (++calls_ == call_) return what_(access);
    changes_ += changes_disk(access.call) ? 1 : 0;
    return DiskAnswer::carry_out;
  }
  // Alone on the disk, or with others that do nothing: there is nobody to wait for.
  void sleep(std::chrono::microseconds) override {}

  [[nodiscard]] std::uint64_t calls() const { return calls_; }
  /// How many calls so far could change what a power loss leaves.
  [[nodiscard]] std::uint64_t changes() const { return changes_; }

 private:
  static bool changes_disk(DiskCall call) {
    constexpr std::array changing{DiskCall::open, DiskCall::write, DiskCall::resize, DiskCall::sync,
                                  DiskCall::remove};
    return std::ranges::find(changing, call) != changing.end();
  }

  std::uint64_t call_;
  std::function<DiskAnswer(const DiskAccess&)> what_;
  std::uint64_t calls_ = 0;
  std::uint64_t changes_ = 0;
};

std::vector<WriteOutcome> write_outcomes_of(const std::string& letters) {
  std::vector<WriteOutcome> write_outcomes;
  for (const char letter : letters) {
    write_outcomes.push_back(letter == 'k'   ? WriteOutcome::kept
                             : letter == 'l' ? WriteOutcome::lost
                                             : WriteOutcome::torn);
  }
  return write_outcomes;
}

/// The write_outcomes to try for so many fragments, each once.
std::vector<std::string> outcomes_to_try(std::size_t fragments, const CrashMatrixOptions& options) {
  std::vector<std::string> all;
  if (fragments <= options.exhaustive_fragments) {
    for (std::uint64_t subset = 0; subset < std::uint64_t{1} << fragments; ++subset) {
      all.emplace_back();
      for (std::size_t i = 0; i < fragments; ++i) all.back() += (subset >> i & 1) != 0 ? 'l' : 'k';
    }
  } else {
    for (std::size_t kept = 0; kept <= fragments; ++kept) {
      all.push_back(std::string(kept, 'k') + std::string(fragments - kept, 'l'));
    }
  }
  for (const auto& [one, others] : {std::pair{'l', 'k'}, {'k', 'l'}, {'t', 'k'}, {'t', 'l'}}) {
    for (std::size_t i = 0; i < fragments; ++i) {
      all.emplace_back(fragments, others);
      all.back()[i] = one;
    }
  }
  std::ranges::sort(all);
  const auto repeated = std::ranges::unique(all);
  all.erase(repeated.begin(), repeated.end());
  return all;
}

std::string difference(const Snapshot& expected, const Snapshot& observed) {
  return properties::first_difference(expected, observed).value_or("no difference");
}

}  // namespace

/// What sets the case up: the same for every point.
struct CrashMatrix::Setup {
  const CrashCase& subject;
  Disk::Image image;
  std::vector<Snapshot> earlier;  ///< on the way to the prior state
  Snapshot before;
  Snapshot after;
  model::Outcome expected;
};

/// What came of the operation with one event in it.
struct CrashMatrix::Outcome {
  bool was_reached = false;      ///< the call
  bool has_happened = false;     ///< the event, which not every call can suffer
  bool is_acknowledged = false;  ///< it answered while its process was alive
  std::optional<Reply> reply;    ///< of an operation; of an opening only if it failed
  /// The reply if somebody heard it, else null.
  [[nodiscard]] const Reply* answer() const { return is_acknowledged && reply ? &*reply : nullptr; }
  std::uint64_t changes = 0;
  Disk::Image at_crash;
  std::size_t fragments = 0;
  /// Unless the power went: that is another life's.
  Recovered recovered{model::Snapshot{}, {}};
  /// What another process had seen and a loss of power undid.
  std::optional<std::string> undone = std::nullopt;
};

std::expected<CrashMatrix::Setup, std::string> CrashMatrix::set(const CrashCase& subject) {
  recovered_.clear();
  Setup setup{subject, {}, {}, {}, {}, model::Answer{model::Done{}}};
  if (!subject.prior) return setup;
  ids_.rewind(0);
  Disk disk(options_.device, first_seed);
  auto database = DatabaseProcess::open(disk, ids_, open_);
  if (!database) return std::unexpected(database.error().message);
  model::State state;
  for (const model::Action& action : subject.prior->actions) {
    setup.earlier.push_back(model::snapshot(state));
    state = model::step(std::move(state), action).state;
    const Reply reply = (*database)->call(action);
    if (!reply.outcome) return std::unexpected(name_of(subject) + ": " + reply.message);
  }
  setup.image = disk.image();
  setup.before = setup.after = model::snapshot(subject.prior->state);
  const auto reached = (*database)->snapshot();
  if (!reached) return std::unexpected(reached.error().message);
  if (*reached != setup.before) {
    return std::unexpected(name_of(subject) + ": " + difference(setup.before, *reached));
  }
  if (subject.operation) {
    model::Step step = model::step(subject.prior->state, subject.operation->action);
    setup.after = model::snapshot(step.state);
    setup.expected = std::move(step.outcome);
  }
  return setup;
}

namespace {

/// Whether the repository still takes work.
lease::Result<void> probe(DatabaseProcess& database) {
  model::AttemptSpec spec;
  spec.attempt_id = spec.run_id = "probe";
  const Reply reply = database.call({model::at_ms(5000), model::EnqueueAttempt{spec}});
  if (reply.outcome) return {};
  return std::unexpected(lease::Error(lease::ErrorCode::unavailable, reply.message));
}

}  // namespace

CrashMatrix::Recovered CrashMatrix::inspect(
    const lease::Result<std::unique_ptr<DatabaseProcess>>& database) {
  if (!database) return {std::unexpected(database.error()), {}};
  lease::Result<Snapshot> left = (*database)->snapshot();
  return {std::move(left), probe(**database)};
}

// What somebody has seen must be there after a loss of power.
std::optional<std::string> CrashMatrix::lose_what_was_seen(Disk& disk, Opened database) {
  const lease::Result<Snapshot> seen = (*database)->snapshot();
  if (!seen) return std::nullopt;  // which is judged by itself
  (*database)->process().kill();
  database->reset();
  disk.lose_power(std::vector<WriteOutcome>(disk.unsynced().size(), WriteOutcome::lost));
  const Recovered kept = inspect(DatabaseProcess::open(disk, ids_, open_));
  if (!kept.left) return kept.left.error().message;
  if (*kept.left == *seen) return std::nullopt;
  return difference(*seen, *kept.left);
}

namespace {

DiskAnswer happen(CrashEvent event, const DiskAccess& access, Disk& disk,
                  const Disk::Image& copies) {
  switch (event) {
    case CrashEvent::power_loss:
    case CrashEvent::kill:
      access.process.kill();
      return DiskAnswer::carry_out;
    case CrashEvent::io_error:
      return DiskAnswer::io_error;
    case CrashEvent::disk_full:
      return DiskAnswer::full;
    case CrashEvent::sync_forgotten:
      return DiskAnswer::forget;
    case CrashEvent::file_replaced:
      disk.replace_files(copies);
      return DiskAnswer::carry_out;
  }
  std::unreachable();
}

bool can_happen(CrashEvent event, const DiskAccess& access) {
  return event != CrashEvent::sync_forgotten || access.call == DiskCall::sync;
}

/// Whether another process has the repository open meanwhile. Where the files are replaced it would
/// go on with the old ones; where a sync was forgotten only recovery shows what was not written.
bool has_company(CrashEvent event) {
  return event == CrashEvent::kill || event == CrashEvent::io_error ||
         event == CrashEvent::disk_full;
}

}  // namespace

// The case's operation, or the opening where the case is one, in a process that ends then.
void CrashMatrix::carry_out(const Setup& setup, CrashEvent event, Disk& disk, Opened database,
                            Outcome& outcome) {
  if (setup.subject.operation) {
    outcome.reply = (*database)->call(setup.subject.operation->action);
  } else {
    database = DatabaseProcess::open(disk, ids_, open_);
    if (!database) {
      outcome.reply = Reply{.outcome = std::unexpected(model::ErrorCode::unavailable),
                            .message = database.error().message,
                            .effect_unknown = true};
      return;
    }
  }
  outcome.is_acknowledged = !(*database)->process().is_dead();
  if (event == CrashEvent::sync_forgotten && outcome.has_happened) (*database)->process().kill();
}

// From the prior state on: the case's operation, with the event at this call.
CrashMatrix::Outcome CrashMatrix::run(const Setup& setup, CrashEvent event, std::uint64_t call) {
  Outcome outcome;
  Disk disk(options_.device, first_seed);
  disk.restore(setup.image);
  ids_.rewind(setup.subject.prior ? setup.subject.prior->state.leases_issued : 0);
  Opened database = nullptr;
  Opened other = nullptr;
  if (setup.subject.operation) {
    if (has_company(event)) other = DatabaseProcess::open(disk, ids_, open_);
    database = DatabaseProcess::open(disk, ids_, open_);
    check(database.has_value(), "a repository opens before anything happens");
  }
  const auto take_image = [&] {
    outcome.at_crash = disk.image();
    outcome.fragments = disk.unsynced().size();
  };
  AtCall watcher(call, [&](const DiskAccess& access) {
    outcome.was_reached = true;
    take_image();
    outcome.has_happened = can_happen(event, access);
    return outcome.has_happened ? happen(event, access, disk, setup.image) : DiskAnswer::carry_out;
  });
  disk.set_watcher(&watcher);
  carry_out(setup, event, disk, std::move(database), outcome);
  disk.set_watcher(nullptr);
  if (!outcome.was_reached) take_image();
  outcome.changes = watcher.changes();
  if (event == CrashEvent::power_loss) return outcome;
  if (!other || *other == nullptr) other = DatabaseProcess::open(disk, ids_, open_);
  outcome.recovered = inspect(other);
  if (event == CrashEvent::sync_forgotten && outcome.recovered.left) {
    outcome.undone = lose_what_was_seen(disk, std::move(other));
  }
  return outcome;
}

const CrashMatrix::Recovered& CrashMatrix::recover(Disk& disk) {
  Disk::Image image = disk.image();
  const auto known = recovered_.find(image);
  if (known != recovered_.end()) return known->second;
  ++count_.disks;
  Recovered recovered = inspect(DatabaseProcess::open(disk, ids_, open_));
  return recovered_.emplace(std::move(image), std::move(recovered)).first->second;
}

std::optional<Finding> CrashMatrix::lose_power(const Setup& setup, const Outcome& outcome,
                                               const CrashPoint& point) {
  ++count_.power_losses;
  Disk disk(options_.device, seed_after_the_crash);
  disk.restore(outcome.at_crash);
  disk.lose_power(write_outcomes_of(point.write_outcomes));
  return judge(setup, outcome, recover(disk), point);
}

// The answer is part of the trace only if it was heard.
Finding CrashMatrix::finding(const Setup& setup, const Outcome& outcome, const CrashPoint& point,
                             properties::StorageProperty property, std::string message) const {
  const CrashCase& subject = setup.subject;
  const Device& device = options_.device;
  CaseTraceRecorder recorder("crash");
  recorder.set("sector_size", device.sector_size);
  recorder.set("atomic_writes", device.atomic_writes ? 1 : 0);
  recorder.set("safe_append", device.safe_append ? 1 : 0);
  recorder.set("sequential", device.sequential ? 1 : 0);
  recorder.set("powersafe_overwrite", device.powersafe_overwrite ? 1 : 0);
  recorder.set("checkpoint_pages", options_.checkpoint_pages);
  recorder.set(existed_option, subject.prior ? 1 : 0);
  if (subject.prior) recorder.add_prior(*subject.prior);
  recorder.add_event({traces::DiskEvent::Kind::mishap, to_text(point)});
  if (subject.operation) {
    const auto call =
        recorder.add_call(CaseTraceRecorder::process_name(0), subject.operation->action);
    if (const Reply* answer = outcome.answer()) recorder.add_answer(call, answer->outcome);
  }
  const std::string name(name_of(property));
  return {.property = name,
          .message = message,
          .reproduce = to_text(point),
          .trace = std::move(recorder).finish(name, message)};
}

std::optional<Finding> CrashMatrix::judge(const Setup& setup, const Outcome& outcome,
                                          const Recovered& recovered,
                                          const CrashPoint& point) const {
  const auto found = [&](properties::StorageProperty property, std::string message) {
    return finding(setup, outcome, point, property, std::move(message));
  };
  if (!recovered.left)
    return found(properties::StorageProperty::recovers,
                 "after the crash it does not open: " + recovered.left.error().message);
  const bool is_before = *recovered.left == setup.before;
  const bool is_after = *recovered.left == setup.after;
  if (!is_before && !is_after) {
    const bool is_earlier =
        std::ranges::find(setup.earlier, *recovered.left) != setup.earlier.end();
    const std::string change = difference(setup.before, *recovered.left);
    if (is_earlier) {
      return found(properties::StorageProperty::durable,
                   "what had been answered before is gone: " + change);
    }
    return found(properties::StorageProperty::atomic,
                 setup.subject.operation
                     ? "what is left is neither the state before the operation (" + change +
                           ") nor the one after it (" + difference(setup.after, *recovered.left) +
                           ")"
                     : "it is not as it was before the crash: " + change);
  }
  if (!recovered.works)
    return found(properties::StorageProperty::recovers,
                 "it opens after the crash and does not work: " + recovered.works.error().message);
  if (outcome.undone) {
    return found(properties::StorageProperty::durable,
                 "another process had seen it, and then the power went: " + *outcome.undone);
  }
  if (!outcome.answer()) return std::nullopt;
  const Reply& reply = *outcome.reply;
  if (reply.outcome == setup.expected) {
    if (is_after) return std::nullopt;
    return found(properties::StorageProperty::durable,
                 "it was answered, and then " + difference(setup.after, *recovered.left));
  }
  if (reply.outcome != std::unexpected(model::ErrorCode::unavailable)) {
    return found(
        properties::StorageProperty::truthful,
        "answered " +
            std::string(reply.outcome ? "a wrong value" : model::word(reply.outcome.error())) +
            ": " + reply.message);
  }
  if (!reply.effect_unknown && !is_before) {
    return found(properties::StorageProperty::truthful,
                 "it was refused with the word that it has no effect, and then " +
                     difference(setup.before, *recovered.left) + "; it said: " + reply.message);
  }
  return std::nullopt;
}

std::optional<Finding> CrashMatrix::search_power_losses(const Setup& setup) {
  std::optional<std::pair<std::uint64_t, bool>> tried;
  for (std::uint64_t call = 1; !interrupted; ++call) {
    const Outcome outcome = run(setup, CrashEvent::power_loss, call);
    // A crash before a read leaves what a crash before the next write leaves.
    const std::pair now{outcome.changes, outcome.is_acknowledged};
    if (now != tried) {
      for (const std::string& write_outcomes : outcomes_to_try(outcome.fragments, options_)) {
        if (auto found = lose_power(setup, outcome, {CrashEvent::power_loss, call, write_outcomes}))
          return found;
      }
    }
    tried = now;
    if (!outcome.was_reached) break;
    ++count_.calls;
  }
  return std::nullopt;
}

std::optional<Finding> CrashMatrix::search_event(const Setup& setup, CrashEvent event,
                                                 std::uint64_t calls) {
  for (std::uint64_t call = 1; call <= calls && !interrupted; ++call) {
    const Outcome outcome = run(setup, event, call);
    if (!outcome.was_reached) break;
    if (!outcome.has_happened) continue;
    ++count_.of(event);
    if (auto found = judge(setup, outcome, outcome.recovered, {event, call, {}})) return found;
  }
  return std::nullopt;
}

std::expected<std::optional<Finding>, std::string> CrashMatrix::search(const CrashCase& subject) {
  const auto setup = set(subject);
  if (!setup) return std::unexpected(setup.error());
  ++count_.cases;
  if (auto found = search_power_losses(*setup)) return found;
  constexpr std::uint64_t all = std::numeric_limits<std::uint64_t>::max();
  for (const CrashEvent event : {CrashEvent::kill, CrashEvent::io_error, CrashEvent::disk_full,
                                 CrashEvent::sync_forgotten}) {
    if (auto found = search_event(*setup, event, all)) return found;
  }
  // Later than at the first call it can come between a look at the path and the commit, and there
  // is nothing that anybody could do.
  if (subject.operation) return search_event(*setup, CrashEvent::file_replaced, 1);
  return std::nullopt;
}

std::expected<std::optional<Finding>, std::string> CrashMatrix::replay(const CrashCase& subject,
                                                                       const CrashPoint& point,
                                                                       Match fit) {
  const auto setup = set(subject);
  if (!setup) return std::unexpected(setup.error());
  ++count_.cases;
  const Outcome outcome = run(*setup, point.event, point.call);
  if (point.event != CrashEvent::power_loss) {
    if (!outcome.has_happened && fit == Match::exact) {
      return std::unexpected("there is no such call, or none to which that can happen");
    }
    return judge(*setup, outcome, outcome.recovered, point);
  }
  CrashPoint fitting = point;
  if (outcome.fragments != point.write_outcomes.size()) {
    if (fit == Match::exact) {
      return std::unexpected("there are " + std::to_string(outcome.fragments) +
                             " unsynced fragments at this call");
    }
    fitting.write_outcomes.resize(outcome.fragments, 'l');
  }
  return lose_power(*setup, outcome, fitting);
}

}  // namespace leasecheck::sim
