#pragma once

#include <cstdint>
#include <fstream>
#include <optional>
#include <string>

namespace leasecheck::cli {

/// The lines of a file that may still be growing.
class LogFile {
 public:
  /// Throws: Stop, if it cannot be opened.
  explicit LogFile(std::string name);

  /// The next line, without its end.
  /// Returns: nothing, if no further line is whole by now.
  /// Throws: Stop, for one that is longer than a line may be, and if reading fails.
  [[nodiscard]] std::optional<std::string> next();

  /// What stands behind the last whole line, once no line follows: it was cut short, or it is being
  /// written. Empty afterwards.
  [[nodiscard]] std::string take_rest();

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::uint64_t lines() const { return lines_; }
  /// "FILE:LINE" of the line that was read last.
  [[nodiscard]] std::string place() const { return name_ + ":" + std::to_string(lines_); }

 private:
  std::string name_;
  std::ifstream in_;
  std::string rest_;
  std::uint64_t lines_ = 0;
};

}  // namespace leasecheck::cli
