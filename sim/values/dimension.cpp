#include "sim/values/dimension.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "sim/check.hpp"
#include "sim/random.hpp"

namespace leasecheck::sim::values {
namespace {

constexpr auto infos = std::to_array<DimensionInfo>({
    {Dimension::id_case, "id_case", "odd_id_case", "ids that differ in case only", true},
    {Dimension::id_blanks, "id_blanks", "odd_id_blanks", "ids that differ in blanks only", true},
    {Dimension::id_prefixes, "id_prefixes", "odd_id_prefixes",
     "ids whose first 200 bytes are the same", true},
    {Dimension::id_longest, "id_longest", "odd_id_longest", "ids of 255 bytes, which end apart",
     true},
    {Dimension::id_normal_forms, "id_normal_forms", "odd_id_normal_forms",
     "ids that a Unicode normal form makes the same", true},
    {Dimension::id_numbers, "id_numbers", "odd_id_numbers", "ids that are the same number", true},
    {Dimension::id_order, "id_order", "odd_id_order",
     "ids that other orders than that of bytes sort otherwise", true},
    {Dimension::id_markup, "id_markup", "odd_id_markup",
     "ids that SQL, JSON, shells or patterns take for more than text", true},
    {Dimension::id_hashes, "id_hashes", "odd_id_hashes", "ids with the same hash of 32 bits", true},
    {Dimension::id_crossing, "id_crossing", "odd_id_crossing",
     "the same ids for attempts, runs, workers, tenants, which can be glued to the same key", true},
    {Dimension::epoch, "epoch", "odd_epoch",
     "a run across a change of clocks, digits, years or widths of numbers"},
    {Dimension::distances, "distances", "odd_distances",
     "waits of a power of two of milliseconds or seconds"},
    {Dimension::numbers, "numbers", "odd_numbers",
     "priorities, counts, limits, versions where a width of numbers ends"},
    {Dimension::policies, "policies", "odd_policies",
     "backoffs that overflow, saturate, or tie with their cap"},
    {Dimension::spec_fields, "spec_fields", "odd_spec_fields",
     "enqueues again in which one field is another"},
    {Dimension::payloads, "payloads", "odd_payloads",
     "payloads that are falsy, deep, long, escaped or of large integers"},
    {Dimension::same_instant, "same_instant", "odd_same_instant",
     "attempts that are due at the same instant with the same priority"},
    {Dimension::invalid_ids, "invalid_ids", "odd_invalid_ids", "ids that are to be refused"},
    {Dimension::invalid_policies, "invalid_policies", "odd_invalid_policies",
     "policies, timeouts and counts that are to be refused"},
    {Dimension::crowd, "crowd", "odd_crowd", "hundreds of attempts, leases, events, dead letters"},
});

// An epoch is three times as likely as the others: a run meets one of its many instants only, and
// does not become longer by it.
std::size_t weight_of(Dimension dimension) {
  return dimension == Dimension::epoch ? 3 : 1;
}

std::size_t draw_count(Stream& draw, bool is_named) {
  const std::uint64_t drawn = draw.below(20);
  if (drawn < 4) return is_named ? 1 : 0;
  return drawn < 12 ? 1 : 2;
}

}  // namespace

std::span<const DimensionInfo> dimensions() {
  return infos;
}

const DimensionInfo& info_of(Dimension dimension) {
  const DimensionInfo& info = dimensions()[static_cast<std::size_t>(dimension)];
  check(info.dimension == dimension, "the table of dimensions is in the order of the enumeration");
  return info;
}

Dimensions draw_dimensions(std::uint64_t seed, const std::optional<Dimensions>& allowed) {
  Stream draw(seed, "values");
  std::vector<const DimensionInfo*> choices;
  for (const DimensionInfo& info : dimensions()) {
    const bool is_allowed = !allowed || allowed->contains(info.dimension);
    if (is_allowed) choices.insert(choices.end(), weight_of(info.dimension), &info);
  }
  Dimensions odd;
  for (std::size_t left = draw_count(draw, allowed.has_value()); left > 0 && !choices.empty();
       --left) {
    const DimensionInfo* chosen = choices[draw.below(choices.size())];
    odd.insert(chosen->dimension);
    std::erase_if(choices, [chosen](const DimensionInfo* other) {
      return other == chosen || (chosen->is_of_ids && other->is_of_ids);
    });
  }
  return odd;
}

}  // namespace leasecheck::sim::values
