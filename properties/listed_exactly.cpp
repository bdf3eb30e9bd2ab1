#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "properties/registry.hpp"
#include "properties/support/accepted_specs.hpp"
#include "properties/support/observation.hpp"
#include "properties/support/snapshot_diff.hpp"

namespace leasecheck::properties {
namespace {

class ListedExactly final : public Watcher {
 public:
  using Watcher::after;

  Complaint after(const Operated& operated) override {
    specs_.observe(operated);
    const auto* list = accepted<model::ListAttempts>(operated);
    if (list == nullptr) return std::nullopt;
    const auto* listed = answer<std::vector<model::AttemptRecord>>(operated);
    if (listed == nullptr) return "list_attempts answered no list";
    return judge(*list, *listed, due(*list, operated.before));
  }

 private:
  using Records = std::vector<model::AttemptRecord>;

  Records due(const model::ListAttempts& list, const model::Snapshot& seen) {
    Records page;
    for (const model::AttemptRecord& attempt : seen.attempts) {
      if (list.after && attempt.attempt_id <= *list.after) continue;
      if (!matches(list, attempt, find_lease_of_attempt(seen, attempt.attempt_id))) continue;
      if (page.size() == list.limit) break;
      page.push_back(attempt);
    }
    if (!page.empty()) reach_premise();
    return page;
  }

  bool matches(const model::ListAttempts& list, const model::AttemptRecord& attempt,
               const model::LeaseRecord* lease) const {
    const model::AttemptSpec* spec = specs_.spec_of(attempt.attempt_id);
    return (!list.status || attempt.status == *list.status) &&
           (!list.run_id || attempt.run_id == *list.run_id) &&
           (!list.worker_id || (lease && lease->worker_id == *list.worker_id)) &&
           (!list.tenant_id || (spec && spec->tenant_id == *list.tenant_id));
  }

  static Complaint judge(const model::ListAttempts& list, const Records& listed,
                         const Records& due) {
    const std::size_t size = std::max(listed.size(), due.size());
    for (std::size_t place = 0; place < size; ++place) {
      const std::string shown = place < listed.size() ? listed[place].attempt_id : "nothing";
      const std::string owed = place < due.size() ? due[place].attempt_id : "nothing";
      if (shown != owed) {
        return fmt::format("a list of at most {} attempts shows {} where {} is due", list.limit,
                           shown, owed);
      }
      if (listed[place] == due[place]) continue;
      return fmt::format("a list of attempts shows {} otherwise than it is", shown);
    }
    return std::nullopt;
  }

  AcceptedSpecs specs_;
};

}  // namespace

constinit const Property listed_exactly{
    .name = "listed_exactly",
    .rules = "29",
    .claim =
        "A list of attempts is exactly the next page of those that match, by attempt id, each as "
        "it is.",
    .premise = "A list of attempts had one to show.",
    .watch = make_watcher<ListedExactly>};

}  // namespace leasecheck::properties
