#include "sim/storage/disk_subject.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "leasecheck/spec/operation.hpp"
#include "sim/storage/disk_fault_injector.hpp"
#include "sim/subject/convert.hpp"

namespace leasecheck::sim {
namespace {

class DiskSubject final : public Subject {
 public:
  DiskSubject(DiskSubjectOptions options, OpenRepository open)
      : options_(std::move(options)),
        open_(with_checkpoints(std::move(open), draw_checkpoint_pages(options_.seed))),
        disk_(draw_device(options_.seed), options_.seed),
        injector_(disk_, options_.faults, options_.seed),
        draw_(options_.seed, "processes"),
        databases_(options_.processes) {}

  [[nodiscard]] std::string name() const override { return options_.name; }
  void end_faults() override { injector_.end(); }
  [[nodiscard]] FaultCounts faults() const override { return injector_.faults(); }
  [[nodiscard]] std::uint64_t disk_calls() const override { return injector_.calls(); }

  [[nodiscard]] std::expected<Reply, BrokenSubject> call(const model::Action& action) override {
    const std::size_t index = draw_.below(databases_.size());
    if (auto up = start(index); !up) return refusal(up.error());
    DatabaseProcess& database = *databases_[index];
    const std::uint64_t drawn_before = ids_.drawn();
    const std::uint64_t writes_before = injector_.writes();
    disk_.set_watcher(&injector_);
    Reply reply = database.call(action);
    disk_.set_watcher(nullptr);
    if (database.process().is_dead()) reply = lost_answer(action.operation);
    const bool has_failed = reply.outcome == std::unexpected(model::ErrorCode::unavailable);
    if (has_failed && injector_.writes() != writes_before) end_all();
    reap_dead();
    auto settled = settle_ids(drawn_before);
    if (!settled) return refusal(settled.error());
    return reply;
  }

  [[nodiscard]] std::expected<model::Snapshot, BrokenSubject> snapshot() override {
    auto taken = look();
    if (!taken) return std::unexpected(BrokenSubject{"snapshot: " + taken.error().message});
    return *std::move(taken);
  }

  /// Errors: those of opening on a disk that works.
  std::expected<void, BrokenSubject> open_first() {
    auto opened = DatabaseProcess::open(disk_, ids_, open_);
    if (!opened) return std::unexpected(BrokenSubject{opened.error().message});
    databases_.front() = *std::move(opened);
    return {};
  }

 private:
  static Reply lost_answer(const model::Operation& operation) {
    return {.outcome = std::unexpected(model::ErrorCode::unavailable),
            .message = "its process died before it could answer",
            .clock_reads = model::reads_clock(operation) ? 1U : 0U,
            .effect_unknown = true};
  }

  static Reply refusal(const lease::Error& error) {
    return {.outcome = std::unexpected(to_model(error.code)), .message = error.message};
  }

  /// A look at what is stored, by another process than the one that wrote it if there is one.
  lease::Result<model::Snapshot> look() {
    const std::size_t index = draw_.below(databases_.size());
    if (auto up = start(index); !up) return std::unexpected(up.error());
    return databases_[index]->snapshot();
  }

  /// Starts the process if it is not up: while things fail if need be, at last while nothing does.
  lease::Result<void> start(std::size_t index) {
    constexpr int tries_with_faults = 3;
    for (int i = 0; !databases_[index]; ++i) {
      const bool is_last = i == tries_with_faults;
      disk_.set_watcher(is_last ? nullptr : &injector_);
      auto opened = DatabaseProcess::open(disk_, ids_, open_);
      disk_.set_watcher(nullptr);
      if (opened && !(*opened)->process().is_dead()) databases_[index] = *std::move(opened);
      if (!opened && is_last) return std::unexpected(std::move(opened.error()));
      reap_dead();
    }
    return {};
  }

  void reap_dead() {
    for (auto& database : databases_) {
      if (database && database->process().is_dead()) database.reset();
    }
  }

  void end_all() {
    for (auto& database : databases_) {
      if (database) database->process().kill();
    }
  }

  /// The harness counts the leases that were granted. An id that was drawn for a grant which never
  /// came to be is drawn again, so that handles go on where the model's do.
  lease::Result<void> settle_ids(std::uint64_t drawn_before) {
    if (ids_.drawn() == drawn_before) return {};
    auto stored = look();
    if (!stored) return std::unexpected(std::move(stored.error()));
    const model::Id drawn = "L" + std::to_string(ids_.drawn());
    const bool is_granted = std::ranges::any_of(
        stored->leases, [&drawn](const auto& lease) { return lease.lease_id == drawn; });
    if (!is_granted) ids_.rewind(drawn_before);
    return {};
  }

  DiskSubjectOptions options_;
  OpenRepository open_;
  Disk disk_;
  SharedLeaseIds ids_;
  DiskFaultInjector injector_;
  Stream draw_;
  std::vector<std::unique_ptr<DatabaseProcess>> databases_;  // end before their disk
};

}  // namespace

std::expected<std::unique_ptr<Subject>, BrokenSubject> make_disk_subject(DiskSubjectOptions options,
                                                                         OpenRepository open) {
  auto subject = std::make_unique<DiskSubject>(std::move(options), std::move(open));
  if (auto opened = subject->open_first(); !opened) return std::unexpected(opened.error());
  return subject;
}

}  // namespace leasecheck::sim
