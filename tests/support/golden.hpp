#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

namespace leasecheck::tests {

/// Expects `actual` to be tests/golden/`name`, byte for byte. If it is not, the actual bytes are
/// left in the working directory, to be compared and, if the change was wanted, copied.
inline void expect_golden(const std::string& name, std::string_view actual) {
  const std::string path = LEASECHECK_ROOT "/tests/golden/" + name;
  std::ifstream in(path, std::ios::binary);
  const std::string golden{std::istreambuf_iterator<char>(in), {}};
  if (golden == actual) return;
  const std::string actual_file = testing::TempDir() + name;
  std::ofstream(actual_file, std::ios::binary) << actual;
  std::size_t line = 1;
  for (std::size_t i = 0; i < golden.size() && i < actual.size() && golden[i] == actual[i]; ++i) {
    line += golden[i] == '\n';
  }
  ADD_FAILURE() << path << " differs from line " << line << " on. To accept the change:\n  cp "
                << actual_file << ' ' << path;
}

}  // namespace leasecheck::tests
