#pragma once

#include <optional>
#include <string>

#include "leasecheck/spec/outcome.hpp"
#include "leasecheck/spec/records.hpp"

/// Where two values of the contract differ, in words, for people. Costs what it takes to write both
/// out, so compare with `==` first.
namespace leasecheck::properties {

/// "a1.status is leased instead of queued". Nothing if no field differs.
[[nodiscard]] std::optional<std::string> first_difference(const model::Snapshot& expected,
                                                          const model::Snapshot& observed);

/// "[0].attempt_id is …" for lists, "version is …" for records, "error is …" if one is an error.
[[nodiscard]] std::optional<std::string> first_difference(const model::Outcome& expected,
                                                          const model::Outcome& observed);

}  // namespace leasecheck::properties
