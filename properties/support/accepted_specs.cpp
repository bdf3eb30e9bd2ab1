#include "properties/support/accepted_specs.hpp"

#include "leasecheck/spec/several.hpp"
#include "properties/support/observation.hpp"

namespace leasecheck::properties {

void AcceptedSpecs::observe(const Operated& operated) {
  if (accepted<model::Reset>(operated)) accepted_.clear();
  // Whoever pruned them may enqueue another one of that id.
  for (const AttemptChange& change : operated.changes) {
    if (change.before && !change.after) accepted_.erase(change.before->attempt_id);
  }
  if (const auto* enqueue = accepted<model::EnqueueAttempt>(operated)) remember(enqueue->spec);
  if (accepted<model::EnqueueAttempts>(operated) == nullptr) return;
  for (const model::Single& single : model::singles_of(operated.action, operated.outcome)) {
    if (!single.outcome) continue;
    remember(std::get<model::EnqueueAttempt>(single.action.operation).spec);
  }
}

void AcceptedSpecs::remember(const model::AttemptSpec& spec) {
  // Repeating an enqueue is Ok and changes nothing (rule 8): the first one stays.
  accepted_.try_emplace(spec.attempt_id, Accepted{spec, count_++});
}

const AcceptedSpecs::Accepted* AcceptedSpecs::find(std::string_view attempt_id) const {
  const auto found = accepted_.find(attempt_id);
  return found == accepted_.end() ? nullptr : &found->second;
}

const model::AttemptSpec* AcceptedSpecs::spec_of(std::string_view attempt_id) const {
  const Accepted* found = find(attempt_id);
  return found == nullptr ? nullptr : &found->spec;
}

bool AcceptedSpecs::is_dispatchable(const model::AttemptRecord& attempt, model::Time now) const {
  if (attempt.status == model::Status::retry_backoff) {
    return attempt.retry_at && *attempt.retry_at <= now;
  }
  if (attempt.status != model::Status::queued) return false;
  const model::AttemptSpec* spec = spec_of(attempt.attempt_id);
  return spec == nullptr || !spec->not_before || *spec->not_before <= now;
}

bool AcceptedSpecs::has_retries_left(const model::AttemptRecord& attempt) const {
  const model::AttemptSpec* spec = spec_of(attempt.attempt_id);
  return spec != nullptr && spec->retry_policy &&
         attempt.attempt_no <= spec->retry_policy->max_retries;
}

}  // namespace leasecheck::properties
