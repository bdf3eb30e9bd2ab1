#pragma once

#include <vector>

#include "leasecheck/spec/operation.hpp"

namespace leasecheck::fuzz {

/// The calls that the target `protocol` makes, for whose answers the seeds are made. The first
/// claim gets the lease "L1".
[[nodiscard]] inline std::vector<model::Action> script() {
  model::AttemptSpec spec;
  spec.attempt_id = "a1";
  spec.run_id = "r1";
  return {{model::at_ms(1), model::EnqueueAttempt{spec}},
          {model::at_ms(2), model::ListDispatchableAttempts{model::at_ms(2), 10}},
          {model::at_ms(3), model::UpsertLease{"a1", "w1", model::at_ms(100)}},
          {model::at_ms(4),
           model::HeartbeatLeaseWithVersion{"L1", "w1", 1, model::at_ms(4), model::at_ms(110)}},
          {model::at_ms(5), model::AppendRunEvent{"L1", "w1", "step", "[1]"}},
          {model::at_ms(6), model::ListRunEvents{"r1", 0, 10}},
          {model::at_ms(7), model::GetLease{"L1"}},
          {model::at_ms(8), model::AckAttempt{"L1", "w1", model::AckOutcome::failed}},
          {model::at_ms(9), model::ListDeadLetters{10}},
          {model::at_ms(10), model::GetAttempt{"a1"}},
          {model::at_ms(11), model::CountByStatus{}}};
}

}  // namespace leasecheck::fuzz
