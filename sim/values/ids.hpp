#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "leasecheck/spec/records.hpp"
#include "sim/values/dimension.hpp"

namespace leasecheck::sim::values {

/// The id of a number in a dimension of ids: numbers that are near each other have ids that
/// somebody may take for the same. Different numbers have different ids. `stem`: letters that the
/// id may be made of, at most 20. Pre: the dimension is one of ids.
[[nodiscard]] model::Id odd_id(Dimension dimension, std::string_view stem, std::uint64_t number);

/// Texts that are no ids, which a call must refuse: empty, too long in bytes, with U+0000.
[[nodiscard]] const std::vector<model::Id>& invalid_texts();

/// The same, and what is no UTF-8 and so no text: it cannot be written in JSON.
[[nodiscard]] const std::vector<model::Id>& invalid_ids();

/// How many hashes `id_hashes` has a pair of ids for. The ids of 2 n and 2 n + 1 are such a pair.
[[nodiscard]] std::size_t hash_count();

}  // namespace leasecheck::sim::values
