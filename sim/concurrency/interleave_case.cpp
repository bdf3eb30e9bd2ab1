#include "sim/concurrency/interleave_case.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "sim/check.hpp"

namespace leasecheck::sim {

std::vector<InterleaveCase> interleave_cases(InterleaveScope scope) {
  const std::vector<SmallOperation> operations = small_operations();
  const auto named = [&operations](std::string_view name) {
    const auto found = std::ranges::find(operations, name, &SmallOperation::name);
    check(found != operations.end(), "there is an operation of this name");
    return *found;
  };
  // Who wants the same lease: its holder, those who take it away, and those who want it next.
  constexpr std::array<std::array<std::string_view, 3>, 5> at_odds{
      {{"ack_completed", "reap", "claim"},
       {"heartbeat", "reap", "claim"},
       {"time_out", "reap", "ack_failed"},
       {"claim", "claim", "cancel"},
       {"claim_several", "claim_several", "reap"}}};
  std::vector<InterleaveCase> cases;
  for (const PriorState& prior : prior_states()) {
    if (scope == InterleaveScope::triples) {
      if (prior.name != "leased" && prior.name != "queued") continue;
      for (const auto& [first, second, third] : at_odds) {
        cases.push_back({prior, {named(first), named(second), named(third)}});
      }
      continue;
    }
    for (auto left = operations.begin(); left != operations.end(); ++left) {
      for (auto right = left; right != operations.end(); ++right) {
        cases.push_back({prior, {*left, *right}});
      }
    }
  }
  return cases;
}

std::string name_of(const InterleaveCase& subject) {
  std::string name = subject.prior.name;
  for (const SmallOperation& operation : subject.operations) {
    name += (&operation == &subject.operations.front() ? '/' : '+') + operation.name;
  }
  return name;
}

}  // namespace leasecheck::sim
