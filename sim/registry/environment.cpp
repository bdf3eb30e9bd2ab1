#include "sim/registry/environment.hpp"

#include <unistd.h>

namespace leasecheck::sim {

std::vector<std::string> environment_of_this_process() {
  std::vector<std::string> entries;
  for (char** entry = environ; *entry != nullptr; ++entry) entries.emplace_back(*entry);
  return entries;
}

}  // namespace leasecheck::sim
