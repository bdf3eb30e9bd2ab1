#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace leasecheck::cli {

/// The real time that a command was given, from when this was made.
class Budget {
 public:
  using Span = std::chrono::milliseconds;

  /// Nothing: without an end.
  explicit Budget(std::optional<Span> whole) : whole_(whole) {}

  /// What a flag says, where 0 stands for a flag that is not given: without an end.
  static Budget of_flag(std::int64_t milliseconds) {
    return Budget(milliseconds > 0 ? std::optional(Span{milliseconds}) : std::nullopt);
  }

  /// From then on nothing further is begun.
  [[nodiscard]] bool is_spent() const { return whole_ && passed() >= *whole_; }

  /// A tenth or two seconds later, whichever is longer, what still runs is given up.
  [[nodiscard]] bool is_overdue() const;

  /// What is left before it is spent; 0 once it is. Pre: it has an end.
  [[nodiscard]] Span left() const;

  /// Its first `parts` of `of` equal parts.
  [[nodiscard]] Budget first(int parts, int of) const;

 private:
  [[nodiscard]] std::chrono::steady_clock::duration passed() const {
    return std::chrono::steady_clock::now() - began_;
  }

  std::optional<Span> whole_;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

}  // namespace leasecheck::cli
