#include <functional>
#include <string>
#include <utility>

#include "sim/subject/counting_clock.hpp"
#include "sim/subject/lease_id_map.hpp"
#include "sim/subject/operation_mapping.hpp"
#include "sim/subject/subject.hpp"

namespace leasecheck::sim {
namespace {

/// Ids that nobody can mistake for handles, never given twice.
class SubjectIds final : public lease::IdSource {
 public:
  [[nodiscard]] lease::LeaseId next_lease_id() override {
    return lease::LeaseId("lease#" + std::to_string(++issued_));
  }

 private:
  std::uint64_t issued_ = 0;
};

class RepositorySubject final : public Subject {
 public:
  RepositorySubject(std::string name, Profile profile, std::function<bool()> may_have_changed)
      : name_(std::move(name)),
        profile_(std::move(profile)),
        may_have_changed_(std::move(may_have_changed)) {}

  std::expected<void, BrokenSubject> open(const RepositoryFactory& factory) {
    lease::Result<std::unique_ptr<lease::AttemptRepository>> made = factory(clock_, ids_);
    if (!made) return std::unexpected(BrokenSubject{made.error().message});
    repository_ = *std::move(made);
    return {};
  }

  [[nodiscard]] std::string name() const override { return name_; }
  [[nodiscard]] const Profile& profile() const override { return profile_; }

  [[nodiscard]] std::expected<Reply, BrokenSubject> call(const model::Action& action) override {
    // A clock that is read where a time was passed must be noticed: it shows another day.
    constexpr model::Duration elsewhere = std::chrono::hours(24);
    clock_.show(model::reads_clock(action.operation)
                    ? action.now
                    : model::saturating_add(action.now, -elsewhere));
    Reply reply = carry_out(*repository_, handles_, action);
    reply.clock_reads = clock_.reads();
    return reply;
  }

  [[nodiscard]] std::expected<model::Snapshot, BrokenSubject> snapshot() override {
    if (!profile_.offers("snapshot")) return model::Snapshot{};
    lease::Result<model::Snapshot> taken = snapshot_of(*repository_, handles_);
    if (!taken) return std::unexpected(BrokenSubject{"snapshot: " + taken.error().message});
    return *std::move(taken);
  }

  [[nodiscard]] std::expected<bool, BrokenSubject> refresh(model::Snapshot& seen) override {
    if (!profile_.offers("snapshot")) return false;
    const bool may_be_known = mirror_.is_final() && seen != model::Snapshot{};
    if (may_be_known && may_have_changed_ && !may_have_changed_()) return false;
    lease::Result<bool> changed = mirror_.refresh(*repository_, handles_, seen);
    if (!changed) return std::unexpected(BrokenSubject{"snapshot: " + changed.error().message});
    return *changed;
  }

 private:
  std::string name_;
  Profile profile_;
  std::function<bool()> may_have_changed_;
  CountingClock clock_;
  SubjectIds ids_;
  Handles handles_;
  Mirror mirror_;
  std::unique_ptr<lease::AttemptRepository> repository_;
};

}  // namespace

std::expected<std::unique_ptr<Subject>, BrokenSubject> make_repository_subject(
    std::string name, const RepositoryFactory& factory, Profile profile,
    std::function<bool()> may_have_changed) {
  auto subject = std::make_unique<RepositorySubject>(std::move(name), std::move(profile),
                                                     std::move(may_have_changed));
  if (auto opened = subject->open(factory); !opened) return std::unexpected(opened.error());
  return subject;
}

}  // namespace leasecheck::sim
