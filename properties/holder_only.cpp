#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "properties/registry.hpp"
#include "properties/support/observation.hpp"
#include "properties/support/snapshot_diff.hpp"
#include "properties/support/words.hpp"

namespace leasecheck::properties {
namespace {

using model::ErrorCode;

struct Ack {
  model::AckAttempt call;
  model::Answer answer;
};

/// Rule 11: the durable memory of the last ack of each attempt.
class AckMemory {
 public:
  void observe(const Operated& operated) {
    if (accepted<model::Reset>(operated)) last_ack_.clear();
    const bool forgets = accepted<model::UpsertLease>(operated) ||
                         accepted<model::CancelAttempt>(operated) ||
                         accepted<model::ReplayDeadLetter>(operated);
    for (const AttemptChange& change : operated.changes) {
      if (change.before && !change.after) last_ack_.erase(change.before->attempt_id);  // rule 28
    }
    const model::Id* attempt_id = attempt_of(operated);
    if (attempt_id == nullptr) return;
    if (forgets) last_ack_.erase(*attempt_id);
    const auto* ack = accepted<model::AckAttempt>(operated);
    if (ack) last_ack_.insert_or_assign(*attempt_id, Ack{*ack, *operated.outcome});
  }

  /// Returns: the first answer, if the operation repeats an ack that is remembered.
  const model::Answer* first_answer(const model::Operation& operation) const {
    const auto* ack = std::get_if<model::AckAttempt>(&operation);
    if (ack == nullptr) return nullptr;
    const auto found = std::ranges::find_if(
        last_ack_, [&](const auto& entry) { return entry.second.call == *ack; });
    return found == last_ack_.end() ? nullptr : &found->second.answer;
  }

 private:
  std::map<model::Id, Ack> last_ack_;  ///< by attempt
};

class HolderOnly final : public Watcher {
 public:
  using Watcher::after;

  Complaint after(const Operated& operated) override {
    const auto shown = credentials(operated.action.operation);
    Complaint complaint = judge_scope(shown, operated);
    if (shown && !complaint) complaint = judge(*shown, operated);
    memory_.observe(operated);
    return complaint;
  }

 private:
  static bool concerns_many(const model::Operation& operation) {
    return std::holds_alternative<model::Reset>(operation) ||
           std::holds_alternative<model::PruneAttempts>(operation) ||
           std::holds_alternative<model::ExpireLeasesAndRequeue>(operation) ||
           std::holds_alternative<model::TransitionTimedOutAttempts>(operation);
  }

  static Complaint judge_scope(const std::optional<Credentials>& shown, const Operated& operated) {
    const model::Operation& operation = operated.action.operation;
    if (operated.changes.empty() || concerns_many(operation)) return std::nullopt;
    if (!model::can_change_state(operation)) {
      return fmt::format("{}, which only reads, changed {}", words_of(operation),
                         attempt_id_of(operated.changes.front()));
    }
    const model::Id* subject = attempt_of(operated);
    for (const AttemptChange& change : operated.changes) {
      if (subject == nullptr) return without_a_lease(shown, change, operated);
      if (attempt_id_of(change) != *subject) {
        return fmt::format("{} of {} changed {}, another attempt", words_of(operation), *subject,
                           attempt_id_of(change));
      }
    }
    return std::nullopt;
  }

  /// The call speaks for a lease that is not current.
  static std::string without_a_lease(const std::optional<Credentials>& shown,
                                     const AttemptChange& change, const Operated& operated) {
    const model::LeaseRecord* current = change.lease_before;
    return fmt::format("{} by {} for {}, which is not a current lease, changed {}{}",
                       words_of(operated.action.operation), operated.actor,
                       shown ? shown->lease_id : "none", attempt_id_of(change),
                       current ? fmt::format(", whose lease is {}, held by {}", current->lease_id,
                                             current->worker_id)
                               : "");
  }

  Complaint judge(const Credentials& shown, const Operated& operated) {
    const model::LeaseRecord* lease = find_lease(operated.before, shown.lease_id);
    const std::string_view name = words_of(operated.action.operation);
    if (!operated.outcome && !operated.changes.empty()) {
      return fmt::format("{} for {} was refused and yet changed {}", name, shown.lease_id,
                         attempt_id_of(operated.changes.front()));
    }
    if (lease != nullptr && match(shown, *lease)) {
      if (!is_refused_with(operated, ErrorCode::stale_lease)) return std::nullopt;
      return fmt::format("{} by the holder of {}, which is current, was refused as stale_lease",
                         name, shown.lease_id);
    }
    reach_premise();
    if (const model::Answer* first = memory_.first_answer(operated.action.operation)) {
      return judge_repeated_ack(shown, *first, operated);
    }
    return judge_stale(shown, lease, operated);
  }

  static Complaint judge_repeated_ack(const Credentials& shown, const model::Answer& first,
                                      const Operated& operated) {
    if (is_refused_with(operated, ErrorCode::unavailable)) return std::nullopt;
    if (operated.outcome == first && operated.changes.empty()) return std::nullopt;
    std::string instead = operated.outcome ? "answered otherwise" : words_of(operated.outcome);
    if (!operated.changes.empty()) {
      instead = fmt::format("changed {}", attempt_id_of(operated.changes.front()));
    }
    return fmt::format("the same ack of {} once more {} instead of answered as the first time",
                       shown.lease_id, instead);
  }

  static Complaint judge_stale(const Credentials& shown, const model::LeaseRecord* lease,
                               const Operated& operated) {
    const std::string_view name = words_of(operated.action.operation);
    if (operated.outcome && lease == nullptr) {
      return fmt::format("{} by {} was accepted for {}, which is not a current lease", name,
                         operated.actor, shown.lease_id);
    }
    if (operated.outcome && shown.worker_id.value_or(lease->worker_id) != lease->worker_id) {
      return fmt::format("{} by {} was accepted for {}, which {} holds", name, *shown.worker_id,
                         shown.lease_id, lease->worker_id);
    }
    if (operated.outcome) {
      return fmt::format("{} that shows version {} was accepted for {}, which is at version {}",
                         name, *shown.expected_version, shown.lease_id, lease->version);
    }
    const ErrorCode error = operated.outcome.error();
    if (error == ErrorCode::not_found || error == ErrorCode::not_dispatchable ||
        error == ErrorCode::already_exists) {
      return fmt::format(
          "{} for {} by who does not hold it was refused as {} instead of stale_lease", name,
          shown.lease_id, word(error));
    }
    return std::nullopt;
  }

  AckMemory memory_;
};

}  // namespace

constinit const Property holder_only{
    .name = "holder_only",
    .rules = "4, 9-13",
    .claim =
        "Only the holder of the current lease moves a leased attempt, at the version that it "
        "shows; every other call for a lease is stale and changes nothing.",
    .premise = "A call spoke for a lease that was not current, not its own or at another version.",
    .watch = make_watcher<HolderOnly>,
    .needs_rows = false};

}  // namespace leasecheck::properties
