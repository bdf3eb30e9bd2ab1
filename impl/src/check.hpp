#pragma once

#include <cstdio>
#include <cstdlib>

namespace lease {

/// Ends the process when a caller broke a precondition: in every build, because going on would
/// write what no contract describes.
inline void check(bool holds, const char* claim) {
  if (holds) return;
  std::fprintf(stderr, "lease: broken precondition: %s\n", claim);
  std::abort();
}

}  // namespace lease
