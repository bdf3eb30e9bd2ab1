#include <string>
#include <utility>

#include "sim/check.hpp"
#include "sim/convert.hpp"
#include "sim/handles.hpp"
#include "sim/subject.hpp"

namespace leasecheck::sim {
namespace {

/// Shows what it is told to show and counts how often it is read.
class SubjectClock final : public lease::Clock {
 public:
  [[nodiscard]] lease::Time now() override {
    ++reads_;
    return shown_;
  }

  void show(lease::Time time) {
    shown_ = time;
    reads_ = 0;
  }

  [[nodiscard]] std::uint64_t reads() const { return reads_; }

 private:
  lease::Time shown_{};
  std::uint64_t reads_ = 0;
};

/// Ids that nobody can mistake for handles, never given twice.
class SubjectIds final : public lease::IdSource {
 public:
  [[nodiscard]] lease::LeaseId next_lease_id() override {
    return lease::LeaseId("lease#" + std::to_string(++issued_));
  }

 private:
  std::uint64_t issued_ = 0;
};

model::Answer answer(model::Answer value) {
  return value;
}

/// The value of a call, or the class of its error; the error's words go to `message`.
template <typename T, typename Convert>
model::Outcome outcome_of(lease::Result<T> result, std::string& message, Convert convert) {
  if (!result) {
    message = std::move(result.error().message);
    return std::unexpected(to_model(result.error().code));
  }
  if constexpr (std::is_void_v<T>) {
    return answer(convert());
  } else {
    return answer(convert(*std::move(result)));
  }
}

constexpr auto done = [] { return model::Done{}; };
constexpr auto count = [](std::uint64_t value) { return model::Count{value}; };
constexpr auto sequence = [](std::uint64_t value) { return model::Sequence{value}; };
constexpr auto converted = [](const auto& value) { return to_model(value); };

/// One operation of the model as one call of the repository.
class Mapping {
 public:
  Mapping(lease::AttemptRepository& repository, Handles& handles, lease::Time now,
          std::string& message)
      : repository_(repository), handles_(handles), now_(now), message_(message) {}

  model::Outcome operator()(const model::Reset&) {
    return outcome_of(repository_.reset(), message_, done);
  }

  model::Outcome operator()(const model::EnqueueAttempt& operation) {
    return outcome_of(repository_.enqueue_attempt(to_lease(operation.spec)), message_, done);
  }

  model::Outcome operator()(const model::ListDispatchableAttempts& operation) {
    return outcome_of(repository_.list_dispatchable_attempts(operation.at, operation.limit),
                      message_, converted);
  }

  model::Outcome operator()(const model::UpsertLease& operation) {
    return outcome_of(
        repository_.upsert_lease(lease::AttemptId(operation.attempt_id),
                                 lease::WorkerId(operation.worker_id), operation.lease_expires_at),
        message_, [this](const lease::LeaseRecord& record) {
          handles_.issue(record.lease_id.str());
          return with_handle(record);
        });
  }

  model::Outcome operator()(const model::HeartbeatLease& operation) {
    return outcome_of(
        repository_.heartbeat_lease(lease::LeaseId(handles_.id_of(operation.lease_id)),
                                    operation.heartbeat_at, operation.lease_expires_at),
        message_, done);
  }

  model::Outcome operator()(const model::HeartbeatLeaseWithVersion& operation) {
    return outcome_of(repository_.heartbeat_lease_with_version(
                          holder(operation), {.expected_version = operation.expected_version,
                                              .heartbeat_at = operation.heartbeat_at,
                                              .lease_expires_at = operation.lease_expires_at}),
                      message_,
                      [this](const lease::LeaseRecord& record) { return with_handle(record); });
  }

  model::Outcome operator()(const model::ExpireLeasesAndRequeue& operation) {
    return outcome_of(repository_.expire_leases_and_requeue(operation.stale_before), message_,
                      count);
  }

  model::Outcome operator()(const model::TransitionTimedOutAttempts& operation) {
    return outcome_of(repository_.transition_timed_out_attempts(operation.at), message_, count);
  }

  model::Outcome operator()(const model::LatestSeqForRun& operation) {
    return outcome_of(repository_.latest_seq_for_run(lease::RunId(operation.run_id)), message_,
                      sequence);
  }

  model::Outcome operator()(const model::StartAttempt& operation) {
    return outcome_of(repository_.start_attempt(holder(operation), now_), message_, done);
  }

  model::Outcome operator()(const model::ReleaseLease& operation) {
    return outcome_of(repository_.release_lease(holder(operation), now_), message_, done);
  }

  model::Outcome operator()(const model::AckAttempt& operation) {
    return outcome_of(repository_.ack_attempt(holder(operation), to_lease(operation.outcome), now_),
                      message_, converted);
  }

  model::Outcome operator()(const model::AppendRunEvent& operation) {
    return outcome_of(
        repository_.append_run_event(holder(operation),
                                     {.kind = operation.kind, .payload = operation.payload}, now_),
        message_, sequence);
  }

  model::Outcome operator()(const model::CancelAttempt& operation) {
    return outcome_of(repository_.cancel_attempt(lease::AttemptId(operation.attempt_id), now_),
                      message_, done);
  }

  model::Outcome operator()(const model::ReplayDeadLetter& operation) {
    return outcome_of(repository_.replay_dead_letter(lease::AttemptId(operation.attempt_id), now_),
                      message_, done);
  }

  model::Outcome operator()(const model::ListDeadLetters& operation) {
    return outcome_of(repository_.list_dead_letters(operation.limit), message_, converted);
  }

  model::Outcome operator()(const model::GetAttempt& operation) {
    return outcome_of(repository_.get_attempt(lease::AttemptId(operation.attempt_id)), message_,
                      converted);
  }

  model::Outcome operator()(const model::GetLease& operation) {
    return outcome_of(repository_.get_lease(lease::LeaseId(handles_.id_of(operation.lease_id))),
                      message_, [this](const auto& record) { return with_handle(record); });
  }

  model::Outcome operator()(const model::GetLeaseForAttempt& operation) {
    return outcome_of(repository_.get_lease_for_attempt(lease::AttemptId(operation.attempt_id)),
                      message_, [this](const auto& record) { return with_handle(record); });
  }

  model::Outcome operator()(const model::QueueDepth& operation) {
    return outcome_of(repository_.queue_depth(operation.at), message_, count);
  }

  model::Outcome operator()(const model::CountByStatus&) {
    return outcome_of(
        repository_.counts_by_status(), message_,
        [](const lease::CountsByStatus& counts) { return model::CountsByStatus{.count = counts}; });
  }

  model::Outcome operator()(const model::ListRunEvents& operation) {
    return outcome_of(repository_.list_run_events(lease::RunId(operation.run_id), operation.after,
                                                  operation.limit),
                      message_, converted);
  }

 private:
  template <typename HolderOperation>
  lease::Holder holder(const HolderOperation& operation) const {
    return {.lease_id = lease::LeaseId(handles_.id_of(operation.lease_id)),
            .worker_id = lease::WorkerId(operation.worker_id)};
  }

  model::LeaseRecord with_handle(const lease::LeaseRecord& record) const {
    model::LeaseRecord converted_record = to_model(record);
    converted_record.lease_id = handles_.handle_of(record.lease_id.str());
    return converted_record;
  }

  std::optional<model::LeaseRecord> with_handle(
      const std::optional<lease::LeaseRecord>& record) const {
    if (!record) return std::nullopt;
    return with_handle(*record);
  }

  lease::AttemptRepository& repository_;
  Handles& handles_;
  lease::Time now_;
  std::string& message_;
};

class RepositorySubject final : public Subject {
 public:
  explicit RepositorySubject(std::string name) : name_(std::move(name)) {}

  std::expected<void, BrokenSubject> open(const RepositoryFactory& factory) {
    lease::Result<std::unique_ptr<lease::AttemptRepository>> made = factory(clock_, ids_);
    if (!made) return std::unexpected(BrokenSubject{made.error().message});
    repository_ = *std::move(made);
    return {};
  }

  [[nodiscard]] std::string name() const override { return name_; }

  [[nodiscard]] std::expected<Reply, BrokenSubject> call(const model::Action& action) override {
    // A clock that is read where a time was passed must be noticed: it shows another day.
    constexpr model::Duration elsewhere = std::chrono::hours(24);
    clock_.show(model::reads_clock(action.operation)
                    ? action.now
                    : model::saturating_add(action.now, -elsewhere));
    Reply reply;
    reply.outcome =
        std::visit(Mapping(*repository_, handles_, action.now, reply.message), action.operation);
    reply.clock_reads = clock_.reads();
    return reply;
  }

  [[nodiscard]] std::expected<model::Snapshot, BrokenSubject> snapshot() override {
    const lease::Result<lease::Snapshot> taken = repository_->snapshot();
    if (!taken) return std::unexpected(BrokenSubject{"snapshot: " + taken.error().message});
    model::Snapshot converted_snapshot = to_model(*taken);
    for (model::LeaseRecord& record : converted_snapshot.leases) {
      record.lease_id = handles_.handle_of(record.lease_id);
    }
    return converted_snapshot;
  }

 private:
  std::string name_;
  SubjectClock clock_;
  SubjectIds ids_;
  Handles handles_;
  std::unique_ptr<lease::AttemptRepository> repository_;
};

}  // namespace

std::expected<std::unique_ptr<Subject>, BrokenSubject> make_repository_subject(
    std::string name, const RepositoryFactory& factory) {
  auto subject = std::make_unique<RepositorySubject>(std::move(name));
  if (auto opened = subject->open(factory); !opened) return std::unexpected(opened.error());
  return subject;
}

}  // namespace leasecheck::sim
