#include "sim/world/worker.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sim/check.hpp"
#include "sim/values/values.hpp"

namespace leasecheck::sim {

using model::Duration;
using model::Time;

Worker::Worker(model::Id id, model::ClockError clock, Context context)
    : id_(std::move(id)),
      first_id_(id_),
      context_(context),
      clock_(context_.timeline, clock),
      uptime_(context_.timeline, {.offset = Duration{0}, .drift_ppm = clock.drift_ppm}),
      clock_setter_(context_, clock_,
                    {.forwards = FaultKind::worker_clock_forwards,
                     .backwards = FaultKind::worker_clock_backwards},
                    id_, [this] { report_clock(); }),
      draw_(context_.plan.seed, "worker " + id_),
      jitter_(context_.plan.seed, "jitter " + id_),
      times_(context_.timeline, context_.referee, context_.plan.grace, context_.plan.seed,
             "aim " + id_),
      process_(context_.timeline),
      calls_(context_, process_, clock_, id_, 1 + draw_.below(4),
             {.after_each = [this] { go_on(); },
              .told_stale = [this](const lease::LeaseId& lease_id) { told_stale(lease_id); }}) {}

void Worker::start() {
  const Plan& plan = context_.plan;
  process_.start();
  if (process_.incarnation() == 1) clock_setter_.start();
  std::optional<Duration> heartbeat_period;
  if (plan.workload) heartbeat_period = plan.workload->heartbeat;
  auto core =
      lease::WorkerCore::make({.worker_id = lease::WorkerId(id_),
                               .concurrency = plan.concurrency,
                               .lease_ttl = plan.ttl,
                               .poll_period = plan.poll_period,
                               .heartbeat_period = heartbeat_period},
                              [this](Duration most) { return jitter_.between(Duration{0}, most); });
  check(core.has_value(), "a plan by which no worker can run");
  core_ = *std::move(core);
  is_draining_ = false;
  context_.referee.happen(model::WorkerStarted{.worker = id_, .clock = clock_.error()});
  context_.observer.started(id_);
  process_.later(draw_.between(Duration{0}, plan.poll_period), [this] { go_on(); });
  plan_faults();
}

// Those of a deployment come at their own rates, others at looks for them.
void Worker::plan_faults() {
  const Plan& plan = context_.plan;
  if (!plan.workload) {
    process_.later(plan.effect_period, [this] { check_faults(); });
    return;
  }
  if (const Duration every = plan.workload->crashes.every; every > Duration{0}) {
    process_.later(draw_interval(draw_, every), [this] {
      if (!stays_) crash();
    });
  }
  plan_pause();
}

void Worker::plan_pause() {
  const Interruptions& pauses = context_.plan.workload->pauses;
  if (pauses.every == Duration{0}) return;
  process_.later(draw_interval(draw_, pauses.every), [this] {
    if (stays_) return;
    context_.referee.count_fault(FaultKind::worker_pause);
    pause(context_.plan.workload->pauses.length.draw(draw_));
    plan_pause();
  });
}

lease::Moment Worker::moment() const {
  return {clock_.shows(), uptime_.shows() - context_.timeline.epoch()};
}

void Worker::go_on() {
  for (const lease::WorkerAction& action : core_->next(moment())) {
    std::visit([this](const auto& one) { carry_out(one); }, action);
  }
  if (core_->is_drained()) {
    stop();
    restart_after_outage();
  } else {
    plan_next();
  }
}

// While it waits for work it is told of some at times that matter to the repository, whether there
// is any or not; in a deployment it asks by its poll period alone. The last worker does not ask
// before something is due.
void Worker::plan_next() {
  const lease::Moment now = moment();
  Time when = model::end_of_time;
  if (const auto wake = core_->wake_at(now)) {
    when = uptime_.true_time_of(context_.timeline.epoch() + std::max(*wake, now.uptime));
  }
  bool is_told = false;
  const bool may_be_told = stays_ ? jobs_.empty() : !context_.plan.workload;
  if (core_->waits_for_work(now) && may_be_told) {
    const Time aimed = times_.next(context_.repository_clock, context_.plan.poll_period);
    is_told = !stays_ && aimed < when;
    when = stays_ ? std::max(aimed, when) : std::min(aimed, when);
  }
  if (when == model::end_of_time) return;
  process_.at(when, [this, is_told, number = ++plans_] {
    if (number != plans_) return;
    if (is_told) core_->work_arrived();
    go_on();
  });
}

void Worker::carry_out(const lease::ClaimRequest& request) {
  calls_.claim(request.limit, [this](const Claims& answer) { claimed(answer); });
}

void Worker::claimed(const Claims& answer) {
  core_->claimed(answer, moment());
}

void Worker::carry_out(const lease::HeartbeatRequest& request) {
  if (!draw_.chance(context_.plan.faults.worker.miss_heartbeat)) return send(request);
  context_.referee.count_fault(FaultKind::heartbeat_missed);
  if (draw_.chance(500)) {
    process_.at(next_beat(), [this, request] { send(request); });
    return;
  }
  process_.later(context_.plan.reply_timeout, [this, request] {
    heartbeaten(request, std::unexpected(lease::Error(lease::ErrorCode::unavailable, "not sent",
                                                      lease::Effect::none)));
    go_on();
  });
}

void Worker::send(const lease::HeartbeatRequest& request) {
  calls_.heartbeat(request.heartbeats,
                   [this, request](const Renewals& answer) { heartbeaten(request, answer); });
}

void Worker::heartbeaten(const lease::HeartbeatRequest& request, const Renewals& answer) {
  core_->heartbeaten(request, answer, moment());
}

void Worker::carry_out(const lease::AckRequest& request) {
  for (const lease::AttemptAck& ack : request.acks) give_up(ack.holder.lease_id);
  calls_.ack(request.acks, [this](const lease::AckRequest& part, const Acknowledgements& answer) {
    acknowledged(part, answer);
  });
}

void Worker::acknowledged(const lease::AckRequest& request, const Acknowledgements& answer) {
  core_->acknowledged(request, answer, moment());
}

void Worker::carry_out(const lease::ReadRequest&) {
  std::vector<lease::LeaseRecord> known;
  for (const auto& [lease_id, job] : jobs_) known.push_back(job.claim.lease);
  calls_.read(known, [this](const OwnLeases& answer) { core_->read(answer, moment()); });
}

void Worker::release(const lease::LeaseId& lease_id) {
  give_up(lease_id);
  calls_.release(lease_id);
}

void Worker::give_up(const lease::LeaseId& lease_id) {
  context_.referee.happen(model::LeaseGivenUp{.worker = id_, .lease_id = lease_id.str()});
}

bool Worker::believes(const lease::LeaseId& lease_id) const {
  return core_->believes(lease_id, moment());
}

void Worker::begin(const lease::Claim& claim) {
  const lease::LeaseId lease_id = claim.lease.lease_id;
  jobs_.emplace(lease_id, Job{.claim = claim});
  const Plan& plan = context_.plan;
  context_.observer.began({.worker = *this,
                           .lease_id = lease_id.str(),
                           .attempt_id = claim.attempt.attempt_id.str(),
                           .attempt_no = claim.attempt.attempt_no},
                          context_.timeline.now());
  calls_.start(lease_id);
  process_.later(draw_.between(Duration{0}, plan.effect_period),
                 [this, lease_id] { write_effect(lease_id); });
  int events = !plan.workload && draw_.chance(500) ? 1 : 0;
  if (plan.is_odd(values::Dimension::payloads)) events = 4;
  for (; events > 0; --events) {
    process_.later(draw_.between(Duration{0}, plan.ttl),
                   [this, lease_id] { append_event(lease_id); });
  }
  if (draw_.chance(plan.faults.worker.hang)) {
    context_.referee.count_fault(FaultKind::job_hung);
    return;
  }
  process_.later(draw_work(claim), [this, lease_id] { finish(lease_id); });
}

Duration Worker::draw_work(const lease::Claim& claim) {
  const Plan& plan = context_.plan;
  if (!plan.workload) return draw_.between(Duration{0}, plan.longest_work);
  return plan.workload->kind_of(claim.attempt.attempt_id.str()).work.draw(draw_);
}

// A handler ends within the time that it is given for it, unless it does not listen.
void Worker::ask_to_stop(const lease::LeaseId& lease_id) {
  const auto job = jobs_.find(lease_id);
  if (job == jobs_.end()) return;
  const Plan& plan = context_.plan;
  job->second.ignores_stop = draw_.chance(plan.faults.worker.keep_expired);
  if (job->second.ignores_stop) context_.referee.count_fault(FaultKind::expired_lease_kept);
  job->second.is_stopped = !job->second.ignores_stop;
  if (plan.workload && job->second.ignores_stop) return;  // it ends when it would have
  const Duration longest = job->second.ignores_stop ? plan.longest_work : plan.ttl / 10;
  process_.later(draw_.between(Duration{0}, longest), [this, lease_id] { finish(lease_id); });
}

// Between the look at the belief and the write lies the way to the resource; that is what the
// grant's version is shown for (rule 19c).
void Worker::write_effect(const lease::LeaseId& lease_id) {
  const auto job = jobs_.find(lease_id);
  if (job == jobs_.end()) return;
  const bool has_right = believes(lease_id);
  if (has_right || job->second.ignores_stop) {
    model::EffectWritten effect{.worker = id_,
                                .attempt_id = job->second.claim.attempt.attempt_id.str(),
                                .grant = calls_.grant_of(lease_id),
                                .believed_at = std::nullopt};
    if (has_right) effect.believed_at = clock_.shows();
    const NetworkFaults& faults = context_.plan.faults.network;
    const Duration way = draw_.chance(faults.delay_spike) ? faults.spike : faults.least_delay;
    context_.timeline.after(way, [this, effect] { context_.referee.happen(effect); });
  }
  process_.at(next_beat(), [this, lease_id] { write_effect(lease_id); });
  if (context_.plan.workload || !draw_.chance(100)) return;
  core_->refresh(lease_id);  // before a step that takes long
  go_on();
}

void Worker::append_event(const lease::LeaseId& lease_id) {
  if (!jobs_.contains(lease_id) || !believes(lease_id)) return;
  constexpr std::array<std::string_view, 4> payloads{R"({"progress":50})", "null", R"("text")",
                                                     "[1,2,3]"};
  std::string payload(draw_.pick(std::span<const std::string_view>(payloads)));
  if (context_.plan.is_odd(values::Dimension::payloads)) {
    payload = values::pick(draw_, values::payloads());
  }
  calls_.append_event(lease_id, {.kind = context_.plan.names.kind(values::EventKind::progress),
                                 .payload = payload});
}

void Worker::told_stale(const lease::LeaseId& lease_id) {
  core_->lost(lease_id);
}

// Now and then a handler gives its work back. In a deployment one that is asked to stop fails.
lease::AckOutcome Worker::draw_outcome(const Job& job) {
  const lease::LeaseId& lease_id = job.claim.lease.lease_id;
  if (const auto& workload = context_.plan.workload) {
    const JobKind& kind = workload->kind_of(job.claim.attempt.attempt_id.str());
    const bool has_failed = job.is_stopped || draw_.chance(kind.fails);
    return has_failed ? lease::AckOutcome::failed : lease::AckOutcome::completed;
  }
  const std::uint64_t kind = stays_ ? 1 + draw_.below(8) : draw_.below(10);
  if (kind == 0) {
    release(lease_id);
    core_->lost(lease_id);
  }
  return kind < 5   ? lease::AckOutcome::completed
         : kind < 9 ? lease::AckOutcome::failed
                    : lease::AckOutcome::cancelled;
}

void Worker::finish(const lease::LeaseId& lease_id) {
  const auto job = jobs_.extract(lease_id);
  if (!job) return;
  core_->ended(lease_id, draw_outcome(job.mapped()));
  context_.observer.ended(*this, lease_id.str());
  // What ends while the process is busy is acknowledged together.
  const Plan& plan = context_.plan;
  const Duration busy = plan.several && !plan.workload ? plan.poll_period : Duration{0};
  process_.later(draw_.between(Duration{0}, busy), [this] { go_on(); });
}

void Worker::check_faults() {
  if (stays_) return;
  process_.later(context_.plan.effect_period, [this] { check_faults(); });
  context_.network.check_link(id_);
  const Plan& plan = context_.plan;
  const WorkerFaults& faults = plan.faults.worker;
  if (draw_.chance(faults.crash)) {
    crash();
  } else if (draw_.chance(faults.drain)) {
    drain();
  } else if (draw_.chance(faults.pause)) {
    context_.referee.count_fault(FaultKind::worker_pause);
    pause(draw_.between(Duration{1}, faults.longest_pause));
  } else if (draw_.chance(faults.pause_beyond_ttl)) {
    context_.referee.count_fault(FaultKind::pause_beyond_ttl);
    pause(plan.ttl + draw_.between(Duration{1}, plan.ttl + plan.grace));
  }
}

void Worker::stop() {
  context_.referee.happen(model::WorkerStopped{.worker = id_});
  context_.observer.stopped(*this, context_.timeline.now());
  process_.stop();
  calls_.forget();
  core_.reset();
  jobs_.clear();
}

void Worker::crash() {
  context_.referee.count_fault(FaultKind::worker_crash);
  stop();
  restart_after_outage();
}

void Worker::drain() {
  if (is_draining_) return;
  context_.referee.count_fault(FaultKind::worker_drained);
  is_draining_ = true;
  core_->drain();
  go_on();
}

void Worker::restart_after_outage() {
  const Plan& plan = context_.plan;
  restart_at(context_.timeline.now() +
             (plan.workload ? plan.workload->crashes.length.draw(draw_)
                            : draw_.between(Duration{0}, plan.faults.worker.longest_outage)));
}

void Worker::restart_at(Time time) {
  context_.timeline.at(time, [this] {
    if (process_.is_up() || has_left_) return;
    if (context_.timeline.now() < closed_until_) return restart_at(closed_until_);
    restart();
  });
}

void Worker::drain_until(Time until) {
  closed_until_ = std::max(closed_until_, until);
  process_.later(Duration{0}, [this] { drain(); });
}

// Under its old name, or under one that the repository has never heard of.
void Worker::restart() {
  if (draw_.chance(context_.plan.faults.worker.new_identity)) rename();
  start();
}

void Worker::rename() {
  context_.referee.count_fault(FaultKind::worker_renamed);
  id_ = values::Names::later_name(first_id_, ++names_);
  calls_.speak_for(id_);
}

void Worker::pause(Duration length) {
  context_.referee.happen(model::WorkerPaused{.worker = id_, .duration = length});
  process_.pause();
  context_.timeline.after(length, [this, incarnation = process_.incarnation()] {
    if (process_.is(incarnation)) resume();
  });
}

void Worker::resume() {
  process_.resume();
}

void Worker::report_clock() {
  if (!process_.is_up()) return;
  context_.referee.happen(model::ClockStepped{.worker = id_, .clock = clock_.error()});
}

// What was to be drained starts anew, and what hangs ends.
void Worker::stay(Time settled) {
  stays_ = true;
  times_.keep_period(id_, settled);
  clock_.set({});
  report_clock();
  if (process_.is_up() && is_draining_) stop();
  if (!process_.is_up()) {
    start();
  } else if (process_.is_paused()) {
    resume();
  }
  for (const auto& [lease_id, job] : jobs_) {
    process_.later(draw_work(job.claim), [this, lease_id = lease_id] { finish(lease_id); });
  }
}

void Worker::leave() {
  has_left_ = true;
  if (process_.is_up()) stop();
}

Time Worker::next_beat() {
  const Duration period = context_.plan.effect_period;
  const bool is_regular = stays_ || context_.plan.workload;
  return is_regular ? context_.timeline.now() + period : times_.next(clock_, period);
}

}  // namespace leasecheck::sim
