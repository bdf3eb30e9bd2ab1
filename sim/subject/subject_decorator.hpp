#pragma once

#include <memory>
#include <utility>

#include "sim/subject/subject.hpp"

namespace leasecheck::sim {

/// A subject that leaves everything to another one: what derives from it adds to single calls.
class SubjectDecorator : public Subject {
 public:
  /// Pre: `subject` is not null.
  explicit SubjectDecorator(std::unique_ptr<Subject> subject) : subject_(std::move(subject)) {}

  [[nodiscard]] std::string name() const override { return subject_->name(); }
  [[nodiscard]] const Profile& profile() const override { return subject_->profile(); }
  [[nodiscard]] std::expected<Reply, BrokenSubject> call(const model::Action& action) override {
    return subject_->call(action);
  }
  [[nodiscard]] std::expected<model::Snapshot, BrokenSubject> snapshot() override {
    return subject_->snapshot();
  }
  [[nodiscard]] std::expected<bool, BrokenSubject> refresh(model::Snapshot& seen) override {
    return subject_->refresh(seen);
  }
  [[nodiscard]] std::expected<bool, BrokenSubject> begin_anew() override {
    return subject_->begin_anew();
  }
  void end_faults() override { subject_->end_faults(); }
  [[nodiscard]] FaultCounts faults() const override { return subject_->faults(); }
  [[nodiscard]] std::uint64_t disk_calls() const override { return subject_->disk_calls(); }

 private:
  std::unique_ptr<Subject> subject_;
};

}  // namespace leasecheck::sim
