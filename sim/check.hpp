#pragma once

#include <cstdio>
#include <cstdlib>
#include <source_location>
#include <string_view>

namespace leasecheck::sim {

/// Always on: a programmer's error ends the process, naming the place.
inline void check(bool holds, std::string_view what,
                  std::source_location where = std::source_location::current()) {
  if (holds) return;
  std::fprintf(stderr, "leasecheck: internal error at %s:%u: %.*s\n", where.file_name(),
               where.line(), static_cast<int>(what.size()), what.data());
  std::abort();
}

}  // namespace leasecheck::sim
