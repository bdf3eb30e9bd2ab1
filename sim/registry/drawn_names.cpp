#include "sim/registry/drawn_names.hpp"

#include <algorithm>
#include <set>
#include <span>

namespace leasecheck::sim {
namespace {

std::string joined(const auto& infos, const char* between, const auto& is_wanted) {
  std::string names;
  for (const auto& info : infos) {
    if (is_wanted(info)) names += (names.empty() ? "" : between) + std::string(info.name);
  }
  return names;
}

// The enumerators that a text names; nothing for all of them.
template <typename Info, typename Kind>
std::expected<std::optional<std::set<Kind>>, std::string> parse(const std::string& text,
                                                                std::span<const Info> infos,
                                                                Kind Info::*kind,
                                                                const char* what) {
  if (text == "all") return std::nullopt;
  std::set<Kind> kinds;
  if (text == "none") return kinds;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t comma = std::min(text.find(',', begin), text.size());
    const std::string name = text.substr(begin, comma - begin);
    const auto info = std::ranges::find(infos, name, &Info::name);
    if (info == infos.end()) {
      return std::unexpected("unknown " + std::string(what) + " \"" + name +
                             "\"; expected all, none, or some of: " +
                             joined(infos, ", ", [](const Info&) { return true; }));
    }
    kinds.insert((*info).*kind);
    begin = comma + 1;
  }
  return kinds;
}

template <typename Info, typename Kind>
std::string listed(const std::optional<std::set<Kind>>& kinds, std::span<const Info> infos,
                   Kind Info::*kind) {
  if (!kinds) return "all";
  const std::string names =
      joined(infos, ",", [&](const Info& info) { return kinds->contains(info.*kind); });
  return names.empty() ? "none" : names;
}

}  // namespace

std::expected<std::optional<FaultKinds>, std::string> parse_faults(const std::string& text) {
  return parse(text, fault_kinds(), &FaultInfo::kind, "fault");
}

std::expected<std::optional<values::Dimensions>, std::string> parse_values(
    const std::string& text) {
  return parse(text, values::dimensions(), &values::DimensionInfo::dimension,
               "dimension of values");
}

std::string to_text(const std::optional<FaultKinds>& kinds) {
  return listed(kinds, fault_kinds(), &FaultInfo::kind);
}

std::string to_text(const std::optional<values::Dimensions>& dimensions) {
  return listed(dimensions, values::dimensions(), &values::DimensionInfo::dimension);
}

}  // namespace leasecheck::sim
