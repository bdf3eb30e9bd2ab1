#include "sim/oracle/tally.hpp"

namespace leasecheck::sim {
namespace {

template <typename Number>
void add_to(Number& sum, const Number& more) {
  sum += more;
}

template <typename Value>
void add_to(std::map<std::string, Value>& sum, const std::map<std::string, Value>& more) {
  for (const auto& [name, value] : more) add_to(sum[name], value);
}

}  // namespace

void Tally::add(const Tally& other) {
  for_each_counter([&](const char*, auto counter) { add_to(this->*counter, other.*counter); });
}

void Tally::add(const FaultCounts& counts) {
  for (const auto& [kind, count] : counts) faults[std::string(info_of(kind).name)] += count;
}

}  // namespace leasecheck::sim
