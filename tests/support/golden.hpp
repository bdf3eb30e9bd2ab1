#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

namespace leasecheck::tests {

/// Expects `actual` to be tests/golden/`name`, byte for byte. If it is not, the actual bytes are
/// left in the temporary directory, to be compared and, if the change was wanted, copied. With
/// LEASECHECK_UPDATE_GOLDEN set in the environment they are written over the file instead.
inline void expect_golden(const std::string& name, std::string_view actual) {
  const std::filesystem::path file = LEASECHECK_ROOT "/tests/golden/" + name;
  std::ifstream in(file, std::ios::binary);
  const std::string golden{std::istreambuf_iterator<char>(in), {}};
  if (golden == actual) return;
  const bool is_update = std::getenv("LEASECHECK_UPDATE_GOLDEN") != nullptr;
  const std::filesystem::path written =
      is_update ? file : std::filesystem::path(testing::TempDir()) / file.filename();
  std::filesystem::create_directories(written.parent_path());
  std::ofstream(written, std::ios::binary) << actual;
  if (is_update) return;
  std::size_t line = 1;
  for (std::size_t i = 0; i < golden.size() && i < actual.size() && golden[i] == actual[i]; ++i) {
    line += golden[i] == '\n';
  }
  ADD_FAILURE() << file << " differs from line " << line << " on. To accept the change:\n  cp "
                << written << ' ' << file;
}

}  // namespace leasecheck::tests
