#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "leasecheck/spec/time.hpp"
#include "traces/trace.hpp"

/// What every report says in the same way.
namespace leasecheck::cli {

/// "3 h 25 min", "42 s", "350 ms".
[[nodiscard]] std::string in_words(model::Duration duration);

/// "1,234,567".
[[nodiscard]] std::string grouped(std::uint64_t number);

[[nodiscard]] nlohmann::ordered_json to_json(const traces::Verdict& verdict);

/// The document as the lines of a file or of standard output, its strings made printable.
[[nodiscard]] std::string json_text(nlohmann::ordered_json document);

}  // namespace leasecheck::cli
