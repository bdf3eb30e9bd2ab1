#include "sim/statistics/statistics.hpp"

#include <algorithm>

namespace leasecheck::sim {

void Statistics::add(const Statistics& other) {
  for_each_sum([&](const char*, auto sum) { this->*sum += other.*sum; });
  duration += other.duration;
  deepest = std::max(deepest, other.deepest);
  time_in_queue.add(other.time_in_queue);
  time_to_recovery.add(other.time_to_recovery);
  interval = std::max(interval, other.interval);
  intervals.resize(std::max(intervals.size(), other.intervals.size()));
  for (std::size_t i = 0; i < other.intervals.size(); ++i) {
    intervals[i].finished += other.intervals[i].finished;
    intervals[i].ready = std::max(intervals[i].ready, other.intervals[i].ready);
    intervals[i].leased = std::max(intervals[i].leased, other.intervals[i].leased);
  }
}

}  // namespace leasecheck::sim
