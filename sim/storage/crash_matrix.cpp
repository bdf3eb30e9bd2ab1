#include "sim/storage/crash_matrix.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <utility>

#include "leasecheck/spec/step.hpp"
#include "properties/support/difference.hpp"
#include "sim/check.hpp"

namespace leasecheck::sim {
namespace {

constexpr std::uint64_t first_seed = 1;
constexpr std::uint64_t seed_after_the_crash = 2;  // another life draws other numbers

using Snapshot = model::Snapshot;

/// Lets one thing happen before call number `call`.
class AtCall final : public DiskWatcher {
 public:
  AtCall(std::uint64_t call, std::function<DiskAnswer(DiskProcess&)> what)
      : call_(call), what_(std::move(what)) {}

  [[nodiscard]] DiskAnswer before(const DiskAccess& access) override {
    if (++calls_ == call_) return what_(access.process);
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
  std::function<DiskAnswer(DiskProcess&)> what_;
  std::uint64_t calls_ = 0;
  std::uint64_t changes_ = 0;
};

std::vector<Fate> fates_of(const std::string& letters) {
  std::vector<Fate> fates;
  for (const char letter : letters) {
    fates.push_back(letter == 'k' ? Fate::kept : letter == 'l' ? Fate::lost : Fate::torn);
  }
  return fates;
}

/// The fates to try for so many fragments, each once.
std::vector<std::string> fates_to_try(std::size_t fragments, const CrashMatrixOptions& options) {
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
struct CrashMatrix::Scene {
  const CrashCase& subject;
  Disk::Image image;
  std::vector<Snapshot> earlier;  ///< on the way to the prior state
  Snapshot before;
  Snapshot after;
  model::Outcome expected;
};

/// What came of the operation with one mishap in it.
struct CrashMatrix::Outcome {
  bool was_reached = false;
  bool is_acknowledged = false;  ///< it answered while its process was alive
  std::optional<Reply> reply;    ///< of an operation; of an opening only if it failed
  std::uint64_t changes = 0;
  Disk::Image at_crash;
  std::size_t fragments = 0;
  /// Unless the power went: that is another life's.
  Aftermath aftermath{model::Snapshot{}, {}};
};

void CrashCount::add(const CrashCount& other) {
  cases += other.cases;
  calls += other.calls;
  power_losses += other.power_losses;
  disks += other.disks;
  kills += other.kills;
  failures += other.failures;
}

std::expected<CrashMatrix::Scene, std::string> CrashMatrix::set(const CrashCase& subject) {
  aftermaths_.clear();
  Scene scene{subject, {}, {}, {}, {}, model::Answer{model::Done{}}};
  if (!subject.prior) return scene;
  ids_.rewind(0);
  Disk disk(options_.device, first_seed);
  auto host = Host::open(disk, ids_, open_);
  if (!host) return std::unexpected(host.error().message);
  model::State state;
  for (const model::Action& action : subject.prior->actions) {
    scene.earlier.push_back(model::snapshot(state));
    state = model::step(std::move(state), action).state;
    const Reply reply = (*host)->call(action);
    if (!reply.outcome) return std::unexpected(name_of(subject) + ": " + reply.message);
  }
  scene.image = disk.image();
  scene.before = scene.after = model::snapshot(subject.prior->state);
  const auto reached = (*host)->snapshot();
  if (!reached) return std::unexpected(reached.error().message);
  if (*reached != scene.before) {
    return std::unexpected(name_of(subject) + ": " + difference(scene.before, *reached));
  }
  if (subject.operation) {
    model::Step step = model::step(subject.prior->state, subject.operation->action);
    scene.after = model::snapshot(step.state);
    scene.expected = std::move(step.outcome);
  }
  return scene;
}

namespace {

/// Whether the repository still takes work.
lease::Result<void> probe(Host& host) {
  model::AttemptSpec spec;
  spec.attempt_id = spec.run_id = "probe";
  const Reply reply = host.call({model::at_ms(5000), model::EnqueueAttempt{spec}});
  if (reply.outcome) return {};
  return std::unexpected(lease::Error(lease::ErrorCode::unavailable, reply.message));
}

}  // namespace

CrashMatrix::Aftermath CrashMatrix::seen_by(const lease::Result<std::unique_ptr<Host>>& host) {
  if (!host) return {std::unexpected(host.error()), {}};
  lease::Result<Snapshot> left = (*host)->snapshot();
  return {std::move(left), probe(**host)};
}

// One life of the disk: the case's operation, with the mishap at this call.
CrashMatrix::Outcome CrashMatrix::play(const Scene& scene, Mishap mishap, std::uint64_t call) {
  Outcome outcome;
  Disk disk(options_.device, first_seed);
  disk.restore(scene.image);
  ids_.rewind(scene.subject.prior ? scene.subject.prior->state.leases_issued : 0);
  const auto open = [&] { return Host::open(disk, ids_, open_); };

  lease::Result<std::unique_ptr<Host>> host = nullptr;
  lease::Result<std::unique_ptr<Host>> other = nullptr;
  if (scene.subject.operation) {
    if (mishap != Mishap::power_loss) other = open();
    host = open();
    check(host.has_value(), "a repository opens before anything happens");
  }
  AtCall watcher(call, [&](DiskProcess& process) {
    outcome.was_reached = true;
    outcome.at_crash = disk.image();
    outcome.fragments = disk.unsynced().size();
    if (mishap == Mishap::io_error) return DiskAnswer::io_error;
    if (mishap == Mishap::disk_full) return DiskAnswer::full;
    process.kill();
    return DiskAnswer::carry_out;
  });
  disk.set_watcher(&watcher);
  if (scene.subject.operation) {
    Reply reply = (*host)->call(scene.subject.operation->action);
    outcome.is_acknowledged = !(*host)->process().is_dead();
    outcome.reply = std::move(reply);
  } else {
    host = open();
    outcome.is_acknowledged = host.has_value() && !(*host)->process().is_dead();
    if (!host)
      outcome.reply =
          Reply{std::unexpected(model::ErrorCode::unavailable), host.error().message, 0, true};
  }
  outcome.changes = watcher.changes();
  if (host) host->reset();
  disk.set_watcher(nullptr);
  if (!outcome.was_reached) {
    outcome.at_crash = disk.image();
    outcome.fragments = disk.unsynced().size();
  }
  outcome.changes = watcher.changes();
  if (mishap == Mishap::power_loss) return outcome;

  if (!other || *other == nullptr) other = open();
  outcome.aftermath = seen_by(other);
  return outcome;
}

const CrashMatrix::Aftermath& CrashMatrix::recover(Disk& disk) {
  Disk::Image image = disk.image();
  const auto known = aftermaths_.find(image);
  if (known != aftermaths_.end()) return known->second;
  ++count_.disks;
  Aftermath aftermath = seen_by(Host::open(disk, ids_, open_));
  return aftermaths_.emplace(std::move(image), std::move(aftermath)).first->second;
}

std::optional<CrashFinding> CrashMatrix::lose_power(const Scene& scene, const Outcome& outcome,
                                                    const CrashPoint& point) {
  ++count_.power_losses;
  Disk disk(options_.device, seed_after_the_crash);
  disk.restore(outcome.at_crash);
  disk.lose_power(fates_of(point.fates));
  return judge(scene, outcome, recover(disk), point);
}

std::optional<CrashFinding> CrashMatrix::judge(const Scene& scene, const Outcome& outcome,
                                               const Aftermath& aftermath,
                                               const CrashPoint& point) const {
  const bool was_heard = outcome.is_acknowledged && outcome.reply.has_value();
  const auto finding = [&](std::string property, std::string message) {
    return CrashFinding{.property = std::move(property),
                        .subject = name_of(scene.subject),
                        .point = point,
                        .message = std::move(message),
                        .answer = was_heard ? std::optional(outcome.reply->outcome) : std::nullopt};
  };
  if (!aftermath.left)
    return finding("recovers", "the repository: " + aftermath.left.error().message);
  const bool is_before = *aftermath.left == scene.before;
  const bool is_after = *aftermath.left == scene.after;
  if (!is_before && !is_after) {
    const bool is_earlier =
        std::ranges::find(scene.earlier, *aftermath.left) != scene.earlier.end();
    const std::string change = difference(scene.before, *aftermath.left);
    return is_earlier ? finding("durable", "what had been acknowledged before is gone; " + change)
                      : finding("atomic", "neither before nor after; " + change);
  }
  if (!aftermath.works) return finding("recovers", "then: " + aftermath.works.error().message);
  if (!was_heard) return std::nullopt;
  const Reply& reply = *outcome.reply;
  if (reply.outcome == scene.expected) {
    if (is_after) return std::nullopt;
    return finding("durable", "it was acknowledged; " + difference(scene.after, *aftermath.left));
  }
  if (reply.outcome != std::unexpected(model::ErrorCode::unavailable)) {
    return finding("truthful", "answered " +
                                   std::string(reply.outcome ? "a wrong value"
                                                             : model::word(reply.outcome.error())) +
                                   ": " + reply.message);
  }
  if (!reply.effect_unknown && !is_before) {
    return finding("truthful", "said that it had no effect: " + reply.message);
  }
  return std::nullopt;
}

std::optional<CrashFinding> CrashMatrix::search_power_losses(const Scene& scene) {
  std::optional<std::pair<std::uint64_t, bool>> tried;
  for (std::uint64_t call = 1;; ++call) {
    const Outcome outcome = play(scene, Mishap::power_loss, call);
    // A crash before a read leaves what a crash before the next write leaves.
    const std::pair now{outcome.changes, outcome.is_acknowledged};
    if (now != tried) {
      for (const std::string& fates : fates_to_try(outcome.fragments, options_)) {
        if (auto found = lose_power(scene, outcome, {Mishap::power_loss, call, fates}))
          return found;
      }
    }
    tried = now;
    if (!outcome.was_reached) return std::nullopt;
    ++count_.calls;
  }
}

std::optional<CrashFinding> CrashMatrix::search_mishap(const Scene& scene, Mishap mishap) {
  for (std::uint64_t call = 1;; ++call) {
    const Outcome outcome = play(scene, mishap, call);
    if (!outcome.was_reached) return std::nullopt;
    ++(mishap == Mishap::kill ? count_.kills : count_.failures);
    if (auto found = judge(scene, outcome, outcome.aftermath, {mishap, call, {}})) return found;
  }
}

std::expected<std::optional<CrashFinding>, std::string> CrashMatrix::search(
    const CrashCase& subject) {
  const auto scene = set(subject);
  if (!scene) return std::unexpected(scene.error());
  ++count_.cases;
  if (auto found = search_power_losses(*scene)) return found;
  for (const Mishap mishap : {Mishap::kill, Mishap::io_error, Mishap::disk_full}) {
    if (auto found = search_mishap(*scene, mishap)) return found;
  }
  return std::nullopt;
}

std::expected<std::optional<CrashFinding>, std::string> CrashMatrix::replay(
    const CrashCase& subject, const CrashPoint& point, Fit fit) {
  const auto scene = set(subject);
  if (!scene) return std::unexpected(scene.error());
  ++count_.cases;
  const Outcome outcome = play(*scene, point.mishap, point.call);
  if (point.mishap != Mishap::power_loss) {
    if (!outcome.was_reached && fit == Fit::exact) {
      return std::unexpected("there is no such call");
    }
    return judge(*scene, outcome, outcome.aftermath, point);
  }
  CrashPoint fitting = point;
  if (outcome.fragments != point.fates.size()) {
    if (fit == Fit::exact) {
      return std::unexpected("there are " + std::to_string(outcome.fragments) +
                             " unsynced fragments at this call");
    }
    fitting.fates.resize(outcome.fragments, 'l');
  }
  return lose_power(*scene, outcome, fitting);
}

}  // namespace leasecheck::sim
