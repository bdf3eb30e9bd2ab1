#pragma once

#include <system_error>
#include <thread>
#include <vector>

namespace leasecheck::check {

/// Runs `body(0)` … `body(jobs - 1)` at once and returns when all are done. Where the system gives
/// no thread the caller's own does the work, one body after another: slower, never wrong.
template <typename Body>
void parallel(unsigned jobs, Body&& body) {
  std::vector<std::jthread> threads;
  unsigned started = 1;
  try {
    for (; started < jobs; ++started) {
      threads.emplace_back([&body, started] { body(started); });
    }
  } catch (const std::system_error&) {
    for (; started < jobs; ++started) body(started);
  }
  body(0);
}

}  // namespace leasecheck::check
