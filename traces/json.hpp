#pragma once

#include <expected>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

/// JSON as traces and the protocol with subjects write it: ordered, bounded in depth, any bytes.
namespace leasecheck::traces {

/// Keeps the order of keys, so that the same value is the same bytes.
using Json = nlohmann::ordered_json;

/// What decoding answers: the value, or "FIELD: expected …, found …".
template <class T>
using Decoded = std::expected<T, std::string>;

/// Objects and arrays may nest this deep in what is read; a payload that nests deeper is carried as
/// text. JSON is printed recursively, and hostile input must not end in an overflow of the stack.
inline constexpr int deepest_nesting = 64;

/// So many values at most stand in one text, which bounds the memory that it takes by its size.
inline constexpr std::size_t most_values = std::size_t{1} << 21;

/// Parses one JSON value.
/// Errors: not JSON, nested deeper than `deepest_nesting`, more than `most_values`, or an object in
/// which a name is repeated: readers do not agree about what that means.
/// Complexity: n log n in the length of the text.
[[nodiscard]] Decoded<Json> parse_json(std::string_view text);

/// Prints on one line, without blanks.
[[nodiscard]] std::string print_json(const Json& json);

/// A string of any bytes: itself if it is UTF-8, otherwise `{"hex":"…"}`.
[[nodiscard]] Json text_to_json(std::string_view text);

/// Where words and numbers stand for what JSON cannot hold.
[[nodiscard]] std::string text_from_json(const Json& json, std::string& text);
/// The payload of an event, of which JSON is asked and nothing more: names may be repeated in it.
/// Returns: discarded, if it is no JSON, or too deep or too large for a line.
[[nodiscard]] Json payload_to_json(std::string_view payload, int deepest = deepest_nesting);
[[nodiscard]] Json payload_if_canonical(const std::string& payload);
[[nodiscard]] std::string canonical_payload(const Json& json);

/// ": expected WANTED, found …"; what a value that is not as wanted is answered with.
[[nodiscard]] std::string expected(std::string_view wanted, const Json& found);

}  // namespace leasecheck::traces
