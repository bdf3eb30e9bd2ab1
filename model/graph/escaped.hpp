#pragma once

#include <string>
#include <string_view>

/// Names in the texts of this folder. They are printable ASCII; what is not becomes a question
/// mark.
namespace leasecheck::graph {

/// As it stands between double quotes in DOT and JSON.
[[nodiscard]] std::string escaped(std::string_view text);

/// The same with the quotes.
[[nodiscard]] std::string in_quotes(std::string_view text);

/// As it stands between the tags of XML and of Graphviz's HTML-like labels.
[[nodiscard]] std::string in_xml(std::string_view text);

}  // namespace leasecheck::graph
