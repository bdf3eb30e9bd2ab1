#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "leasecheck/spec/time.hpp"

namespace leasecheck::sim {

/// How often which duration was seen, in bounded memory. Durations below 2,048 ms are kept as they
/// are, longer ones by their first eleven binary digits, which is less than 0.1 % too little; the
/// longest is kept as it is.
class Histogram {
 public:
  using Counts = std::map<model::Duration, std::uint64_t>;

  Histogram() = default;
  /// Pre: what `counts` and `longest` of another gave.
  Histogram(Counts counts, model::Duration longest);

  /// Complexity: logarithmic in the number of different durations, of which there are at most 54
  /// thousand. Pre: `duration` is not negative.
  void add(model::Duration duration);
  void add(const Histogram& other);

  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] const Counts& counts() const { return counts_; }
  /// Nothing where nothing was seen, as of `percentile`.
  [[nodiscard]] std::optional<model::Duration> longest() const;
  /// The shortest duration that so many of a hundred did not exceed (nearest rank).
  /// Pre: 1 to 100.
  [[nodiscard]] std::optional<model::Duration> percentile(std::uint32_t percent) const;

  bool operator==(const Histogram&) const = default;

 private:
  Counts counts_;
  std::uint64_t count_ = 0;
  model::Duration longest_{0};
};

}  // namespace leasecheck::sim
