#include "sim/registry/fault_names.hpp"

#include <algorithm>

#include "sim/faults.hpp"

namespace leasecheck::sim {
namespace {

bool is_known(const std::string& name) {
  return std::ranges::any_of(fault_kinds(),
                             [&name](const FaultKind& kind) { return kind.name == name; });
}

std::string all_names() {
  std::string names;
  for (const FaultKind& kind : fault_kinds()) {
    names += (names.empty() ? "" : ", ") + std::string(kind.name);
  }
  return names;
}

}  // namespace

std::expected<FaultNames, std::string> parse_faults(const std::string& text) {
  if (text == "all") return std::nullopt;
  FaultNames names(std::in_place);
  if (text == "none") return names;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t comma = std::min(text.find(',', begin), text.size());
    const std::string name = text.substr(begin, comma - begin);
    if (!is_known(name)) {
      return std::unexpected("unknown fault \"" + name +
                             "\"; expected all, none, or some of: " + all_names());
    }
    names->insert(name);
    begin = comma + 1;
  }
  return names;
}

}  // namespace leasecheck::sim
