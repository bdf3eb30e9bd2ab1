#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "properties/validation/validator.hpp"
#include "traces/trace.hpp"

namespace leasecheck::cli {

/// What `validate` has to say when the log has come to its end.
struct ValidationReport {
  std::vector<std::string> files;
  std::uint64_t lines = 0;
  std::uint64_t torn_lines = 0;
  std::vector<std::string> unlogged;  ///< operations that the log was said to leave out
  bool are_times_known = true;
  bool is_partial = false;  ///< see `LogValidator::is_partial`
  properties::ValidationTally tally;
};

/// Violated, if a call has no explanation; inconclusive, if one was given up, or there was none.
[[nodiscard]] traces::Result result_of(const properties::ValidationTally& tally);

/// Several lines: the call, and for each possible state what the contract answers there and why.
/// Times are said relative to `begin`.
[[nodiscard]] std::string in_words(const properties::Finding& finding, model::Time begin);

/// One line for people who run `validate --follow` beside a system, or a part of the document.
[[nodiscard]] nlohmann::ordered_json to_json(const properties::Finding& finding);

[[nodiscard]] std::string in_words(const ValidationReport& report);
[[nodiscard]] nlohmann::ordered_json to_json(const ValidationReport& report);

}  // namespace leasecheck::cli
