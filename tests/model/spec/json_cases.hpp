#pragma once

#include <charconv>
#include <fstream>
#include <string>
#include <vector>

namespace leasecheck::tests {

struct JsonCase {
  std::string name;  ///< begins with y_ (must be accepted), n_ (must be refused) or i_ (either)
  std::string text;
};

/// `%HH` stands for the byte HH.
inline std::string decoded(const std::string& text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned byte = static_cast<unsigned char>(text[i]);
    if (text[i] == '%') {
      std::from_chars(text.data() + i + 1, text.data() + i + 3, byte, 16);
      i += 2;
    }
    bytes += static_cast<char>(byte);
  }
  return bytes;
}

inline std::string repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

/// The cases of JSONTestSuite; see json_cases.txt for their source and licence.
inline const std::vector<JsonCase>& json_cases() {
  static const std::vector<JsonCase> cases = [] {
    std::vector<JsonCase> all{
        {"i_structure_500_nested_arrays", repeated("[", 500) + repeated("]", 500)},
        {"n_structure_100000_opening_arrays", repeated("[", 100'000)},
        {"n_structure_open_array_object", repeated("[{\"\":", 50'000) + "\n"}};
    std::ifstream in(LEASECHECK_ROOT "/tests/model/spec/json_cases.txt");
    for (std::string line; std::getline(in, line);) {
      const std::size_t blank = line.find(' ');
      if (line.starts_with('#')) continue;
      all.push_back({line.substr(0, blank), decoded(line.substr(blank + 1))});
    }
    return all;
  }();
  return cases;
}

}  // namespace leasecheck::tests
