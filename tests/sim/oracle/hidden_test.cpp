// A subject that shows less than the contract has: what is said of it is true all the same. The
// same run on the same planted defect, once with all that it does and once with a part of it
// hidden.

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include "leasecheck/spec/fields.hpp"
#include "properties/property.hpp"
#include "sim/subject/subject_decorator.hpp"
#include "tests/sim/plan_options.hpp"
#include "tests/sim/subjects.hpp"

namespace leasecheck::sim {
namespace {

using testing::backend_of;
using testing::make_memory;
using testing::make_subject;
using testing::record;

template <class Record>
struct Hide {
  const Names& absent;

  template <class T>
  void operator()(std::string_view name, T& value) const {
    if (absent.contains(full_name<Record>(name))) value = T{};
  }
};

/// Does not show these fields, and no snapshot if "snapshot" is among them.
class Hiding final : public SubjectDecorator {
 public:
  Hiding(std::unique_ptr<Subject> inner, const Names& hidden)
      : SubjectDecorator(std::move(inner)), profile_(SubjectDecorator::profile()) {
    profile_.absent = hidden;
    if (profile_.absent.erase("snapshot") > 0) profile_.operations.erase("snapshot");
  }
  [[nodiscard]] const Profile& profile() const override { return profile_; }
  [[nodiscard]] std::expected<Reply, BrokenSubject> call(const model::Action& action) override {
    auto reply = SubjectDecorator::call(action);
    if (reply && reply->outcome) {
      std::visit([this](auto& answer) { hide(answer); }, *reply->outcome);
    }
    return reply;
  }
  [[nodiscard]] std::expected<model::Snapshot, BrokenSubject> snapshot() override {
    if (!profile_.offers("snapshot")) return model::Snapshot{};
    auto shown = SubjectDecorator::snapshot();
    hide(shown->attempts);
    hide(shown->leases);
    hide(shown->dead_letters);
    hide_fields(*shown);
    for (model::RunRecord& run : shown->runs) hide_fields(run);
    return shown;
  }

 private:
  template <class Record>
  void hide_fields(Record& record) const {
    const Hide<Record> visit{profile_.absent};
    fields(visit, record);
  }
  template <class T>
  void hide(T& answer) const {
    if constexpr (std::same_as<T, model::Claim>) {
      hide(answer.attempt);
      hide(answer.lease);
    } else if constexpr (requires { answer.ok; }) {
      if (answer.ok) hide(*answer.ok);
    } else if constexpr (requires { answer.has_value(); }) {
      if (answer) hide(*answer);
    } else if constexpr (requires { answer.begin(); }) {
      for (auto& element : answer) hide(element);
    } else if constexpr (std::same_as<T, model::AttemptRecord> ||
                         std::same_as<T, model::LeaseRecord> ||
                         std::same_as<T, model::DispatchRecord> ||
                         std::same_as<T, model::DeadLetter>) {
      hide_fields(answer);
    }
  }

  Profile profile_;
};

/// Of plain values: a crowd takes seconds for each thing that is hidden.
Plan plan_of(std::uint64_t seed) {
  return draw_plan(seed, testing::with_odd({}));
}

RunResult run_hidden(const std::string& backend, std::uint64_t seed, const Names& hidden) {
  Hiding subject(make_subject(backend), hidden);
  return record(plan_of(seed), subject).result;
}

const std::vector<Names>& hidings() {
  static const std::vector<Names> all{
      {"attempt.started_at"},
      {"snapshot"},
      {"attempt.version"},
      {"lease.version", "attempt.version", "snapshot.version_floor"},
      {"attempt.ready_at", "attempt.retry_at", "attempt.started_at", "attempt.finished_at"},
      {"attempt.delivery_count", "attempt.attempt_no", "dispatch.attempt_no"},
      {"lease.heartbeat_at", "lease.lease_expires_at", "lease.execution_deadline"},
      {"attempt.status", "dispatch.status"},
      {"dead_letter.reason", "dead_letter.dead_at", "run.latest_seq"},
      {"attempt.priority", "attempt.run_id", "lease.worker_id"}};
  return all;
}

/// Whether what is said of less is as true as what is said of all. Nothing is said before anything
/// is wrong. Later, once what was wrong was not shown, it is what the contract would have made of
/// it. At once, it is what the property of all says, what answers alone say, what is about fields
/// that are shown, or that the subject is not as the model.
bool is_as_true(const traces::Verdict& seen, const traces::Verdict& whole, const Names& hidden) {
  if (seen.first_bad != whole.first_bad) return seen.first_bad > whole.first_bad;
  if (seen.property == whole.property || seen.property == "conforms_to_model") return true;
  const properties::Property& property = *properties::find_property(seen.property);
  return !property.needs_rows ||
         (!hidden.contains("snapshot") &&
          std::ranges::none_of(property.about, [&](auto field) { return hidden.contains(field); }));
}

class EveryDefect : public ::testing::TestWithParam<const mutants::Mutant*> {};

TEST_P(EveryDefect, IsNotSaidToBeAnother) {
  const std::string backend = backend_of(*GetParam());
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    const traces::Verdict whole = record(plan_of(seed), backend).result.verdict;
    for (const Names& hidden : hidings()) {
      const traces::Verdict seen = run_hidden(backend, seed, hidden).verdict;
      if (seen.result == traces::Result::held) continue;
      EXPECT_TRUE(is_as_true(seen, whole, hidden))
          << *hidden.begin() << " hidden, seed " << seed << ": " << seen.property << " at step "
          << seen.first_bad << ": " << seen.message << "; of all that it shows, " << whole.property
          << " at step " << whole.first_bad << ": " << whole.message;
    }
  }
}

std::vector<const mutants::Mutant*> mutants_of() {
  std::vector<const mutants::Mutant*> all;
  for (const mutants::Mutant& mutant : mutants::all_mutants()) all.push_back(&mutant);
  return all;
}

INSTANTIATE_TEST_SUITE_P(Hidden, EveryDefect, ::testing::ValuesIn(mutants_of()),
                         [](const auto& info) { return std::string(info.param->name); });

/// Refuses the second of one kind of operation, which it does not carry out, or answers that it had
/// nothing to do.
class Refusing final : public SubjectDecorator {
 public:
  Refusing(std::unique_ptr<Subject> inner, std::string operation)
      : SubjectDecorator(std::move(inner)), operation_(std::move(operation)) {}

  [[nodiscard]] std::expected<Reply, BrokenSubject> call(const model::Action& action) override {
    const bool is_meant = model::name_of(action.operation) == operation_;
    if (!is_meant || ++calls_ != 2) return SubjectDecorator::call(action);
    Reply reply{.outcome = std::unexpected(model::ErrorCode::not_found),
                .message = {},
                .clock_reads = model::reads_clock(action.operation) ? 1U : 0U};
    if (operation_ == "expire_leases_and_requeue" || operation_ == "transition_timed_out_attempts")
      reply.outcome = model::Answer(model::Count{7});
    return reply;
  }

 private:
  std::string operation_;
  std::uint64_t calls_ = 0;
};

class EveryRefusal : public ::testing::TestWithParam<const char*> {};

TEST_P(EveryRefusal, IsNotSaidToHaveChangedAnything) {
  std::uint64_t refused = 0;
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    Refusing all(make_memory(), GetParam());
    const traces::Verdict whole = record(plan_of(seed), all).result.verdict;
    for (const Names& hidden : hidings()) {
      Hiding subject(std::make_unique<Refusing>(make_memory(), GetParam()), hidden);
      const traces::Verdict seen = record(plan_of(seed), subject).result.verdict;
      EXPECT_EQ(seen.first_bad, whole.first_bad) << *hidden.begin() << ", seed " << seed;
      if (seen.result == traces::Result::held) continue;
      ++refused;
      EXPECT_TRUE(seen.property == whole.property || seen.property == "conforms_to_model")
          << *hidden.begin() << " hidden, seed " << seed << ": " << seen.property << ": "
          << seen.message << "; of all that it shows, " << whole.property << ": " << whole.message;
    }
  }
  EXPECT_GT(refused, 0U);
}

INSTANTIATE_TEST_SUITE_P(Hidden, EveryRefusal,
                         ::testing::Values("enqueue_attempt", "upsert_lease", "heartbeat_lease",
                                           "heartbeat_lease_with_version", "start_attempt",
                                           "ack_attempt", "release_lease", "append_run_event",
                                           "cancel_attempt", "replay_dead_letter",
                                           "expire_leases_and_requeue",
                                           "transition_timed_out_attempts"));

}  // namespace
}  // namespace leasecheck::sim
