#pragma once

#include <chrono>
#include <string>

namespace leasecheck::cli {

/// One line on standard error that says how far long work has come; only on a terminal, and gone at
/// the end.
class Progress {
 public:
  Progress();
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Whether `show` would show anything now: for those who are told of work more often than that.
  [[nodiscard]] bool is_due() const;

  /// Shows `text`, at most ten times a second.
  void show(const std::string& text);

 private:
  bool is_terminal_;
  bool is_shown_ = false;
  std::chrono::steady_clock::time_point next_{};
};

}  // namespace leasecheck::cli
