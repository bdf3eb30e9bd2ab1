#include "traces/views/promise.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "properties/property.hpp"
#include "properties/storage_properties.hpp"

namespace leasecheck::traces {

std::string promise_of(std::string_view property) {
  if (const auto* of_a_run = properties::find_property(property)) {
    return fmt::format("{} (rule {})", of_a_run->claim, of_a_run->rules);
  }
  const auto of_storage = properties::storage_properties();
  const auto found = std::ranges::find(of_storage, property, &properties::StorageClaim::name);
  return found == of_storage.end() ? "" : std::string(found->claim);
}

}  // namespace leasecheck::traces
