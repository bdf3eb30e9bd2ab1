#include "sim/world/crowd.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace leasecheck::sim {
namespace {

using model::Duration;
using model::Time;

constexpr std::uint64_t no_limit = std::numeric_limits<std::uint64_t>::max();
constexpr std::string_view name = "crowd";

/// The numbers of its attempts begin here, beyond those that a plan can have.
constexpr std::uint64_t first_number = 2000;

/// Each takes a call of its own.
constexpr std::uint64_t most_events = 520;

// One beyond a usual size of pages and batches, or some more, the largest seldom: what a call costs
// to judge grows with what there is. Where everything takes a call of its own, a thousand would
// take too long.
std::uint64_t draw_size(Stream& draw, bool has_batches) {
  constexpr std::array<std::uint64_t, 10> sizes{101, 101, 101, 101, 120, 251, 260, 501, 501, 1001};
  const std::uint64_t size = draw.pick(std::span<const std::uint64_t>(sizes));
  return has_batches ? size : std::min<std::uint64_t>(size, 260);
}

Duration length_of_round(const Plan& plan) {
  return 3 * plan.ttl + plan.grace;
}

}  // namespace

Crowd::Crowd(Context context)
    : context_(context),
      draw_(context_.plan.seed, name),
      // What expires is queued again, and comes last.
      fates_{Fate::expire, Fate::time_out, Fate::fail, Fate::write},
      first_number_(first_number),
      ends_at_(context_.timeline.now()) {
  if (!context_.referee.profile().offers<model::PruneAttempts>()) {
    fates_ = {draw_.pick(std::span<const Fate>(fates_))};
  }
  ends_at_ += static_cast<int>(fates_.size()) * (length_of_round(context_.plan) + Duration{1});
}

void Crowd::start() {
  context_.timeline.after(Duration{0}, [this] { begin_round(); });
}

void Crowd::begin_round() {
  const Profile& profile = context_.referee.profile();
  fate_ = fates_.back();
  fates_.pop_back();
  first_number_ += count_;
  count_ = draw_size(
      draw_, profile.offers<model::EnqueueAttempts>() && profile.offers<model::ClaimAttempts>());
  if (fate_ == Fate::write) count_ = std::min(count_, most_events);
  enter();
  context_.timeline.after(length_of_round(context_.plan), [this] { end(); });
}

void Crowd::enter() {
  enqueue(specs());
  read();
  claim();
  if (fate_ == Fate::write) write();
  if (fate_ == Fate::fail) fail();
}

std::vector<model::AttemptSpec> Crowd::specs() const {
  const Plan& plan = context_.plan;
  std::vector<model::AttemptSpec> all;
  const std::uint64_t count = fate_ == Fate::write ? 1 : count_;
  for (std::uint64_t i = 0; i < count; ++i) {
    model::AttemptSpec spec;
    spec.attempt_id = plan.names.attempt(first_number_ + i);
    spec.run_id = plan.names.run(first_number_);
    if (fate_ == Fate::time_out) spec.timeout = plan.ttl / 2;
    if (i % 2 == 0) spec.on_timeout = model::OnTimeout::fail;
    all.push_back(std::move(spec));
  }
  return all;
}

void Crowd::enqueue(const std::vector<model::AttemptSpec>& specs) {
  if (context_.referee.profile().offers<model::EnqueueAttempts>()) {
    return call(model::EnqueueAttempts{.attempts = specs});
  }
  for (const model::AttemptSpec& spec : specs) call(model::EnqueueAttempt{.spec = spec});
}

void Crowd::claim() {
  const Duration ttl = context_.plan.ttl;
  if (context_.referee.profile().offers<model::ClaimAttempts>()) {
    return call(
        model::ClaimAttempts{.worker_id = model::Id(name), .limit = no_limit, .lease_ttl = ttl});
  }
  for (const model::AttemptSpec& spec : specs()) {
    call(model::UpsertLease{.attempt_id = spec.attempt_id,
                            .worker_id = model::Id(name),
                            .lease_expires_at = context_.repository_clock.shows() + ttl});
  }
}

std::vector<model::Id> Crowd::leases() const {
  std::vector<model::Id> ids;
  for (const auto& [id, attempt] : context_.referee.model_state().attempts) {
    if (attempt.lease && attempt.lease->worker_id == name) ids.push_back(attempt.lease->lease_id);
  }
  return ids;
}

// Under the lease of its own attempt: what was left of the time before belongs to other runs.
void Crowd::write() {
  const auto& attempts = context_.referee.model_state().attempts;
  const auto own = attempts.find(context_.plan.names.attempt(first_number_));
  if (own == attempts.end() || !own->second.lease) return;
  const model::Id lease_id = own->second.lease->lease_id;
  for (std::uint64_t i = 0; i < count_; ++i) {
    call(model::AppendRunEvent{.lease_id = lease_id,
                               .worker_id = model::Id(name),
                               .kind = context_.plan.names.kind(values::EventKind::progress),
                               .payload = std::to_string(i)});
  }
}

void Crowd::fail() {
  std::vector<model::AckAttempt> acks;
  for (const model::Id& lease_id : leases()) {
    acks.push_back(
        {.lease_id = lease_id, .worker_id = model::Id(name), .outcome = model::AckOutcome::failed});
  }
  if (context_.referee.profile().offers<model::AckAttempts>()) {
    return call(model::AckAttempts{.acks = std::move(acks)});
  }
  for (model::AckAttempt& ack : acks) call(std::move(ack));
}

// Everything is lost by now, if its time decides that at all.
void Crowd::end() {
  const Time now = context_.repository_clock.shows();
  if (fate_ == Fate::time_out) {
    call(model::TransitionTimedOutAttempts{.at = now});
  } else {
    call(model::ExpireLeasesAndRequeue{.stale_before = now - context_.plan.grace});
  }
  read();
  call(model::PruneAttempts{
      .finished_before = now + Duration{1}, .limit = no_limit, .with_dead_letters = true});
  if (!fates_.empty()) context_.timeline.after(Duration{1}, [this] { begin_round(); });
}

void Crowd::read() {
  const model::Id run = context_.plan.names.run(first_number_);
  call(model::ListDispatchableAttempts{.at = model::end_of_time, .limit = no_limit});
  call(model::QueueDepth{.at = model::end_of_time});
  call(model::CountByStatus{});
  call(model::ListDeadLetters{.limit = no_limit});
  call(model::ListRunEvents{.run_id = run, .after = 0, .limit = no_limit});
  call(model::LatestSeqForRun{.run_id = run});
  model::ListAttempts all;
  all.limit = no_limit;
  call(std::move(all));
}

void Crowd::call(model::Operation operation) {
  const Time now = context_.repository_clock.shows();
  static_cast<void>(context_.referee.operate({.actor = name, .clock = now},
                                             {.now = now, .operation = std::move(operation)}));
}

}  // namespace leasecheck::sim
