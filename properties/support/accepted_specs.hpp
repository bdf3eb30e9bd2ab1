#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string_view>

#include "properties/support/observed.hpp"

namespace leasecheck::properties {

/// What a snapshot does not show: with which spec an attempt was enqueued, and as which one. Learnt
/// from the enqueues that the subject accepted.
class AcceptedSpecs {
 public:
  struct Accepted {
    model::AttemptSpec spec;
    std::uint64_t enqueue_seq = 0;
  };

  /// To be told every operation, before it is judged.
  void observe(const Operated& operated);

  /// Returns: null for an attempt that nobody enqueued.
  [[nodiscard]] const Accepted* find(std::string_view attempt_id) const;
  [[nodiscard]] const model::AttemptSpec* spec_of(std::string_view attempt_id) const;

  /// Rule 1, for a row as the subject shows it.
  [[nodiscard]] bool is_dispatchable(const model::AttemptRecord& attempt, model::Time now) const;

  /// Rule 11: whether a failure of the attempt as it stands is followed by a retry.
  [[nodiscard]] bool has_retries_left(const model::AttemptRecord& attempt) const;

 private:
  void remember(const model::AttemptSpec& spec);

  std::map<model::Id, Accepted, std::less<>> accepted_;
  std::uint64_t count_ = 0;
};

}  // namespace leasecheck::properties
