#include "cli/views/promise.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "properties/property.hpp"
#include "sim/storage/storage_properties.hpp"

namespace leasecheck::cli {

std::string promise_of(std::string_view property) {
  if (const auto* of_a_run = properties::find_property(property)) {
    return fmt::format("{} (rule {})", of_a_run->claim, of_a_run->rules);
  }
  const auto of_storage = sim::storage_properties();
  const auto found = std::ranges::find(of_storage, property, &sim::StorageClaim::name);
  return found == of_storage.end() ? "" : std::string(found->claim);
}

}  // namespace leasecheck::cli
