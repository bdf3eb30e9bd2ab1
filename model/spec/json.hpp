#pragma once

#include <string_view>

namespace leasecheck::model {

/// Rule 13: whether `text` is exactly one JSON value in UTF-8. What RFC 8259 leaves to the reader
/// is settled so:
///  - a byte order mark may stand before the value;
///  - a number must not round to infinity as a double; one that rounds to zero may;
///  - an escaped surrogate must be one half of a pair, since what is none cannot be written as
///  UTF-8;
///  - names may repeat within an object, and values may nest to any depth.
/// Source: RFC 8259. The grammar is followed here by hand, for the reason given in utf8.hpp.
/// Complexity: linear in the text.
[[nodiscard]] bool is_json(std::string_view text);

}  // namespace leasecheck::model
