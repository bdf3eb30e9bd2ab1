#include "properties/property.hpp"

namespace leasecheck::properties {

Complaint Watcher::after(const Happened&) {
  return std::nullopt;
}

bool Watcher::is_promised() const {
  return true;
}

}  // namespace leasecheck::properties
