#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "lease/attempt_repository.hpp"

namespace lease {

struct WorkerOptions {
  /// A valid id that no other running worker has, of this process or another: a worker gives back
  /// what it finds leased to its id and knows nothing of.
  WorkerId worker_id;
  /// How many jobs run at a time, >= 1.
  std::uint64_t concurrency = 1;
  /// How long each grant and each heartbeat lasts, >= 100 ms.
  Duration lease_ttl{30'000};
  /// How long to wait, at most, before asking for work again where there was none, and before
  /// repeating what failed; >= 1 ms. Work that arrives wakes a worker at once: this is for what
  /// becomes due by time alone.
  Duration poll_period{2'000};
  /// When the next heartbeat is sent, at the latest, after a grant or a heartbeat: up to a quarter
  /// earlier, so that workers part. >= 1 ms and below `lease_ttl`; a third of that if nothing is
  /// said.
  std::optional<Duration> heartbeat_period = {};
};

/// A moment, on two clocks of one machine.
struct Moment {
  Time time{};        ///< what its clock shows, which may be set
  Duration uptime{};  ///< of a clock that nobody sets, from any beginning
};

/// What a worker is to do next; the answers go to the methods of `WorkerCore` of like name.
struct ClaimRequest {
  std::uint64_t limit = 0;
};
struct HeartbeatRequest {
  std::vector<LeaseHeartbeat> heartbeats;
};
struct AckRequest {
  std::vector<AttemptAck> acks;
};
/// Which leases the repository has for this worker.
struct ReadRequest {};
/// To give back what it does not know of. Nothing waits for the answer.
struct ReleaseRequest {
  Holder holder;
};
struct StartJob {
  Claim claim;
};
/// To ask a job to end: its right to work does.
struct StopJob {
  LeaseId lease_id;
};
using WorkerAction = std::variant<ClaimRequest, HeartbeatRequest, AckRequest, ReadRequest,
                                  ReleaseRequest, StartJob, StopJob>;

/// What a worker decides, without any input or output of its own: when it claims, sends heartbeats
/// and acks, what it believes to hold, and when a job is asked to stop. Whoever runs it carries out
/// the actions and tells it what came of them. The same calls give the same decisions.
///
/// - It believes in a lease (rule 18) until its clock shows the expiry that was last answered, or
///   the execution deadline, and never for longer than the time to live after it asked, whatever
///   its clock is set to. A job is asked to stop a tenth of the time to live before, or a tenth of
///   its timeout, if that is less. What is granted too late for that is not begun.
/// - `stale_lease` ends a job's right at once, and is never asked again. One that a call gets
///   because its own ack came first is no loss.
/// - It claims again at once while it gets what it can work on, else after the poll period.
/// - A heartbeat names the version that was seen last. Where the effect of a heartbeat or a claim
///   is unknown, it reads what it holds before it sends the next heartbeat or claims again; what
///   it knows nothing of it gives back.
/// - An ack is repeated until it is answered, for which a repeated one gets the first answer.
/// - While it drains it claims nothing; jobs finish, and heartbeats go on until the last ack, which
///   is given up with its lease if the repository does not answer.
/// Thread: one at a time.
/// Source: rules 18 and 20.
class WorkerCore {
 public:
  /// `jitter(most)` draws from 0 to `most`, so that workers which began together part.
  using Jitter = std::function<Duration(Duration most)>;

  /// Errors: `invalid_argument` (an option out of its range).
  [[nodiscard]] static Result<WorkerCore> make(WorkerOptions options, Jitter jitter);

  /// What is to be done now. A request is not given again before its answer has come.
  [[nodiscard]] std::vector<WorkerAction> next(Moment now);
  /// The uptime at which `next` may have something new even if nothing arrives until then.
  /// Returns: nothing when only an answer or the end of a job can bring something.
  [[nodiscard]] std::optional<Duration> wake_at(Moment now) const;

  /// It has room, and found nothing when it asked last.
  [[nodiscard]] bool waits_for_work(Moment now) const {
    return may_claim() && poll_at_ > now.uptime;
  }
  /// Something may have become dispatchable.
  void work_arrived() { poll_at_ = Duration::min(); }
  void claimed(const Result<std::vector<Claim>>& answer, Moment now);
  void heartbeaten(const HeartbeatRequest& request, const Result<Results<LeaseRecord>>& answer,
                   Moment now);
  void acknowledged(const AckRequest& request, const Result<Results<AckResult>>& answer,
                    Moment now);
  void read(const Result<std::vector<LeaseRecord>>& answer, Moment now);
  /// A job has ended by itself, or because it was asked to. What it reached is acknowledged unless
  /// its right is known to be gone.
  void ended(const LeaseId& lease_id, AckOutcome outcome);
  /// The right of a job is gone: another call about its lease was answered `stale_lease`, or has
  /// given the lease back.
  void lost(const LeaseId& lease_id);
  /// Sends a heartbeat for the job with the next `next`.
  void refresh(const LeaseId& lease_id);
  void drain() { is_draining_ = true; }

  /// Rule 18.
  [[nodiscard]] bool believes(const LeaseId& lease_id, Moment now) const;
  /// How many heartbeats of this job were answered with a longer lease.
  [[nodiscard]] std::uint64_t heartbeats_of(const LeaseId& lease_id) const;
  /// It drains, and there is neither a job left nor an ack that has not been answered.
  [[nodiscard]] bool is_drained() const {
    return is_draining_ && jobs_.empty() && !is_claiming_ && to_release_.empty();
  }

 private:
  struct Job {
    Claim claim;
    Time expires_at{};
    Duration surely_held_until{};  ///< uptime
    std::uint64_t version = 0;
    Duration heartbeat_at{};  ///< uptime
    std::uint64_t heartbeats = 0;
    bool is_started = false;
    bool is_stopped = false;  ///< it was asked to end
    bool is_lost = false;     ///< the repository says that it is another's, or nobody's
    std::optional<AckOutcome> outcome;
    bool is_acking = false;  ///< an ack is on its way
    bool was_acked = false;  ///< an ack was sent once
    Duration ack_at{};       ///< uptime
  };
  using Jobs = std::map<LeaseId, Job>;

  WorkerCore(WorkerOptions options, Jitter jitter)
      : options_(std::move(options)), jitter_(std::move(jitter)) {}

  [[nodiscard]] Duration heartbeat_period() const;
  /// The jitter of that, and how far ahead of its time a heartbeat is sent with others.
  [[nodiscard]] Duration heartbeat_spread() const;
  /// For how long yet a job may work, at most: at this rate, until its clock is set.
  [[nodiscard]] Duration left_of_lease(const Job& job, Moment now) const;
  [[nodiscard]] Duration left_of_execution(const Job& job, Moment now) const;
  /// Until it is asked to stop.
  [[nodiscard]] Duration left_for_work(const Job& job, Moment now) const;
  [[nodiscard]] bool has_right(const Job& job) const { return !job.is_lost && !job.was_acked; }
  [[nodiscard]] std::uint64_t running() const;
  [[nodiscard]] bool may_claim() const;
  [[nodiscard]] bool may_send_heartbeats() const;
  [[nodiscard]] bool may_read() const;
  void start_and_stop(Moment now, std::vector<WorkerAction>& actions);
  void send_heartbeats(Moment now, std::vector<WorkerAction>& actions);
  void send_acks(Moment now, std::vector<WorkerAction>& actions);
  void read_or_claim(Moment now, std::vector<WorkerAction>& actions);
  void renew(Job& job, const LeaseRecord& record);
  void lose(Jobs::iterator job);
  [[nodiscard]] Holder holder_of(const Job& job) const {
    return {job.claim.lease.lease_id, options_.worker_id};
  }

  WorkerOptions options_;
  Jitter jitter_;
  Jobs jobs_;
  std::vector<LeaseId> to_release_;
  Duration poll_at_ = Duration::min();  // uptime
  Duration read_at_ = Duration::min();
  Duration claim_sent_{};
  Duration heartbeat_sent_{};
  bool is_claiming_ = false;
  bool is_sending_heartbeats_ = false;
  bool must_read_ = false;
  bool are_versions_unknown_ = false;
  bool is_reading_ = false;
  bool is_draining_ = false;
};

}  // namespace lease
