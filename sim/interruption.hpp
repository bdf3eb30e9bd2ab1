#pragma once

#include <atomic>

namespace leasecheck::sim {

/// Whether this process was asked to end, by a signal: whoever waits for a program waits no longer.
/// Set once, by a handler of signals, and read by whoever does long work.
inline std::atomic<bool> interrupted = false;
static_assert(std::atomic<bool>::is_always_lock_free, "a handler of signals takes no lock");

}  // namespace leasecheck::sim
