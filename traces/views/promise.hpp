#pragma once

#include <string>
#include <string_view>

namespace leasecheck::traces {

/// What a property promises, with the rules of the contract that it is about, be it one of a run or
/// one of the searches on a simulated disk. Empty for a name that no property of this program has.
[[nodiscard]] std::string promise_of(std::string_view property);

}  // namespace leasecheck::traces
