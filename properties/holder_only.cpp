#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "properties/registry.hpp"
#include "properties/support/observation.hpp"
#include "properties/support/snapshot_diff.hpp"

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
    Complaint complaint = judge_scope(operated);
    if (const auto shown = credentials(operated.action.operation); shown && !complaint) {
      complaint = judge(*shown, operated);
    }
    memory_.observe(operated);
    return complaint;
  }

 private:
  static bool concerns_many(const model::Operation& operation) {
    return std::holds_alternative<model::Reset>(operation) ||
           std::holds_alternative<model::ExpireLeasesAndRequeue>(operation) ||
           std::holds_alternative<model::TransitionTimedOutAttempts>(operation);
  }

  static Complaint judge_scope(const Operated& operated) {
    const model::Operation& operation = operated.action.operation;
    if (operated.changes.empty() || concerns_many(operation)) return std::nullopt;
    const model::Id* subject = attempt_of(operated);
    for (const AttemptChange& change : operated.changes) {
      if (!model::can_change_state(operation) || !subject || attempt_id_of(change) != *subject) {
        return fmt::format("{} changed {}, which it is not about", model::name_of(operation),
                           attempt_id_of(change));
      }
    }
    return std::nullopt;
  }

  Complaint judge(const Credentials& shown, const Operated& operated) {
    const model::LeaseRecord* lease = find_lease(operated.before, shown.lease_id);
    const std::string_view name = model::name_of(operated.action.operation);
    if (!operated.outcome && !operated.changes.empty()) {
      return fmt::format("{} for {} was refused and yet changed {}", name, shown.lease_id,
                         attempt_id_of(operated.changes.front()));
    }
    if (lease != nullptr && match(shown, *lease)) {
      if (!is_refused_with(operated, ErrorCode::stale_lease)) return std::nullopt;
      return fmt::format("{} by the holder of the current lease {} was refused as stale", name,
                         shown.lease_id);
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
    return fmt::format("repeating the ack for {} {} instead of answering as the first time",
                       shown.lease_id,
                       operated.changes.empty() ? "answered otherwise" : "changed the attempt");
  }

  static Complaint judge_stale(const Credentials& shown, const model::LeaseRecord* lease,
                               const Operated& operated) {
    const std::string_view name = model::name_of(operated.action.operation);
    if (operated.outcome && lease == nullptr) {
      return fmt::format("{} by {} was accepted for {}, which is not a current lease", name,
                         operated.actor, shown.lease_id);
    }
    if (operated.outcome) {
      return fmt::format(
          "{} for {} was accepted from {} at version {}; the lease is held by {} at version {}",
          name, shown.lease_id, shown.worker_id.value_or(operated.actor),
          shown.expected_version.value_or(lease->version), lease->worker_id, lease->version);
    }
    const ErrorCode error = operated.outcome.error();
    if (error == ErrorCode::not_found || error == ErrorCode::not_dispatchable ||
        error == ErrorCode::already_exists) {
      return fmt::format("{} for {} by who does not hold it answered {} instead of stale_lease",
                         name, shown.lease_id, word(error));
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
    .watch = make_watcher<HolderOnly>};

}  // namespace leasecheck::properties
