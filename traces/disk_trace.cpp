#include "traces/disk_trace.hpp"

#include <algorithm>
#include <variant>

namespace leasecheck::traces {

bool is_disk_trace(const Trace& trace) {
  return std::ranges::any_of(
      trace.steps, [](const Step& step) { return std::holds_alternative<DiskEvent>(step.what); });
}

}  // namespace leasecheck::traces
