#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <stop_token>

#include "lease/clock.hpp"

namespace lease {

/// Wakes those who wait for work, about one for each attempt. A wake-up too many costs its owner a
/// claim that finds nothing; one that comes while nobody waits is kept for who comes next.
/// Thread: any.
class WorkBell {
 public:
  /// So many attempts may have become dispatchable.
  void ring(std::uint64_t attempts);

  /// Nothing is dispatchable: what rang before has been served. To be called where no attempt can
  /// become so before the caller knows that none was.
  void silence();

  /// Waits for a ring. Of those who wait, one calls `has_changed` every `look_period` and rings if
  /// it is so; without it nobody looks.
  /// Returns: whether there was one; false after `timeout` or a request to stop.
  [[nodiscard]] bool wait(const std::stop_token& stop, Duration timeout,
                          const std::function<bool()>& has_changed, Duration look_period);

 private:
  std::mutex mutex_;  // of what follows
  std::condition_variable_any rung_;
  std::uint64_t rings_ = 0;  ///< that have woken nobody yet
  bool is_watched_ = false;  ///< one of those who wait looks
};

}  // namespace lease
