#include "properties/storage_properties.hpp"

#include <array>
#include <cstddef>

namespace leasecheck::properties {

std::span<const StorageClaim> storage_properties() {
  using enum StorageProperty;
  static constexpr std::array claims{
      StorageClaim{durable, "durable", "What was answered is still there after a crash.",
                   "rule 17"},
      StorageClaim{
          atomic, "atomic",
          "After a crash at any point the state is the one before the operation or the one "
          "after it.",
          "rule 17"},
      StorageClaim{truthful, "truthful",
                   "The answer fits what is stored: unavailable says whether the effect is none or "
                   "unknown, and an operation with none has left nothing.",
                   "rule 17, errors: unavailable"},
      StorageClaim{
          recovers, "recovers",
          "After a crash the repository opens and works, as long as nothing that was synced "
          "is lost.",
          "rule 17"},
      StorageClaim{
          available, "available",
          "On a disk that works nobody is refused as unavailable because others are at work.",
          "errors: unavailable"},
      StorageClaim{
          linearizable, "linearizable",
          "Every operation is one transaction: some order of the operations, one after the "
          "other, explains all answers and what is stored.",
          "rule 17"},
      StorageClaim{progress, "progress",
                   "Once nothing fails any more, every attempt becomes terminal.", "rule 24"}};
  return claims;
}

std::string_view name_of(StorageProperty property) {
  return storage_properties()[static_cast<std::size_t>(property)].name;
}

}  // namespace leasecheck::properties
