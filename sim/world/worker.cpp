#include "sim/world/worker.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace leasecheck::sim {
namespace {

using model::Duration;
using model::Time;

const auto nothing_to_do = [](const CallResult&) {};
const auto not_awaited = [] {};

bool is_stale(const CallResult& result) {
  return !result.outcome && result.outcome.error() == model::ErrorCode::stale_lease;
}

}  // namespace

Worker::Worker(model::Id id, model::ClockError clock, Context context)
    : id_(std::move(id)),
      context_(context),
      clock_(context_.timeline, clock),
      clock_setter_(context_, clock_,
                    {.forwards = FaultKind::worker_clock_forwards,
                     .backwards = FaultKind::worker_clock_backwards},
                    id_, [this] { report_clock(); }),
      draw_(context_.plan.seed, "worker " + id_),
      times_(context_.timeline, context_.referee, context_.plan.grace, context_.plan.seed,
             "aim " + id_),
      repository_(context_.referee, id_, clock_, context_.repository_clock),
      scheduler_(repository_, context_.repository_clock,
                 {.lease_ttl = context_.plan.ttl, .candidates = 1 + draw_.below(4)}) {}

void Worker::start() {
  is_up_ = true;
  is_paused_ = false;
  if (++incarnation_ == 1) clock_setter_.start();
  context_.referee.happen(model::WorkerStarted{.worker = id_, .clock = clock_.error()});
  later(draw_.between(Duration{0}, context_.plan.poll_period), [this] { poll(); });
  later(context_.plan.heartbeat_period, [this] { check_faults(); });
}

// Asking for work: the scheduler that ships lists and claims on the repository's host; the reply
// carries the answer of its last call, which is the claim where one succeeded.
void Worker::poll() {
  at(times_.next(context_.repository_clock, context_.plan.poll_period), [this] { poll(); });
  if (works_.size() >= context_.plan.concurrency) return;
  if (takes_several<model::ClaimAttempts>()) return claim_several();
  ask(
      "dispatch",
      [this] {
        static_cast<void>(scheduler_.dispatch(lease::WorkerId(id_)));
        return repository_.last_call();
      },
      [this](const CallResult& result) {
        if (!result.outcome) return;
        const auto* lease = std::get_if<model::LeaseRecord>(&*result.outcome);
        if (lease != nullptr) take(*lease, result.call);
      },
      not_awaited);
}

void Worker::claim_several() {
  ask(
      model::ClaimAttempts{.worker_id = id_,
                           .limit = context_.plan.concurrency - works_.size(),
                           .lease_ttl = context_.plan.ttl},
      [this](const CallResult& result) {
        if (!result.outcome) return;
        const auto* claims = std::get_if<std::vector<model::Claim>>(&*result.outcome);
        if (claims == nullptr) return;
        for (const model::Claim& claim : *claims) take(claim.lease, result.call);
      },
      not_awaited);
}

void Worker::take(const model::LeaseRecord& lease, std::uint64_t grant) {
  const model::Id lease_id = lease.lease_id;
  works_.emplace(lease_id, Work{.attempt_id = lease.attempt_id,
                                .grant = grant,
                                .expires_at = lease.lease_expires_at,
                                .deadline = lease.execution_deadline,
                                .version = lease.version});
  const Plan& plan = context_.plan;
  ask(
      model::StartAttempt{.lease_id = lease_id, .worker_id = id_},
      [this, lease_id](const CallResult& result) {
        if (is_stale(result)) lose(lease_id);
      },
      not_awaited);
  later(plan.heartbeat_period, [this, lease_id] { heartbeat(lease_id); });
  later(draw_.between(Duration{0}, plan.heartbeat_period),
        [this, lease_id] { write_effect(lease_id); });
  if (draw_.chance(500)) {
    later(draw_.between(Duration{0}, plan.ttl), [this, lease_id] { append_event(lease_id); });
  }
  later(draw_.between(Duration{0}, plan.longest_work), [this, lease_id] { finish(lease_id); });
}

void Worker::lose(const model::Id& lease_id) {
  works_.erase(lease_id);
}

void Worker::heartbeat(const model::Id& lease_id) {
  const Work* work = find(lease_id);
  if (work == nullptr) return;
  const WorkerFaults& faults = context_.plan.faults.worker;
  if (!believes(*work)) {
    if (!draw_.chance(faults.keep_expired)) {
      works_.erase(lease_id);
      return;
    }
    context_.referee.count_fault(FaultKind::expired_lease_kept);
  }
  if (draw_.chance(faults.miss_heartbeat)) {
    context_.referee.count_fault(FaultKind::heartbeat_missed);
  } else {
    send_heartbeat(lease_id, *work);
  }
  at(next_beat(), [this, lease_id] { heartbeat(lease_id); });
}

void Worker::send_heartbeat(const model::Id& lease_id, const Work& work) {
  const model::Time now = clock_.shows();
  const model::Time expires_at = now + context_.plan.ttl;
  const bool with_version = context_.plan.heartbeats_with_version;
  if (with_version && takes_several<model::HeartbeatLeases>()) return send_heartbeats();
  model::Operation operation = model::HeartbeatLease{
      .lease_id = lease_id, .heartbeat_at = now, .lease_expires_at = expires_at};
  if (with_version) {
    operation = model::HeartbeatLeaseWithVersion{.lease_id = lease_id,
                                                 .worker_id = id_,
                                                 .expected_version = work.version,
                                                 .heartbeat_at = now,
                                                 .lease_expires_at = expires_at};
  }
  ask(
      std::move(operation),
      [this, lease_id, expires_at](const CallResult& result) {
        Work* renewed = find(lease_id);
        if (is_stale(result)) lose(lease_id);
        if (renewed == nullptr || !result.outcome) return;
        const auto* record = std::get_if<model::LeaseRecord>(&*result.outcome);
        const model::Time granted = record == nullptr ? expires_at : record->lease_expires_at;
        renewed->expires_at = std::max(renewed->expires_at, granted);
        if (record != nullptr) renewed->version = std::max(renewed->version, record->version);
      },
      [this, lease_id, with_version] {
        // The version may have moved or not; only the repository knows (rule 10).
        if (with_version) read_lease(lease_id);
      });
}

// For all that it holds and believes in, each at the version that it knows.
void Worker::send_heartbeats() {
  const model::Time now = clock_.shows();
  model::HeartbeatLeases batch;
  for (const auto& [lease_id, work] : works_) {
    if (!believes(work)) continue;
    batch.heartbeats.push_back({.lease_id = lease_id,
                                .worker_id = id_,
                                .expected_version = work.version,
                                .heartbeat_at = now,
                                .lease_expires_at = now + context_.plan.ttl});
  }
  const auto each = [items = batch.heartbeats](auto&& visit) {
    for (std::size_t i = 0; i < items.size(); ++i) visit(i, items[i].lease_id);
  };
  ask(
      batch,
      [this, each](const CallResult& result) {
        if (!result.outcome) return;
        const auto& results = std::get<model::ItemResults<model::LeaseRecord>>(*result.outcome);
        each([&](std::size_t i, const model::Id& lease_id) {
          if (i < results.size()) take_in(lease_id, results[i]);
        });
      },
      [this, each] {
        each([this](std::size_t, const model::Id& lease_id) { read_lease(lease_id); });
      });
}

void Worker::take_in(const model::Id& lease_id,
                     const model::ItemResult<model::LeaseRecord>& result) {
  if (result.error == model::Refusal{model::ErrorCode::stale_lease}) return lose(lease_id);
  Work* renewed = find(lease_id);
  if (renewed == nullptr || !result.ok) return;
  renewed->expires_at = std::max(renewed->expires_at, result.ok->lease_expires_at);
  renewed->version = std::max(renewed->version, result.ok->version);
}

void Worker::read_lease(const model::Id& lease_id) {
  ask(
      model::GetLease{.lease_id = lease_id},
      [this, lease_id](const CallResult& result) {
        Work* work = find(lease_id);
        if (work == nullptr || !result.outcome) return;
        const auto* record = std::get_if<std::optional<model::LeaseRecord>>(&*result.outcome);
        if (record == nullptr) return;
        if (*record) {
          work->version = std::max(work->version, (*record)->version);
        } else {
          lose(lease_id);
        }
      },
      not_awaited);
}

// Between the look at the belief and the write lies the way to the resource; that is what the
// grant's version is shown for (rule 19c).
void Worker::write_effect(const model::Id& lease_id) {
  const Work* work = find(lease_id);
  if (work == nullptr) return;
  if (believes(*work)) {
    const model::EffectWritten effect{
        .worker = id_, .attempt_id = work->attempt_id, .grant = work->grant};
    const NetworkFaults& faults = context_.plan.faults.network;
    const Duration way = draw_.chance(faults.delay_spike) ? faults.spike : faults.least_delay;
    context_.timeline.after(way, [this, effect] { context_.referee.happen(effect); });
  }
  at(next_beat(), [this, lease_id] { write_effect(lease_id); });
}

void Worker::append_event(const model::Id& lease_id) {
  const Work* work = find(lease_id);
  if (work == nullptr || !believes(*work)) return;
  constexpr std::array<std::string_view, 4> payloads{R"({"progress":50})", "null", R"("text")",
                                                     "[1,2,3]"};
  ask(
      model::AppendRunEvent{
          .lease_id = lease_id,
          .worker_id = id_,
          .kind = "progress",
          .payload = std::string(draw_.pick(std::span<const std::string_view>(payloads)))},
      [this, lease_id](const CallResult& result) {
        if (is_stale(result)) lose(lease_id);
      },
      not_awaited);
}

// The last word about a lease. From the moment it is sent the worker no longer believes.
void Worker::finish(const model::Id& lease_id) {
  if (find(lease_id) == nullptr) return;
  works_.erase(lease_id);
  const std::uint64_t kind = stays_ ? 1 + draw_.below(8) : draw_.below(10);
  if (kind == 0) {
    give_back(lease_id);
    return;
  }
  context_.referee.happen(model::LeaseGivenUp{.worker = id_, .lease_id = lease_id});
  const auto outcome = kind < 5   ? model::AckOutcome::completed
                       : kind < 9 ? model::AckOutcome::failed
                                  : model::AckOutcome::cancelled;
  const model::AckAttempt ack{.lease_id = lease_id, .worker_id = id_, .outcome = outcome};
  if (takes_several<model::AckAttempts>()) {
    acks_.push_back(ack);
    // What ends meanwhile is acked with it.
    later(context_.plan.poll_period, [this] { send_acks(); });
  } else {
    send_final_request(ack, 3);
  }
}

void Worker::send_acks() {
  if (!acks_.empty()) send_final_request(model::AckAttempts{std::exchange(acks_, {})}, 3);
}

void Worker::give_back(const model::Id& lease_id) {
  context_.referee.happen(model::LeaseGivenUp{.worker = id_, .lease_id = lease_id});
  send_final_request(model::ReleaseLease{.lease_id = lease_id, .worker_id = id_}, 0);
}

// An ack is idempotent, so an unknown outcome is answered by sending it again (rule 11).
void Worker::send_final_request(model::Operation final_request, std::uint32_t tries_left) {
  ask(final_request, nothing_to_do, [this, final_request, tries_left] {
    if (tries_left > 0) send_final_request(final_request, tries_left - 1);
  });
}

void Worker::check_faults() {
  later(context_.plan.heartbeat_period, [this] { check_faults(); });
  context_.network.check_link(id_);
  const Plan& plan = context_.plan;
  const WorkerFaults& faults = plan.faults.worker;
  if (draw_.chance(faults.crash)) {
    crash();
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
  is_up_ = false;
  works_.clear();
  acks_.clear();
  waiting_.clear();
}

void Worker::crash() {
  context_.referee.count_fault(FaultKind::worker_crash);
  stop();
  const Duration outage = draw_.between(Duration{0}, context_.plan.faults.worker.longest_outage);
  context_.timeline.after(outage, [this] {
    if (!is_up_ && !has_left_) restart();
  });
}

// Under its old name, or under one that the repository has never heard of.
void Worker::restart() {
  if (draw_.chance(context_.plan.faults.worker.new_identity)) rename();
  start();
}

void Worker::rename() {
  context_.referee.count_fault(FaultKind::worker_renamed);
  id_ = id_.substr(0, id_.find('.')) + "." + std::to_string(++names_);
  repository_.speak_for(id_);
}

void Worker::pause(Duration length) {
  context_.referee.happen(model::WorkerPaused{.worker = id_, .duration = length});
  is_paused_ = true;
  context_.timeline.after(length, [this, incarnation = incarnation_] {
    if (is_up_ && incarnation == incarnation_) resume();
  });
}

void Worker::resume() {
  is_paused_ = false;
  for (const auto& happening : std::exchange(waiting_, {})) happening();
}

void Worker::report_clock() {
  if (is_up_) context_.referee.happen(model::ClockStepped{.worker = id_, .clock = clock_.error()});
}

void Worker::stay(Time settled) {
  stays_ = true;
  times_.keep_period(id_, settled);
  clock_.set({});
  report_clock();
  if (!is_up_) {
    start();
  } else if (is_paused_) {
    resume();
  }
}

void Worker::leave() {
  has_left_ = true;
  if (is_up_) stop();
}

Time Worker::next_beat() {
  const Duration period = context_.plan.heartbeat_period;
  return stays_ ? context_.timeline.now() + period : times_.next(clock_, period);
}

bool Worker::believes(const Work& work) const {
  const model::Time now = clock_.shows();
  return now < work.expires_at && (!work.deadline || now < *work.deadline);
}

Worker::Work* Worker::find(const model::Id& lease_id) {
  const auto found = works_.find(lease_id);
  return found == works_.end() ? nullptr : &found->second;
}

void Worker::later(Duration delay, std::function<void()> happening) {
  context_.timeline.after(delay, while_alive(std::move(happening)));
}

void Worker::at(model::Time time, std::function<void()> happening) {
  context_.timeline.at(time, while_alive(std::move(happening)));
}

std::function<void()> Worker::while_alive(std::function<void()> happening) {
  return [this, incarnation = incarnation_, happening = std::move(happening)] {
    if (!is_up_ || incarnation != incarnation_) return;
    if (is_paused_) {
      waiting_.push_back(while_alive(happening));
    } else {
      happening();
    }
  };
}

void Worker::send(model::Operation operation) {
  ask(std::move(operation), nothing_to_do, not_awaited);
}

void Worker::ask(model::Operation operation, std::function<void(const CallResult&)> deliver,
                 std::function<void()> give_up) {
  const std::string name(model::name_of(operation));
  ask(
      name,
      [this, operation = std::move(operation)] -> std::optional<CallResult> {
        auto result = context_.referee.operate(
            {.actor = id_, .clock = clock_.shows()},
            {.now = context_.repository_clock.shows(), .operation = operation});
        if (!result) return std::nullopt;
        return *std::move(result);
      },
      std::move(deliver), std::move(give_up));
}

void Worker::ask(std::string operation, std::function<std::optional<CallResult>()> serve,
                 std::function<void(const CallResult&)> deliver, std::function<void()> give_up) {
  const auto receive = [this, incarnation = incarnation_,
                        deliver = std::move(deliver)](const CallResult& result) {
    if (!is_up_ || incarnation != incarnation_) {
      // The process that asked is gone; nobody hears the answer.
      context_.referee.happen(model::ReplyLost{.worker = id_, .call = result.call});
      return;
    }
    while_alive([this, deliver, result] {
      context_.referee.happen(model::ReplyDelivered{.worker = id_, .call = result.call});
      deliver(result);
    })();
  };
  context_.network.send({.worker = id_,
                         .operation = std::move(operation),
                         .serve = std::move(serve),
                         .deliver = receive,
                         .give_up = while_alive(std::move(give_up))});
}

}  // namespace leasecheck::sim
