#pragma once

#include <cstdint>
#include <string>

/// A resource that checks fencing tokens: a log, and beside it the highest token that was shown for
/// each key. Any number of processes write to it.
class FencedFile {
 public:
  explicit FencedFile(std::string path) : path_(std::move(path)) {}

  /// Appends "KEY TOKEN TEXT" unless a higher token was shown for the key before.
  /// Returns: whether it did. Throws: std::runtime_error where the file cannot be written.
  bool append(const std::string& key, std::uint64_t token, const std::string& text);

 private:
  std::string path_;
};
