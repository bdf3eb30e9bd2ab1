#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "properties/registry.hpp"
#include "properties/support/accepted_specs.hpp"
#include "properties/support/observation.hpp"
#include "properties/support/snapshot_diff.hpp"
#include "properties/support/words.hpp"

namespace leasecheck::properties {
namespace {

using model::ErrorCode;
using model::Status;

class OneTime final : public Watcher {
 public:
  using Watcher::after;

  Complaint after(const Operated& operated) override {
    specs_.observe(operated);
    if (Complaint complaint = judge_clock(operated)) return complaint;
    if (model::can_change_state(operated.action.operation)) note_time(time_of(operated.action));
    for (const AttemptChange& change : operated.changes) {
      if (Complaint complaint = judge_times(change, operated)) return complaint;
    }
    const auto* append = accepted<model::AppendRunEvent>(operated);
    return append == nullptr ? std::nullopt : judge_event(*append, operated);
  }

 private:
  static Complaint judge_clock(const Operated& operated) {
    const std::uint64_t most = model::reads_clock(operated.action.operation) ? 1 : 0;
    // Bad arguments and a broken store may be noticed before the clock is asked.
    const bool may_be_less = is_refused_with(operated, ErrorCode::invalid_argument) ||
                             is_refused_with(operated, ErrorCode::unavailable) ||
                             is_refused_with(operated, ErrorCode::corrupt);
    const std::uint64_t reads = operated.clock_reads;
    if (reads == most || (reads < most && may_be_less)) return std::nullopt;
    const std::string_view name = words_of(operated.action.operation);
    if (most == 0) {
      return fmt::format("{} read the repository's clock; its times are its arguments", name);
    }
    return fmt::format("{} read the repository's clock {} times instead of once", name, reads);
  }

  void note_time(model::Time time) {
    if (time < latest_) reach_premise();
    latest_ = std::max(latest_, time);
  }

  Complaint judge_times(const AttemptChange& change, const Operated& operated) const {
    if (change.after == nullptr) return std::nullopt;  // nothing_lost's
    const model::Time now = time_of(operated.action);
    const model::Time ready = due_ready_at(change, now);
    if (change.after->ready_at != ready) {
      return wrong(operated, change.after->attempt_id, "ready_at", change.after->ready_at, ready);
    }
    if (gained_lease(change) && change.lease_after->heartbeat_at != now) {
      return wrong(operated, change.after->attempt_id, "heartbeat_at",
                   change.lease_after->heartbeat_at, now);
    }
    const bool is_new_letter = change.dead_letter_after && !change.dead_letter_before;
    if (is_new_letter && change.dead_letter_after->dead_at != now) {
      return wrong(operated, change.after->attempt_id, "dead_at", change.dead_letter_after->dead_at,
                   now);
    }
    return std::nullopt;
  }

  /// Rule 2: what orders an attempt is when it was enqueued or its later not_before, its retry_at,
  /// or when it was queued again; anything else leaves it.
  model::Time due_ready_at(const AttemptChange& change, model::Time now) const {
    const model::AttemptRecord& after = *change.after;
    if (change.before == nullptr) {
      const model::AttemptSpec* spec = specs_.spec_of(after.attempt_id);
      return spec && spec->not_before ? std::max(now, *spec->not_before) : now;
    }
    if (after.status == change.before->status) return change.before->ready_at;
    if (after.status == Status::retry_backoff) return after.retry_at.value_or(after.ready_at);
    return after.status == Status::queued ? now : change.before->ready_at;
  }

  static Complaint judge_event(const model::AppendRunEvent& append, const Operated& operated) {
    const model::LeaseRecord* lease = find_lease(operated.before, append.lease_id);
    const auto* attempt = lease ? find_attempt(operated.before, lease->attempt_id) : nullptr;
    const auto* run = attempt ? find_run(operated.after, attempt->run_id) : nullptr;
    const model::Time now = operated.action.now;
    if (!run || run->events.empty() || run->events.back().at == now) return std::nullopt;
    return wrong(operated, attempt->attempt_id, "at", run->events.back().at, now);
  }

  static std::string wrong(const Operated& operated, const model::Id& attempt_id,
                           std::string_view field, model::Time written, model::Time due) {
    return fmt::format("{} at {} wrote {} {} for {} instead of {}",
                       words_of(operated.action.operation), ms(time_of(operated.action)), field,
                       ms(written), attempt_id, ms(due));
  }

  AcceptedSpecs specs_;
  model::Time latest_ = model::beginning_of_time;
};

constexpr std::array<std::string_view, 4> about{"attempt.ready_at", "attempt.started_at",
                                                "lease.heartbeat_at", "dead_letter.dead_at"};

}  // namespace

constinit const Property one_time{
    .name = "one_time",
    .rules = "2, 3, 13, 14, one time per operation",
    .claim =
        "An operation has one time: it reads the clock once or not at all, and that time is "
        "what it writes.",
    .premise = "The time of an operation was before that of an earlier one.",
    .watch = make_watcher<OneTime>,
    .about = about};

}  // namespace leasecheck::properties
