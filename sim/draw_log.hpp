#pragma once

#include <cstdint>

namespace leasecheck::sim {

/// Notes every number that any stream draws in its thread while the log exists, so that two runs
/// can be compared by what they drew. For checks of determinism. Logs may be nested; then the
/// innermost one notes.
class DrawLog {
 public:
  DrawLog();
  ~DrawLog();
  DrawLog(const DrawLog&) = delete;
  DrawLog& operator=(const DrawLog&) = delete;

  /// The log that notes in this thread; null if there is none.
  [[nodiscard]] static DrawLog* current();

  void add(std::uint64_t drawn) { sum_ += drawn; }

  /// The sum of the numbers so far.
  [[nodiscard]] std::uint64_t digest() const { return sum_; }

 private:
  DrawLog* outer_;
  std::uint64_t sum_ = 0;
};

}  // namespace leasecheck::sim
