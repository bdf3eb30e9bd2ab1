#include "sim/registry/fault_names.hpp"

#include <algorithm>

namespace leasecheck::sim {
namespace {

std::string all_names() {
  std::string names;
  for (const FaultInfo& info : fault_kinds()) {
    names += (names.empty() ? "" : ", ") + std::string(info.name);
  }
  return names;
}

}  // namespace

std::expected<std::optional<FaultKinds>, std::string> parse_faults(const std::string& text) {
  if (text == "all") return std::nullopt;
  FaultKinds kinds;
  if (text == "none") return kinds;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t comma = std::min(text.find(',', begin), text.size());
    const std::string name = text.substr(begin, comma - begin);
    const auto info = std::ranges::find(fault_kinds(), name, &FaultInfo::name);
    if (info == fault_kinds().end()) {
      return std::unexpected("unknown fault \"" + name +
                             "\"; expected all, none, or some of: " + all_names());
    }
    kinds.insert(info->kind);
    begin = comma + 1;
  }
  return kinds;
}

std::string to_text(const std::optional<FaultKinds>& kinds) {
  if (!kinds) return "all";
  std::string names;
  for (const FaultInfo& info : fault_kinds()) {
    if (!kinds->contains(info.kind)) continue;
    names += (names.empty() ? "" : ",") + std::string(info.name);
  }
  return names.empty() ? "none" : names;
}

}  // namespace leasecheck::sim
