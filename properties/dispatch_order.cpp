#include <fmt/format.h>

#include <algorithm>
#include <compare>
#include <vector>

#include "properties/registry.hpp"
#include "properties/support/accepted_specs.hpp"
#include "properties/support/observation.hpp"

namespace leasecheck::properties {
namespace {

using Listed = std::vector<model::DispatchRecord>;

class DispatchOrder final : public Watcher {
 public:
  using Watcher::after;

  Complaint after(const Operated& operated) override {
    specs_.observe(operated);
    if (const auto* claims = answer<std::vector<model::Claim>>(operated)) {
      const auto& asked = std::get<model::ClaimAttempts>(operated.action.operation);
      Listed claimed;
      for (const model::Claim& claim : *claims) claimed.push_back(claim.attempt);
      const model::Time now = operated.action.now;
      return judge({asked.limit, now, "claimed"}, claimed, due(operated.before, now));
    }
    const auto* list = std::get_if<model::ListDispatchableAttempts>(&operated.action.operation);
    if (list == nullptr || is_refused_with(operated, model::ErrorCode::unavailable)) {
      return std::nullopt;
    }
    const auto* listed = answer<Listed>(operated);
    if (listed == nullptr) {
      return fmt::format("asked for what is dispatchable at {}, it answered no list", ms(list->at));
    }
    return judge({list->limit, list->at, "listed"}, *listed, due(operated.before, list->at));
  }

 private:
  struct Asked {
    std::uint64_t limit;
    model::Time at;
    std::string_view done;  ///< what was done with them
  };

  /// In the order in which they are due.
  struct Place {
    std::int64_t urgency = 0;  ///< the priority, negated
    model::Time ready_at{};
    std::uint64_t enqueue_seq = 0;
    const model::AttemptRecord* attempt = nullptr;
    auto operator<=>(const Place&) const = default;
  };
  using Due = std::vector<Place>;

  Due due(const model::Snapshot& snapshot, model::Time at) {
    Due places;
    for (const model::AttemptRecord& attempt : snapshot.attempts) {
      if (!specs_.is_dispatchable(attempt, at)) continue;
      const AcceptedSpecs::Accepted* accepted = specs_.find(attempt.attempt_id);
      places.push_back({-std::int64_t{attempt.priority}, attempt.ready_at,
                        accepted ? accepted->enqueue_seq : 0, &attempt});
    }
    if (places.size() > 1) reach_premise();
    std::ranges::sort(places);
    return places;
  }

  static Complaint judge(const Asked& request, const Listed& listed, const Due& due) {
    const std::size_t size = std::min<std::uint64_t>(request.limit, due.size());
    if (listed.size() > size) {
      return fmt::format("{}, it {} {}, and {} {} dispatchable", text(request), request.done,
                         listed.size(), due.size(), due.size() == 1 ? "is" : "are");
    }
    for (std::size_t place = 0; place < size; ++place) {
      if (place == listed.size()) {
        return fmt::format("{}, it left out {}", text(request), text(*due[place].attempt));
      }
      if (listed[place] == record(*due[place].attempt)) continue;
      return fmt::format("{}, it {} {} where {} belongs", text(request), request.done,
                         text(listed[place], due), text(*due[place].attempt));
    }
    return std::nullopt;
  }

  static std::string text(const Asked& request) {
    return fmt::format("asked for at most {} of what is dispatchable at {}", request.limit,
                       ms(request.at));
  }

  static std::string text(const model::DispatchRecord& listed, const Due& due) {
    const auto found = std::ranges::find_if(
        due, [&](const Place& place) { return record(*place.attempt) == listed; });
    if (found != due.end()) return text(*found->attempt);
    return fmt::format("{} ({}, attempt number {})", listed.attempt_id, word(listed.status),
                       listed.attempt_no);
  }

  static model::DispatchRecord record(const model::AttemptRecord& attempt) {
    return {attempt.attempt_id, attempt.run_id, attempt.attempt_no, attempt.status,
            attempt.retry_at};
  }

  static std::string text(const model::AttemptRecord& attempt) {
    return fmt::format("{} ({}, attempt number {}, priority {}, ready at {})", attempt.attempt_id,
                       word(attempt.status), attempt.attempt_no, attempt.priority,
                       ms(attempt.ready_at));
  }

  AcceptedSpecs specs_;
};

}  // namespace

constinit const Property dispatch_order{
    .name = "dispatch_order",
    .rules = "1, 2, 26",
    .claim =
        "A list answers, and a claim of several takes, exactly the first dispatchable attempts by "
        "priority, ready_at and enqueue sequence.",
    .premise = "A list or a claim of several had at least two attempts to order.",
    .watch = make_watcher<DispatchOrder>,
    .sees_several_as_one = true,
    .needs_rows = false};

}  // namespace leasecheck::properties
