#pragma once

#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "failure.hpp"
#include "lease/attempt_repository.hpp"
#include "observation.hpp"
#include "operation_text.hpp"
#include "store.hpp"
#include "transaction_queue.hpp"
#include "validity.hpp"
#include "work_bell.hpp"

namespace lease {

/// The contract's rules over a store: the same code for every backend, so that they cannot differ
/// in what they answer.
///
/// Each public method checks its arguments and then, in one transaction, finds the row, refuses or
/// changes it, and saves it. The protected steps are the rules one by one (transitions.cpp). They
/// are virtual so that a planted defect can replace one of them and show that the checks find it.
class StoredRepository : public AttemptRepository {
 public:
  /// `observer` may be null.
  StoredRepository(std::unique_ptr<Store> store, Clock& clock, IdSource& ids,
                   Observer* observer = nullptr);

  Result<std::vector<AttemptDispatchRecord>> list_dispatchable_attempts(
      Time now, std::uint64_t limit) override;
  Result<LeaseRecord> upsert_lease(const AttemptId& attempt_id, const WorkerId& worker_id,
                                   Time lease_expires_at) override;
  Result<void> heartbeat_lease(const LeaseId& lease_id, Time heartbeat_at,
                               Time lease_expires_at) override;
  Result<std::uint64_t> expire_leases_and_requeue(Time stale_before) override;
  Result<std::uint64_t> latest_seq_for_run(const RunId& run_id) override;
  Result<std::uint64_t> transition_timed_out_attempts(Time now) override;

  Result<void> enqueue_attempt(const AttemptSpec& spec) override;
  Result<Results<void>> enqueue_attempts(std::span<const AttemptSpec> specs) override;
  Result<void> start_attempt(const Holder& holder, Time now) override;
  Result<LeaseRecord> heartbeat_lease_with_version(const Holder& holder,
                                                   const VersionedHeartbeat& heartbeat) override;
  Result<Results<LeaseRecord>> heartbeat_leases(
      std::span<const LeaseHeartbeat> heartbeats) override;
  Result<AckResult> ack_attempt(const Holder& holder, AckOutcome outcome, Time now) override;
  Result<Results<AckResult>> ack_attempts(std::span<const AttemptAck> acks, Time now) override;
  Result<std::vector<Claim>> claim_attempts(const WorkerId& worker_id, std::uint64_t limit,
                                            Duration lease_ttl) override;
  Result<void> release_lease(const Holder& holder, Time now) override;
  Result<void> cancel_attempt(const AttemptId& attempt_id, Time now) override;
  Result<std::uint64_t> append_run_event(const Holder& holder, const NewRunEvent& event,
                                         Time now) override;
  Result<std::vector<DeadLetter>> list_dead_letters(std::uint64_t limit) override;
  Result<void> replay_dead_letter(const AttemptId& attempt_id, Time now) override;
  Result<AttemptRecord> get_attempt(const AttemptId& attempt_id) override;
  Result<std::optional<LeaseRecord>> get_lease(const LeaseId& lease_id) override;
  Result<std::optional<LeaseRecord>> get_lease_for_attempt(const AttemptId& attempt_id) override;
  Result<std::vector<AttemptRecord>> list_attempts(const AttemptFilter& filter,
                                                   const std::optional<AttemptId>& after,
                                                   std::uint64_t limit) override;
  Result<std::uint64_t> prune_attempts(const PruneRange& range) override;
  Result<std::uint64_t> queue_depth(Time now) override;
  Result<CountsByStatus> counts_by_status() override;
  Result<std::vector<RunEvent>> list_run_events(const RunId& run_id, std::uint64_t after,
                                                std::uint64_t limit) override;
  Result<Snapshot> snapshot() override;
  Result<void> reset() override;
  [[nodiscard]] bool wait_for_work(std::stop_token stop, Duration timeout) override;
  [[nodiscard]] bool is_durable() const override;

 protected:
  /// The attempt whose current lease this is, expired or not. Returns: null when there is none.
  virtual Attempt* find_current(const LeaseId& lease_id);
  /// As `find_current`, and the worker is its holder.
  virtual Attempt* find_held(const Holder& holder);
  /// Rules 1 and 3: whether a claim at `now` gets the attempt.
  virtual bool may_claim(const Attempt& attempt, Time now);
  /// Rule 3's effect. `lease` is complete.
  virtual void grant(Attempt& attempt, Lease lease);
  /// Rule 4's effect.
  virtual void refresh(Attempt& attempt, Time heartbeat_at, Time expires_at);
  /// Rules 5, 12, 14: back to the queue. The lease ends.
  virtual void requeue(Attempt& attempt, Time now);
  /// Rule 5's effect on one attempt.
  virtual void reap(Attempt& attempt, Time now);
  /// Rule 7's effect on one attempt.
  virtual void time_out(Attempt& attempt, Time now);
  /// Rule 11: backoff where a retry is left, otherwise final failure. The lease ends.
  virtual void retry_or_fail(Attempt& attempt, DeadLetterReason reason, Time now);
  virtual Duration backoff(const RetryPolicy& policy, std::uint32_t attempt_no);
  /// Rule 14: `failed` and its one dead letter. The lease ends.
  virtual void fail(Attempt& attempt, DeadLetterReason reason, Time now);
  /// `completed` or `cancelled`. The lease ends.
  virtual void finish(Attempt& attempt, Status status, Time now);
  /// Rule 11's effect.
  virtual void ack(Attempt& attempt, AckOutcome outcome, Time now);
  /// Rule 11: whether this ack is the last one over again.
  virtual bool repeats_last_ack(const Attempt& attempt, const Holder& holder, AckOutcome outcome);
  /// Rule 14's replay.
  virtual void replay(Attempt& attempt, Time now);
  /// Rule 26: what a claim of several gets, in dispatch order.
  virtual std::vector<Attempt*> choose_claims(Time now, std::uint64_t limit);
  /// Rule 28: deletes the attempt and keeps its version from coming back.
  virtual void prune(Attempt& attempt);

  // The operations that come alone or several at a time, within a transaction. The arguments are
  // valid.
  virtual Result<void> enqueue(const AttemptSpec& spec, Time now);
  virtual Result<LeaseRecord> renew(const Holder& holder, const VersionedHeartbeat& heartbeat);
  virtual Result<AckResult> acknowledge(const Holder& holder, AckOutcome outcome, Time now);

  /// Runs `body`, which answers a Result, in a transaction, alone or with others that wait for
  /// theirs: committed if it answers a value. One that answers an error or throws has changed
  /// nothing. It may be run again, after a transaction that was rolled back. `seen`, unless it is
  /// null, gets what an observer is to be told of it.
  template <typename Body>
  std::invoke_result_t<Body> transact(Access access, Body body, Observation* seen = nullptr) {
    std::optional<std::invoke_result_t<Body>> result;
    const auto operation = [&] {
      seen_ = seen;
      if (seen != nullptr) seen->begin();
      result = body();
      return result->has_value() ? Ending::commit : Ending::roll_back;
    };
    const auto ended =
        queue_.carry_out(access, operation, seen == nullptr ? nullptr : &seen->transaction());
    if (!ended) return std::unexpected(ended.error());
    return *std::move(result);
  }

  /// As above, after the arguments were checked: if one is invalid, that is the answer, and no lock
  /// is asked for.
  template <typename Body>
  std::invoke_result_t<Body> transact(Access access, const Result<void>& arguments, Body body) {
    if (!arguments) return std::unexpected(arguments.error());
    return transact(access, std::move(body));
  }

  /// As above, and tells the observer of it once it has ended.
  template <typename Body>
  std::invoke_result_t<Body> observed(Operation operation, Access access,
                                      const Result<void>& arguments, Body body) {
    if (observer_ == nullptr) return transact(access, arguments, std::move(body));
    Observation seen(*observer_, operation);
    std::invoke_result_t<Body> answer =
        arguments ? transact(access, std::move(body), &seen) : std::unexpected(arguments.error());
    seen.answered(answer);
    return answer;
  }
  template <typename Body>
  std::invoke_result_t<Body> observed(Operation operation, Access access, Body body) {
    return observed(operation, access, Result<void>{}, std::move(body));
  }

  /// As `observed`, of an operation that may change something: where it has, and the store records,
  /// what `text` says of it is recorded with its answer.
  template <typename Text, typename Body>
  std::invoke_result_t<Body> changing(Operation operation, const Result<void>& arguments, Text text,
                                      Body body) {
    return observed(operation, Access::write, arguments, [&] {
      clock_showed_.reset();
      std::invoke_result_t<Body> answer = body();
      if (answer && store_->has_to_record()) {
        OperationText what = text();
        if (clock_showed_) what.now = clock_showed_;
        store_->record(done_step(what, answer_text(operation, answer)));
      }
      return answer;
    });
  }

  /// The time of an operation that reads the clock.
  [[nodiscard]] Time read_clock() { return clock_showed_.emplace(clock_.now()); }

  [[nodiscard]] Store& store() { return *store_; }
  [[nodiscard]] Clock& clock() { return clock_; }
  [[nodiscard]] IdSource& ids() { return ids_; }

 private:
  using Step = void (StoredRepository::*)(Attempt& attempt, Time now);

  /// Carries out `step`, which ends a lease, on each attempt, saves it and notes what is to be
  /// told. Returns: how many there were.
  std::uint64_t end_leases(const std::vector<Attempt*>& attempts, Step step, Time now,
                           Observation::OfLease telling);

  /// As `observed`, of a call that needs no transaction, since it was given nothing.
  template <typename T>
  Result<T> answered_at_once(Operation operation) {
    Result<T> answer;
    if (observer_ != nullptr) Observation(*observer_, operation).answered(answer);
    return answer;
  }

  /// Wakes one of those who wait for work, unless the call was refused.
  Result<void> announced(Result<void> done);

  std::unique_ptr<Store> store_;
  TransactionQueue queue_{*store_};
  WorkBell bell_;
  Clock& clock_;
  IdSource& ids_;
  Observer* observer_;
  std::optional<Time> clock_showed_;  ///< to the operation that is under way
  Observation* seen_ = nullptr;  ///< the call whose transaction is under way, if it is observed
};

}  // namespace lease
