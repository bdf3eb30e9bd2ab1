#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string_view>

/// The dimensions in which a value can be odd: legal, or to be refused, and yet unlike what
/// everybody tries first. Each seed makes few of them odd and leaves the others plain, so that a
/// failure is found among plain values and its trace stays short.
/// Source: swarm testing, Groce et al., ISSTA 2012.
namespace leasecheck::sim::values {

enum class Dimension : std::uint8_t {
  id_case,
  id_blanks,
  id_prefixes,
  id_longest,
  id_normal_forms,
  id_numbers,
  id_order,
  id_markup,
  id_hashes,
  id_crossing,
  epoch,
  distances,
  numbers,
  policies,
  spec_fields,
  payloads,
  same_instant,
  invalid_ids,
  invalid_policies,
  crowd,
};

using Dimensions = std::set<Dimension>;

/// What there is to know of one dimension.
struct DimensionInfo {
  Dimension dimension{};
  std::string_view name;     ///< as tallies count it and `--values` names it
  std::string_view option;   ///< in the head of a trace
  std::string_view meaning;  ///< what is odd
  bool is_of_ids = false;    ///< it says what all ids look like, so at most one such is odd
};

/// Every dimension there is, in the order of the enumeration.
[[nodiscard]] std::span<const DimensionInfo> dimensions();

[[nodiscard]] const DimensionInfo& info_of(Dimension dimension);

/// Which dimensions are odd in the run of a seed: none in one seed of five, else one or two.
/// `allowed`: those that may be; all of them if nothing is said. If some are named, one is odd at
/// least.
[[nodiscard]] Dimensions draw_dimensions(std::uint64_t seed,
                                         const std::optional<Dimensions>& allowed);

}  // namespace leasecheck::sim::values
