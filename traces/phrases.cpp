#include "traces/phrases.hpp"

#include <fmt/format.h>

#include <cstdlib>

namespace leasecheck::traces {

std::string counted(std::int64_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

std::string at_most(std::uint64_t limit, std::string_view one) {
  return fmt::format("at most {} {}{}", limit, one, limit == 1 ? "" : "s");
}

std::string duration(model::Duration duration) {
  const std::int64_t ms = duration.count();
  if (ms % 1000 == 0 && ms != 0) return fmt::format("{} s", ms / 1000);
  if (ms > -1000 && ms < 1000) return fmt::format("{} ms", ms);
  return fmt::format("{}{}.{:03} s", ms < 0 ? "-" : "", std::abs(ms / 1000), std::abs(ms % 1000));
}

}  // namespace leasecheck::traces
