#include "leasecheck/spec/operation_traits.hpp"

namespace leasecheck::model {

std::string_view name_of(const Operation& operation) {
  return traits(operation).name;
}

bool can_change_state(const Operation& operation) {
  return traits(operation).mutates;
}

bool reads_clock(const Operation& operation) {
  const auto* several = std::get_if<EnqueueAttempts>(&operation);
  return traits(operation).reads_clock && !(several && several->attempts.empty());
}

}  // namespace leasecheck::model
