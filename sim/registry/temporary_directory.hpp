#pragma once

#include <expected>
#include <filesystem>
#include <string>

namespace leasecheck::sim {

/// A directory of its own in memory (or where TMPDIR says), removed with this object, or in the end
/// by sim/cleanup.hpp.
class TemporaryDirectory {
 public:
  /// Errors: in words, naming the directory that could not be made.
  [[nodiscard]] static std::expected<TemporaryDirectory, std::string> create();

  TemporaryDirectory(TemporaryDirectory&& other) noexcept;
  TemporaryDirectory& operator=(TemporaryDirectory&& other) noexcept;
  ~TemporaryDirectory();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  explicit TemporaryDirectory(std::filesystem::path path) : path_(std::move(path)) {}
  void remove() noexcept;

  std::filesystem::path path_;
};

}  // namespace leasecheck::sim
