#include "properties/storage_properties.hpp"

#include <array>
#include <cstddef>

namespace leasecheck::properties {

std::span<const StorageClaim> storage_properties() {
  using enum StorageProperty;
  static constexpr std::array claims{
      StorageClaim{durable, "durable", "what was acknowledged is still there after a crash"},
      StorageClaim{atomic, "atomic",
                   "a crash leaves the state before the operation or the one after it"},
      StorageClaim{truthful, "truthful", "the answer fits what is stored"},
      StorageClaim{recovers, "recovers",
                   "the repository opens and works as long as nothing that was synced is lost"},
      StorageClaim{available, "available",
                   "on a disk that works nobody is refused because others are at work"},
      StorageClaim{linearizable, "linearizable",
                   "some order of the operations explains all answers and what is stored"},
      StorageClaim{progress, "progress",
                   "once nothing fails any more, every attempt becomes terminal"}};
  return claims;
}

std::string_view name_of(StorageProperty property) {
  return storage_properties()[static_cast<std::size_t>(property)].name;
}

}  // namespace leasecheck::properties
