#pragma once

#include <string>
#include <vector>

namespace leasecheck::sim {

/// The environment of this process, as "NAME=VALUE": what programs under test are started with.
[[nodiscard]] std::vector<std::string> environment_of_this_process();

}  // namespace leasecheck::sim
