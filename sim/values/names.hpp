#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "leasecheck/spec/records.hpp"
#include "sim/values/dimension.hpp"

namespace leasecheck::sim::values {

/// What happens in a run that its events tell of.
enum class EventKind : std::uint8_t {
  progress,  ///< of whoever works on an attempt
  strange,   ///< of a client that holds nothing
};

/// What everything is called in one run: plain ids, or those of the one dimension of ids that is
/// odd. Things of the same kind with different numbers have different ids. Attempts, runs and
/// workers are numbered from 1 on, tenants from 0; the first two of each kind are a pair of
/// `odd_id`, as are the two kinds of events.
class Names {
 public:
  Names() = default;
  /// The numbers of odd ids begin at a pair that the seed draws from all that the dimension has.
  Names(const Dimensions& odd, std::uint64_t seed);

  [[nodiscard]] bool are_odd() const { return odd_.has_value(); }
  [[nodiscard]] model::Id attempt(std::uint64_t number) const;
  [[nodiscard]] model::Id run(std::uint64_t number) const;
  [[nodiscard]] model::Id worker(std::uint64_t number) const;
  [[nodiscard]] model::Id tenant(std::uint64_t number) const;
  [[nodiscard]] model::Id kind(EventKind kind) const;
  /// What the worker that was first called `first` is called under its `number`th name.
  [[nodiscard]] static model::Id later_name(const model::Id& first, std::uint64_t number);

 private:
  [[nodiscard]] model::Id odd(std::string_view stem, std::uint64_t index) const;

  std::optional<Dimension> odd_;
  std::uint64_t first_ = 0;
};

}  // namespace leasecheck::sim::values
