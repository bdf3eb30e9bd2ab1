#include "sim/storage/interleaver.hpp"

#include <string>
#include <utility>

#include "leasecheck/spec/step.hpp"
#include "sim/check.hpp"
#include "sim/concurrency/case_run.hpp"

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
  CaseRun schedule(subject, strategy);
  Interrupter interrupter(schedule.scheduler());
  disk_->set_watcher(&interrupter);
  schedule.run(
      {.call = [&](TaskId process,
                   const model::Action& action) { return databases_[process]->call(action); },
       .drawn_leases = [&](TaskId process) { return databases_[process]->drawn_leases(); }});
  disk_->set_watcher(nullptr);
  ++count_.schedules;
  count_.points += schedule.scheduler().points();
  auto finding = schedule.judge(databases_.front()->snapshot());
  if (finding) finding->trace->head.config["checkpoint_pages"] = options_.checkpoint_pages;
  return finding;
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
    check(strategy.was_followed(), "the same schedule does the same on a simulated disk");
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

}  // namespace leasecheck::sim
