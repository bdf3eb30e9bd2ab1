#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace leasecheck::properties {

/// What the searches on a simulated disk check. The properties of a run (registry.hpp)
/// speak of one operation after the other; these speak of crashes and of operations that overlap.
enum class StorageProperty : std::uint8_t {
  durable,
  atomic,
  truthful,
  recovers,
  available,
  linearizable,
  progress
};

struct StorageClaim {
  StorageProperty property{};
  std::string_view name;    ///< as findings and traces have it
  std::string_view claim;   ///< one sentence
  std::string_view source;  ///< where the contract promises it: "rule 17"
};

/// Every storage property, in the order of the enumeration.
[[nodiscard]] std::span<const StorageClaim> storage_properties();

[[nodiscard]] std::string_view name_of(StorageProperty property);

}  // namespace leasecheck::properties
