#include "model/system/repository.hpp"

#include <charconv>
#include <utility>

namespace leasecheck::system {
namespace {

constexpr model::Time now = model::at_ms(0);
constexpr unsigned numbers_per_attempt = 256;
constexpr std::uint64_t issued_before = std::uint64_t{numbers_per_attempt} * (most_attempts + 1);

std::int64_t number_of(const model::Id& lease_id) {
  std::int64_t number = 0;
  std::from_chars(lease_id.data() + 1, lease_id.data() + lease_id.size(), number);
  return number;
}

Relative relative(model::Time time) {
  return static_cast<Relative>(time.time_since_epoch().count());
}

}  // namespace

Repository::Repository(const Options& options) : options_(options) {
  for (unsigned worker = 0; worker < options.workers; ++worker) {
    workers_.push_back("w" + std::to_string(worker + 1));
  }
  for (unsigned attempt = 0; attempt < options.attempts; ++attempt) {
    model::AttemptSpec spec;
    spec.attempt_id = "a" + std::to_string(attempt + 1);
    spec.run_id = "r1";
    if (options.timeout > Duration{0}) spec.timeout = options.timeout;
    if (options.retries > 0) {
      spec.retry_policy = model::RetryPolicy{
          .backoff = options.backoff, .max_backoff = std::nullopt, .max_retries = options.retries};
    }
    if (options.max_deliveries > 0) spec.max_deliveries = options.max_deliveries;
    specs_.push_back(std::move(spec));
  }
}

model::Id Repository::lease_id(unsigned attempt, LeaseNumber lease) {
  return "L" + std::to_string(numbers_per_attempt * attempt + lease);
}

model::Attempt Repository::expand(const State& state, unsigned index) const {
  const AttemptState& from = state.attempts[index];
  model::Attempt to;
  to.spec = specs_[index];
  to.enqueue_seq = index + 1;
  to.status = from.status;
  to.attempt_no = from.attempt_no;
  to.delivery_count = from.deliveries;
  to.version = from.version;
  if (from.status == model::Status::retry_backoff) to.retry_at = model::at_ms(from.due);
  if (from.lease != 0) {
    to.started_at = now;
    if (to.spec.timeout) to.started_at = model::at_ms(from.due) - *to.spec.timeout;
    to.lease = {lease_id(index, from.lease), workers_[from.holder], model::at_ms(from.expires),
                now};
  }
  if (from.acked != 0) {
    to.last_ack = {lease_id(index, from.acked), workers_[from.holder], from.acked_as};
  }
  if (from.status == model::Status::failed) {
    to.dead_letter = {model::DeadLetterReason::failed, from.attempt_no, now};
  }
  if (model::is_terminal(from.status)) to.finished_at = now;
  return to;
}

model::State Repository::expand(const State& state) const {
  model::State to;
  for (unsigned index = 0; index < options_.attempts; ++index) {
    model::Attempt attempt = expand(state, index);
    if (attempt.lease) to.attempt_of_lease[attempt.lease->lease_id] = attempt.spec.attempt_id;
    to.attempts.emplace(attempt_id(index), std::move(attempt));
  }
  to.attempts_enqueued = options_.attempts;
  to.leases_issued = issued_before;
  return to;
}

void Repository::absorb(AttemptState& to, const model::Attempt& from) const {
  to.status = from.status;
  to.attempt_no = static_cast<std::uint8_t>(from.attempt_no);
  to.deliveries = options_.max_deliveries > 0 ? static_cast<std::uint8_t>(from.delivery_count) : 0;
  to.version = static_cast<std::uint8_t>(from.version);
  to.lease = to.acked = to.holder = 0;
  to.acked_as = model::AckOutcome::completed;
  to.expires = to.due = 0;
  if (from.retry_at) to.due = relative(*from.retry_at);
  if (from.lease) {
    const std::int64_t number = number_of(from.lease->lease_id);
    const bool is_new = number > static_cast<std::int64_t>(issued_before);
    to.lease = is_new ? ++to.leases : static_cast<LeaseNumber>(number % numbers_per_attempt);
    to.holder = static_cast<std::uint8_t>(number_of(from.lease->worker_id) - 1);
    to.expires = relative(from.lease->expires_at);
    if (from.spec.timeout) to.due = relative(*from.started_at + *from.spec.timeout);
  }
  if (from.last_ack) {
    to.acked = static_cast<LeaseNumber>(number_of(from.last_ack->lease_id) % numbers_per_attempt);
    to.holder = static_cast<std::uint8_t>(number_of(from.last_ack->worker_id) - 1);
    to.acked_as = from.last_ack->outcome;
  }
}

model::Outcome Repository::call(State& state, const model::Operation& operation,
                                const std::optional<Issued>& issued) const {
  model::State repository = expand(state);
  const model::State before = repository;
  model::Outcome outcome = mutated_step(repository, {now, operation}, options_.mutant, issued);
  for (unsigned index = 0; index < options_.attempts; ++index) {
    const model::Attempt& was = before.attempts.at(attempt_id(index));
    const model::Attempt& is = repository.attempts.at(attempt_id(index));
    const Broken broken = judge({.operation = operation,
                                 .is_accepted = outcome.has_value(),
                                 .before = was,
                                 .after = is,
                                 .max_retries = options_.retries});
    if (state.broken == Broken::nothing) state.broken = broken;
    if (was != is) absorb(state.attempts[index], is);
  }
  return outcome;
}

}  // namespace leasecheck::system
