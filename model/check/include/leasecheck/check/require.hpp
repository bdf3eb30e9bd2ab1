#pragma once

#include <cstdio>
#include <cstdlib>
#include <source_location>

namespace leasecheck::check {

/// Aborts with `claim` and its place in the source unless `holds`: for mistakes of the programmer
/// (an encoding that loses a field), never for outcomes. Always on.
inline void require(bool holds, const char* claim,
                    std::source_location where = std::source_location::current()) {
  if (holds) [[likely]]
    return;
  std::fprintf(stderr, "%s:%u: model checker: %s\n", where.file_name(),
               static_cast<unsigned>(where.line()), claim);
  std::abort();
}

}  // namespace leasecheck::check
