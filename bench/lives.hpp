#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "bench/support.hpp"

namespace leasecheck::bench {

/// What each operation took, call by call.
using Costs = std::map<std::string, std::vector<double>>;

/// A hundred attempts go through their lives ahead of the crowd, and are gone afterwards. `measure`
/// answers what a call cost.
void add_round(Costs& costs, lease::AttemptRepository& repository, SetClock& clock,
               const std::function<double(const std::function<void()>&)>& measure);

}  // namespace leasecheck::bench
