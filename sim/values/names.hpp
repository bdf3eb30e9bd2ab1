#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "leasecheck/spec/records.hpp"
#include "sim/values/dimension.hpp"

namespace leasecheck::sim::values {

/// What everything is called in one run: plain ids, or those of the one dimension of ids that is
/// odd. Things of the same kind with different numbers have different ids.
class Names {
 public:
  Names() = default;
  /// The numbers of odd ids begin where the seed says, so that each of them is met in some run.
  Names(const Dimensions& odd, std::uint64_t seed);

  [[nodiscard]] bool are_odd() const { return odd_.has_value(); }
  [[nodiscard]] model::Id attempt(std::uint64_t number) const;
  [[nodiscard]] model::Id run(std::uint64_t number) const;
  [[nodiscard]] model::Id worker(std::uint64_t number) const;
  [[nodiscard]] model::Id tenant(std::uint64_t number) const;
  /// Of an event; `plain` is what it is called where ids are plain.
  [[nodiscard]] model::Id kind(std::string_view plain) const;
  /// What the worker that was first called `first` is called under its `number`th name.
  [[nodiscard]] static model::Id later_name(const model::Id& first, std::uint64_t number);

 private:
  [[nodiscard]] model::Id odd(std::string_view stem, std::uint64_t number) const;

  std::optional<Dimension> odd_;
  std::uint64_t first_ = 0;
};

}  // namespace leasecheck::sim::values
