#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "leasecheck/spec/operation.hpp"
#include "leasecheck/spec/outcome.hpp"

/// Messages in the words of README's glossary and not in the names of the interface.
namespace leasecheck::properties {

/// "a claim", "a reap", "an ack".
[[nodiscard]] std::string_view words_of(const model::Operation& operation);

/// "was accepted", "was refused as stale_lease".
[[nodiscard]] std::string words_of(const model::Outcome& outcome);

/// A counter that a step left at a wrong number: "a release took the attempt number of a1 from 1 to
/// 2; it has to stay 1".
[[nodiscard]] std::string wrong_count(std::string_view what_moved, std::string_view counter,
                                      std::uint64_t from, std::uint64_t to, std::uint64_t due);

}  // namespace leasecheck::properties
