#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "leasecheck/spec/records.hpp"
#include "sim/values/dimension.hpp"

namespace leasecheck::sim::values {

/// The id of a number in a dimension of ids. The ids of 2 n and 2 n + 1 are a pair that somebody
/// may take for the same, or whose order or meaning somebody may get wrong. Different numbers have
/// different ids. `stem`: 1 to 20 ASCII letters of which the id may be made. Pre: the dimension is
/// one of ids.
[[nodiscard]] model::Id odd_id(Dimension dimension, std::string_view stem, std::uint64_t number);

/// How many ways to write an id a dimension has, an even number: the ids of the numbers from this
/// one on are the earlier ones with another number in them. Pre: the dimension is one of ids.
[[nodiscard]] std::uint64_t spelling_count(Dimension dimension);

/// Texts that are no ids, which a call must refuse: empty, too long in bytes, with U+0000.
[[nodiscard]] const std::vector<model::Id>& invalid_texts();

/// The same, and what is no UTF-8 and so no text: it cannot be written in JSON.
[[nodiscard]] const std::vector<model::Id>& invalid_ids();

}  // namespace leasecheck::sim::values
