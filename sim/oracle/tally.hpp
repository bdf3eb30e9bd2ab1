#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "leasecheck/spec/time.hpp"
#include "sim/faults.hpp"

namespace leasecheck::sim {

/// Counts under names.
using Counts = std::map<std::string, std::uint64_t>;

/// What was seen in a run, or in many. A new counter is entered in `for_each_counter` as well; its
/// sum over runs and its form in files follow from there.
struct Tally {
  std::uint64_t runs = 0;
  std::uint64_t operations = 0;
  model::Duration virtual_time{0};
  std::map<std::string, Counts> outcomes;  ///< by operation, then by outcome
  std::uint64_t disk_calls = 0;            ///< each a point at which a simulated disk could fail
  std::uint64_t rounds = 0;                ///< in which several processes called at the same time
  Counts at_once;                          ///< by outcome, what the calls of those rounds answered
  Counts transitions;                      ///< "leased to queued by release_lease"
  Counts faults;                           ///< by kind
  Counts values;                           ///< runs in which a dimension of values was odd
  Counts premises;                         ///< of properties that were promised
  Counts not_promised;                     ///< runs in which a property was not promised
  Counts differences;                      ///< runs in which the subject declared that difference
  Counts skipped;                          ///< operations that the subject does not offer

  /// Counts what `other` counted as well.
  void add(const Tally& other);
  void add(const FaultCounts& counts);
};

/// Calls `visit(name, member)` for every counter, in the order in which reports show them.
template <typename Visitor>
void for_each_counter(Visitor&& visit) {
  visit("runs", &Tally::runs);
  visit("operations", &Tally::operations);
  visit("virtual_time_ms", &Tally::virtual_time);
  visit("outcomes", &Tally::outcomes);
  visit("disk_calls", &Tally::disk_calls);
  visit("rounds", &Tally::rounds);
  visit("at_once", &Tally::at_once);
  visit("transitions", &Tally::transitions);
  visit("faults", &Tally::faults);
  visit("values", &Tally::values);
  visit("premises", &Tally::premises);
  visit("not_promised", &Tally::not_promised);
  visit("differences", &Tally::differences);
  visit("skipped", &Tally::skipped);
}

}  // namespace leasecheck::sim
