#include "lease/worker_core.hpp"

#include <algorithm>
#include <utility>

#include "failure.hpp"
#include "validity.hpp"

namespace lease {
namespace {

Duration part_of(Duration whole, std::int64_t parts) {
  return whole / parts;
}

/// Held at the ends of the range.
Duration difference(Time later, Time earlier) {
  const Duration until_epoch = saturating_multiply(earlier.time_since_epoch(), -1);
  // A quarter of the range, so that sums of these are in it.
  constexpr Duration most = Duration::max() / 4;
  return std::clamp(saturating_add(later, until_epoch).time_since_epoch(), -most, most);
}

bool is_unknown(const Error& error) {
  return error.code == ErrorCode::unavailable && error.effect == Effect::unknown;
}

Result<void> check(const WorkerOptions& options) {
  if (auto valid = validate(options.worker_id); !valid) return valid;
  if (options.concurrency < 1) {
    return failure(ErrorCode::invalid_argument, "a worker is to run no job at a time");
  }
  if (options.lease_ttl < Duration{100}) {
    return failure(ErrorCode::invalid_argument,
                   "the time to live of a worker's leases is below 100 ms");
  }
  if (options.poll_period < Duration{1}) {
    return failure(ErrorCode::invalid_argument, "the poll period is below 1 ms");
  }
  const Duration heartbeat = options.heartbeat_period.value_or(Duration{1});
  if (heartbeat < Duration{1} || heartbeat >= options.lease_ttl) {
    return failure(ErrorCode::invalid_argument,
                   "the heartbeat period is below 1 ms, or not below the time to live");
  }
  return {};
}

}  // namespace

Result<WorkerCore> WorkerCore::make(WorkerOptions options, Jitter jitter) {
  if (auto valid = check(options); !valid) return std::unexpected(valid.error());
  return WorkerCore(std::move(options), std::move(jitter));
}

std::vector<WorkerAction> WorkerCore::next(Moment now) {
  std::vector<WorkerAction> actions;
  start_and_stop(now, actions);
  // Those that keep what it has come before those that take more.
  send_heartbeats(now, actions);
  send_acks(now, actions);
  for (LeaseId& lease_id : std::exchange(to_release_, {})) {
    actions.emplace_back(ReleaseRequest{{std::move(lease_id), options_.worker_id}});
  }
  read_or_claim(now, actions);
  return actions;
}

Duration WorkerCore::heartbeat_period() const {
  return options_.heartbeat_period.value_or(part_of(options_.lease_ttl, 3));
}

Duration WorkerCore::heartbeat_spread() const {
  return part_of(heartbeat_period(), 4);
}

Duration WorkerCore::left_of_lease(const Job& job, Moment now) const {
  return std::min(difference(job.expires_at, now.time), job.surely_held_until - now.uptime);
}

Duration WorkerCore::left_of_execution(const Job& job, Moment now) const {
  const auto& deadline = job.claim.lease.execution_deadline;
  return deadline ? difference(*deadline, now.time) : Duration::max() / 4;
}

Duration WorkerCore::left_for_work(const Job& job, Moment now) const {
  const Duration margin = part_of(options_.lease_ttl, 10);
  const Duration of_lease = left_of_lease(job, now) - margin;
  const auto& lease = job.claim.lease;
  if (!lease.execution_deadline) return of_lease;
  // It was granted at the time of its first heartbeat.
  const Duration timeout = difference(*lease.execution_deadline, lease.heartbeat_at);
  return std::min(of_lease, left_of_execution(job, now) - std::min(margin, part_of(timeout, 10)));
}

bool WorkerCore::believes(const LeaseId& lease_id, Moment now) const {
  const auto found = jobs_.find(lease_id);
  if (found == jobs_.end() || !has_right(found->second)) return false;
  const Job& job = found->second;
  return left_of_lease(job, now) > Duration{0} && left_of_execution(job, now) > Duration{0};
}

std::uint64_t WorkerCore::heartbeats_of(const LeaseId& lease_id) const {
  const auto job = jobs_.find(lease_id);
  return job == jobs_.end() ? 0 : job->second.heartbeats;
}

std::uint64_t WorkerCore::running() const {
  return static_cast<std::uint64_t>(
      std::ranges::count_if(jobs_, [](const auto& entry) { return !entry.second.outcome; }));
}

bool WorkerCore::may_claim() const {
  return !is_draining_ && !is_claiming_ && !must_read_ && !is_reading_ &&
         running() < options_.concurrency;
}

bool WorkerCore::may_send_heartbeats() const {
  return !is_sending_heartbeats_ && !are_versions_unknown_ && !is_reading_;
}

// What is under way would make what is read untrue.
bool WorkerCore::may_read() const {
  return must_read_ && !is_reading_ && !is_claiming_ && !is_sending_heartbeats_;
}

void WorkerCore::start_and_stop(Moment now, std::vector<WorkerAction>& actions) {
  for (auto& [lease_id, job] : jobs_) {
    if (!job.is_started) {
      job.is_started = true;
      actions.emplace_back(StartJob{job.claim});
    }
    if (job.outcome || job.is_stopped) continue;
    if (has_right(job) && left_for_work(job, now) > Duration{0}) continue;
    job.is_stopped = true;
    actions.emplace_back(StopJob{lease_id});
  }
}

void WorkerCore::send_heartbeats(Moment now, std::vector<WorkerAction>& actions) {
  if (!may_send_heartbeats()) return;
  const auto is_due = [&](const Job& job, Duration ahead) {
    return has_right(job) && job.heartbeat_at <= now.uptime + ahead;
  };
  const bool is_any_due = std::ranges::any_of(
      jobs_, [&](const auto& entry) { return is_due(entry.second, Duration{0}); });
  if (!is_any_due) return;
  HeartbeatRequest request;
  for (const auto& [lease_id, job] : jobs_) {
    // Those that are due soon come along: one transaction for all of them.
    if (!is_due(job, heartbeat_spread())) continue;
    request.heartbeats.push_back(
        {holder_of(job), {job.version, now.time, saturating_add(now.time, options_.lease_ttl)}});
  }
  is_sending_heartbeats_ = true;
  heartbeat_sent_ = now.uptime;
  actions.emplace_back(std::move(request));
}

void WorkerCore::send_acks(Moment now, std::vector<WorkerAction>& actions) {
  AckRequest request;
  for (auto& [lease_id, job] : jobs_) {
    if (!job.outcome || job.is_acking || job.ack_at > now.uptime) continue;
    job.is_acking = true;
    job.was_acked = true;
    request.acks.push_back({holder_of(job), *job.outcome});
  }
  if (!request.acks.empty()) actions.emplace_back(std::move(request));
}

void WorkerCore::read_or_claim(Moment now, std::vector<WorkerAction>& actions) {
  if (may_read() && read_at_ <= now.uptime) {
    is_reading_ = true;
    actions.emplace_back(ReadRequest{});
    return;
  }
  if (!may_claim() || poll_at_ > now.uptime) return;
  is_claiming_ = true;
  claim_sent_ = now.uptime;
  // What arrives from here on is asked for again.
  poll_at_ = Duration::max();
  actions.emplace_back(ClaimRequest{options_.concurrency - running()});
}

std::optional<Duration> WorkerCore::wake_at(Moment now) const {
  std::optional<Duration> earliest;
  const auto consider = [&](Duration uptime) {
    earliest = earliest ? std::min(*earliest, uptime) : uptime;
  };
  for (const auto& [lease_id, job] : jobs_) {
    if (job.outcome && !job.is_acking) consider(job.ack_at);
    if (may_send_heartbeats() && has_right(job)) consider(job.heartbeat_at);
    if (!job.outcome && !job.is_stopped) consider(now.uptime + left_for_work(job, now));
  }
  if (may_read()) consider(read_at_);
  if (may_claim() && poll_at_ != Duration::max()) consider(poll_at_);
  return earliest;
}

void WorkerCore::claimed(const Result<std::vector<Claim>>& answer, Moment now) {
  is_claiming_ = false;
  const bool has_news = poll_at_ == Duration::min();
  const Duration pause = options_.poll_period - jitter_(part_of(options_.poll_period, 4));
  poll_at_ = has_news ? poll_at_ : now.uptime + pause;
  if (!answer) {
    poll_at_ = now.uptime + pause;
    must_read_ = must_read_ || is_unknown(answer.error());
    return;
  }
  bool has_taken = false;
  for (const Claim& claim : *answer) {
    Job job;
    job.claim = claim;
    job.expires_at = claim.lease.lease_expires_at;
    job.surely_held_until = claim_sent_ + options_.lease_ttl;
    job.version = claim.lease.version;
    // The answer may have been so late that nothing is left. An execution whose deadline has come
    // ends by the attempt's own policy: given back, it would be claimed again and again.
    if (left_for_work(job, now) <= Duration{0} && left_of_execution(job, now) <= Duration{0}) {
      continue;
    }
    if (is_draining_ || left_for_work(job, now) <= Duration{0}) {
      to_release_.push_back(claim.lease.lease_id);
      continue;
    }
    job.heartbeat_at = claim_sent_ + heartbeat_period() - jitter_(heartbeat_spread());
    jobs_.emplace(claim.lease.lease_id, std::move(job));
    has_taken = true;
  }
  // There may be more; but what it gave back unused it would get again.
  if (has_taken) poll_at_ = Duration::min();
}

void WorkerCore::renew(Job& job, const LeaseRecord& record) {
  job.expires_at = record.lease_expires_at;
  job.surely_held_until = heartbeat_sent_ + options_.lease_ttl;
  job.version = record.version;
  ++job.heartbeats;
}

void WorkerCore::heartbeaten(const HeartbeatRequest& request,
                             const Result<Results<LeaseRecord>>& answer, Moment now) {
  is_sending_heartbeats_ = false;
  const Duration again = std::min(options_.poll_period, heartbeat_spread());
  for (std::size_t i = 0; i < request.heartbeats.size(); ++i) {
    const auto found = jobs_.find(request.heartbeats[i].holder.lease_id);
    if (found == jobs_.end()) continue;
    Job& job = found->second;
    if (!answer || i >= answer->size()) {
      job.heartbeat_at = now.uptime + again;
      continue;
    }
    job.heartbeat_at = heartbeat_sent_ + heartbeat_period() - jitter_(heartbeat_spread());
    const Result<LeaseRecord>& one = (*answer)[i];
    if (one) {
      renew(job, *one);
    } else if (!job.was_acked) {
      lose(found);
    }
  }
  if (!answer && is_unknown(answer.error())) must_read_ = are_versions_unknown_ = true;
}

void WorkerCore::acknowledged(const AckRequest& request, const Result<Results<AckResult>>& answer,
                              Moment now) {
  for (std::size_t i = 0; i < request.acks.size(); ++i) {
    const auto found = jobs_.find(request.acks[i].holder.lease_id);
    if (found == jobs_.end()) continue;
    // Answered: accepted, or refused for good, since it is somebody else's or nobody's. Whoever
    // drains does not wait for longer than its lease.
    const bool is_given_up = is_draining_ && now.time >= found->second.expires_at;
    if (answer || is_given_up) {
      jobs_.erase(found);
    } else {
      found->second.is_acking = false;
      found->second.ack_at =
          now.uptime + options_.poll_period - jitter_(part_of(options_.poll_period, 4));
    }
  }
}

void WorkerCore::read(const Result<std::vector<LeaseRecord>>& answer, Moment now) {
  is_reading_ = false;
  read_at_ = now.uptime + options_.poll_period;
  if (!answer) return;
  must_read_ = are_versions_unknown_ = false;
  for (auto job = jobs_.begin(); job != jobs_.end();) {
    const auto current = job++;
    const auto found = std::ranges::find(*answer, current->first, &LeaseRecord::lease_id);
    if (found != answer->end()) {
      current->second.version = found->version;
    } else if (!current->second.was_acked) {
      lose(current);
    }
  }
  for (const LeaseRecord& record : *answer) {
    const auto& deadline = record.execution_deadline;
    const bool is_over = deadline && *deadline <= now.time;
    if (!is_over && !jobs_.contains(record.lease_id)) to_release_.push_back(record.lease_id);
  }
}

// Its handler may still be at work; the job is forgotten when that has ended.
void WorkerCore::lose(Jobs::iterator job) {
  job->second.is_lost = true;
  if (job->second.outcome) jobs_.erase(job);
}

void WorkerCore::ended(const LeaseId& lease_id, AckOutcome outcome) {
  const auto job = jobs_.find(lease_id);
  if (job == jobs_.end()) return;
  job->second.outcome = outcome;
  job->second.ack_at = Duration::min();
  if (job->second.is_lost) jobs_.erase(job);
}

void WorkerCore::lost(const LeaseId& lease_id) {
  const auto job = jobs_.find(lease_id);
  if (job != jobs_.end() && !job->second.was_acked) lose(job);
}

void WorkerCore::refresh(const LeaseId& lease_id) {
  const auto job = jobs_.find(lease_id);
  if (job != jobs_.end()) job->second.heartbeat_at = Duration::min();
}

}  // namespace lease
