#include "work_bell.hpp"

#include <algorithm>

#include "machine.hpp"

namespace lease {

void WorkBell::ring(std::uint64_t attempts) {
  // More are never waiting to any purpose: whoever finds a full hand rings again.
  constexpr std::uint64_t most = 64;
  if (attempts == 0) return;
  {
    const std::lock_guard lock(mutex_);
    rings_ = std::min(rings_ + attempts, most);
  }
  attempts == 1 ? rung_.notify_one() : rung_.notify_all();
}

void WorkBell::silence() {
  const std::lock_guard lock(mutex_);
  rings_ = 0;
}

bool WorkBell::wait(const std::stop_token& stop, Duration timeout,
                    const std::function<bool()>& has_changed, Duration look_period) {
  const Duration begin = uptime();
  std::unique_lock lock(mutex_);
  while (rings_ == 0) {
    const Duration left = timeout - (uptime() - begin);
    if (left <= Duration{0} || stop.stop_requested()) return false;
    const bool looks = has_changed && !is_watched_;
    is_watched_ = is_watched_ || looks;
    rung_.wait_for(lock, stop, looks ? std::min(look_period, left) : left,
                   [&] { return rings_ > 0 || (!looks && has_changed && !is_watched_); });
    if (!looks) continue;
    if (rings_ == 0) {
      lock.unlock();
      const bool changed = has_changed();
      lock.lock();
      if (changed) ++rings_;
    }
    is_watched_ = false;
  }
  --rings_;
  // Somebody else is to look now.
  lock.unlock();
  rung_.notify_one();
  return true;
}

}  // namespace lease
