#include "model/graph/escaped.hpp"

namespace leasecheck::graph {
namespace {

char printable(char letter) {
  return letter >= ' ' && letter <= '~' ? letter : '?';
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string result;
  for (const char letter : text) {
    if (letter == '"' || letter == '\\') result += '\\';
    result += printable(letter);
  }
  return result;
}

std::string in_quotes(std::string_view text) {
  return "\"" + escaped(text) + "\"";
}

std::string in_xml(std::string_view text) {
  std::string result;
  for (const char letter : text) {
    switch (letter) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      default:
        result += printable(letter);
    }
  }
  return result;
}

}  // namespace leasecheck::graph
