#pragma once

#include <string>
#include <string_view>

#include "leasecheck/spec/operation.hpp"
#include "leasecheck/spec/records.hpp"

namespace leasecheck::model {

/// Which case of an operation an attempt has just gone through, where the operation has several:
/// "failed, retries left" of an ack, "fail" of a timeout, "deliveries exhausted" of a reap; empty
/// for an operation that has one. `on_timeout` is what the attempt's spec says, `after` its status
/// then, or its last one if it is gone.
[[nodiscard]] std::string_view case_of(const Operation& operation, OnTimeout on_timeout,
                                       Status after);

/// Which operation moves an attempt in counts and graphs: that on one attempt, where the operation
/// is on several.
[[nodiscard]] std::string_view mover_of(const Operation& operation);

/// How a move of an attempt is named in counts and graphs: "leased to failed by ack_attempt
/// [failed, no retries left]"; the brackets are left out with an empty case.
[[nodiscard]] std::string move_name(std::string_view from, std::string_view to,
                                    std::string_view operation, std::string_view which_case);

}  // namespace leasecheck::model
