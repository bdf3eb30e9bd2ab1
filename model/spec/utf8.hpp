#pragma once

#include <cstddef>
#include <string_view>

/// The model's own judgement of text. An implementation uses a library for it; this is written from
/// the standard instead, so that a mistake in that library is found and not repeated.
namespace leasecheck::model {

/// The length of the well-formed UTF-8 sequence with which `text` begins; 0 if it begins with none.
/// Noncharacters are characters here, surrogates and overlong forms are not.
/// Source: The Unicode Standard 15.0, table 3-7.
[[nodiscard]] std::size_t utf8_sequence_length(std::string_view text);

/// Whether the whole text is well-formed UTF-8.
[[nodiscard]] bool is_utf8(std::string_view text);

}  // namespace leasecheck::model
